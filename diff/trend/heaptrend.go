package trend

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// Sum returns the trend of some heap stacks together, tested as a single one
// is, so that growth which only moved from one of them to another shows as
// level. Stacks that were never seen count as zero; false where none was seen,
// or with fewer than two counted snapshots.
func (o *Observer) Sum(ids []snapshot.StackID) (HeapTrend, bool) {
	return o.Of(o.RecordsOf(unique(ids)), true)
}

// Stack returns the trend of one heap stack, whether it grew or not; false for
// a stack that no counted snapshot had, or with fewer than two of those.
func (o *Observer) Stack(id snapshot.StackID) (HeapTrend, bool) {
	t, ok := o.Sum([]snapshot.StackID{id})
	t.Stack = id
	return t, ok
}

// Of returns the trend of some heap records together; false where there are
// none, or fewer than two counted snapshots. How it grows, its shape and its
// slope, is found only where that is asked for, since it takes longest.
func (o *Observer) Of(ids []RecordID, shaped bool) (HeapTrend, bool) {
	h := &o.heap
	if len(ids) == 0 || len(h.times) < 2 {
		return HeapTrend{}, false
	}
	of, c := o.curveOf(ids)
	return h.trend(o, of, c, weigh(c, math.Inf(-1)), shaped), true
}

// Factor is the Bayes factor of [Observer.Of] alone, as a natural logarithm;
// minus infinity where there are too few points. One that cannot be as large as
// the least that matters may be told as minus infinity, too: that costs little.
func (o *Observer) Factor(ids []RecordID, least float64) float64 {
	if len(ids) == 0 || len(o.heap.times) < fewestPoints {
		return math.Inf(-1)
	}
	if len(ids) == 1 && o.heap.columns.AllocBytes >= 0 && o.heap.records[ids[0]].most(len(o.heap.times)) < least {
		return math.Inf(-1)
	}
	_, c := o.curveOf(ids)
	return weigh(c, least).factor
}

// curveOf reads some heap records; both results are good until the next is read.
func (o *Observer) curveOf(ids []RecordID) ([]*record, curve) {
	h := &o.heap
	read := o.reader()
	at := &o.reading
	if slices.Equal(at.ids, ids) {
		return at.records, at.curve // the trend of what was tested just now
	}
	at.ids, at.records = append(at.ids[:0], ids...), slices.Grow(at.records[:0], len(ids))
	for _, id := range ids {
		at.records = append(at.records, &h.records[id])
	}
	kept := false
	if at.curve, kept = o.wide.renew(h, read, ids, at.records); !kept {
		at.curve = read.records(at.records, h.columns.AllocBytes >= 0)
	}
	o.wide.keep(h, read, ids, at.curve)
	at.curve.beginLow()
	return at.records, at.curve
}

// reader reads the heap's series up to the newest profile.
func (o *Observer) reader() *reader {
	h := &o.heap
	if o.read == nil || len(o.read.times) != len(h.times) || o.readAt != h.taken {
		o.read, o.readAt, o.load, o.goal, o.reading = newReader(h.timeline), h.taken, nil, nil, reading{}
	}
	return o.read
}

// trend says how some records together move.
func (h *heap) trend(o *Observer, of []*record, c curve, e evidence, shaped bool) HeapTrend {
	bytes, objects := samplingOf(of)
	var goalSays likelihoods
	if shaped && !e.size {
		goalSays = o.byGoal(c)
	}
	t := HeapTrend{Trend: o.read.trend(c, e, bytes, shaped, goalSays), BySize: e.size}
	if !shaped {
		return t
	}
	if goal := o.readGoal(); goal.counts != nil {
		t.GoalFirst, t.GoalNow = number(goal.first), number(goal.now)
		t.GoalGrew = number(goal.growth.Value)
		if goalSays.weight > goalHeard {
			t.GoalGoesOn = number(goal.goesOn)
		}
		t.Unmatched = !e.size && o.unmatched(c.growth())
	}
	h.objects(&t, of, objects)
	last := c.n() - 1
	if h.columns.AllocBytes >= 0 {
		allocated := o.read.allocated
		t.AllocatedBytes = number(allocated[last])
		t.FreedBytes = number(allocated[last] - c.growth())
		one := math.NaN()
		if e.births+e.deaths > 0 && c.counts != nil {
			one = math.Abs(liveUnit(of)) * e.dispersion
		}
		mid := c.middle()
		t.Survival = survival(c.growth(), allocated[last], one)
		t.LateSurvival = survival(c.values[last]-c.values[mid], allocated[last]-allocated[mid], one)
		if allocated[last] > 0 {
			t.Age = number(mean(c) * c.span() / allocated[last])
		}
	}
	if o.load == nil {
		o.load = o.read.load(&h.process)
	}
	spread := max(bytes, 0)
	t.Load = against(c, o.load, spread)
	if ended := loadEnd(c.seconds, o.load, float64(h.rate)); ended > 0 {
		t.Returned = returned(c, ended, bytes)
	}
	return t
}

// objects counts the objects of some records, where their sizes are known.
func (h *heap) objects(t *HeapTrend, of []*record, variance float64) {
	if h.columns.LiveObjects < 0 {
		return
	}
	var before, now, born float64
	for _, at := range of {
		if at.count == 0 {
			continue
		}
		if at.size <= 0 {
			return
		}
		size := float64(at.size)
		before += float64(at.first.live) / size
		now += float64(at.last.live) / size
		born += float64(at.last.alloc-at.first.alloc) / size
	}
	t.Objects = number(math.Floor(now))
	t.ObjectsGrowth = around(now-before, variance)
	if h.columns.AllocObjects >= 0 {
		t.AllocatedObjects = number(born)
		t.FreedObjects = number(max(born-(now-before), 0))
	}
}

// liveUnit is the mean of what one sampled object of some records stands for.
func liveUnit(of []*record) float64 {
	var bytes, counts float64
	for _, at := range of {
		n := at.unit.count(at.last.live) + 1e-6
		bytes, counts = bytes+n*at.unit.bytes, counts+n
	}
	return bytes / counts
}

// against is the growth of a curve per byte of a load.
func against(c curve, load []float64, spread float64) Load {
	allocated := load[len(load)-1]
	if allocated <= 0 {
		return Load{}
	}
	return Load{
		PerByte:    around(c.growth()/allocated, spread/(allocated*allocated)),
		Saturation: saturation(c, load, spread),
	}
}

// survival is which share of the allocated bytes still live, with Wilson's
// interval for as many sampled objects; one is the bytes that one of them
// stands for. Of what was there before more may have died than were born, so
// that a share may be negative.
func survival(grown, allocated, one float64) Estimate {
	if allocated <= 0 {
		return Estimate{}
	}
	share := grown / allocated
	e := Estimate{Value: share, Low: math.Inf(-1), High: math.Inf(1), Known: true}
	n, z2 := allocated/one, normal95*normal95
	if math.IsNaN(n) || n <= 0 {
		return e
	}
	inner := min(max(share, 0), 1)
	center := (inner + z2/(2*n)) / (1 + z2/n)
	reach := normal95 / (1 + z2/n) * math.Sqrt(inner*(1-inner)/n+z2/(4*n*n))
	e.Low, e.High = min(max(center-reach, 0), share), max(min(center+reach, 1), share)
	return e
}

// mean is the mean value of a curve over time.
func mean(c curve) float64 {
	var area float64
	for i := 1; i < c.n(); i++ {
		area += (c.values[i] + c.values[i-1]) / 2 * (c.seconds[i] - c.seconds[i-1])
	}
	return area / c.span()
}

// gateErrors is how many standard errors a growth exceeds at least to be told
// from sampling.
const gateErrors = 3

// returned is how much of the growth up to a place was given back since.
func returned(c curve, ended int, sampling float64) Estimate {
	grown := c.values[ended] - c.values[0]
	if !(grown > 0) || grown*grown < gateErrors*gateErrors*sampling {
		return Estimate{}
	}
	return around((c.values[ended]-c.values[c.n()-1])/grown, sampling/(grown*grown))
}

// Limits of when a load counts as ended.
const (
	loadEnded   = 0.2 // of the rate before
	loadSteps   = 2   // at least so many before and after
	loadSamples = 10  // that many were to be expected since, had the load gone on
)

// loadEnd is the place from which on up to the end every step allocated at less
// than a fifth of the rate before it; 0 while the load lasts.
func loadEnd(seconds, load []float64, rate float64) int {
	last := len(load) - 1
	for place := loadSteps; place <= last-loadSteps; place++ {
		before := load[place] / seconds[place]
		if before <= 0 || rate > 0 && before*(seconds[last]-seconds[place]) < loadSamples*rate {
			continue
		}
		quiet := true
		for i := place; i < last && quiet; i++ {
			quiet = load[i+1]-load[i] < loadEnded*before*(seconds[i+1]-seconds[i])
		}
		if quiet {
			return place
		}
	}
	return 0
}
