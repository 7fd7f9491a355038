package trend

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// reader lays series out point by point. Its buffers are used again for each,
// so a curve is good until the next one is read.
type reader struct {
	timeline
	values, counts, born []float64
	slopes               []float64
}

func newReader(l timeline) *reader {
	return &reader{timeline: l, slopes: make([]float64, 0, slopePoints*(slopePoints-1)/2)}
}

// cleared returns a buffer of zeros, one for each time.
func (r *reader) cleared(buffer *[]float64) []float64 {
	if *buffer == nil {
		*buffer = make([]float64, len(r.times))
	}
	clear(*buffer)
	return *buffer
}

// records is the sum of some heap records.
func (r *reader) records(of []*record, alloc bool) curve {
	c := curve{seconds: r.seconds, values: r.cleared(&r.values)}
	counted := true
	for _, at := range of {
		// The runtime lists a stack as soon as it allocates, without a size.
		counted = counted && (at.unit.bytes > 0 || at.count == 0)
	}
	if counted {
		c.counts = r.cleared(&r.counts)
		if alloc {
			c.born = r.cleared(&r.born)
		}
	}
	for _, at := range of {
		first := at.first.alloc
		at.each(len(r.times), func(place int, a amount) {
			c.values[place] += float64(a.live)
			if !counted {
				return
			}
			c.counts[place] += at.unit.count(a.live)
			if alloc {
				c.born[place] += at.unit.count(a.alloc - first)
			}
		})
	}
	return c
}

// groups is the sum of some goroutine groups, which are counted one by one.
func (r *reader) groups(of ...*series) curve {
	c := r.plain(of...)
	c.counts = c.values
	return c
}

// plain is the sum of series of which no counts are known.
func (r *reader) plain(of ...*series) curve {
	c := curve{seconds: r.seconds, values: r.cleared(&r.values)}
	for _, s := range of {
		s.each(len(r.times), func(place int, a amount) { c.values[place] += float64(a.live) })
	}
	return c
}

// load is what some series allocated since the first point.
func (r *reader) load(of ...*series) []float64 {
	out := make([]float64, len(r.times))
	for _, s := range of {
		first := float64(s.first.alloc)
		s.each(len(r.times), func(place int, a amount) { out[place] += float64(a.alloc) - first })
	}
	return out
}

// inUnits is a curve whose counts are known. Where they are not, or where so few
// objects are live that only their size can grow, its values stand in, in units
// of a middling step.
func (c curve) inUnits(bySize bool) curve {
	if c.counts != nil && !bySize {
		return c
	}
	var steps []float64
	for i := 1; i < c.n(); i++ {
		if d := math.Abs(c.values[i] - c.values[i-1]); d > 0 {
			steps = append(steps, d)
		}
	}
	unit := 1.0
	if len(steps) > 0 {
		unit = choose(steps, len(steps)/2)
	}
	counts := make([]float64, c.n())
	for i, v := range c.values {
		counts[i] = v / unit
	}
	return curve{seconds: c.seconds, values: c.values, counts: counts}
}

// fewObjects is up to how many live objects growth may be one of their size.
const fewObjects = 4

// bySize reports whether a curve has so few objects throughout that what grows
// is their size: a slice or a buffer that is copied into a larger one. The copy
// and the original live side by side for a while.
func (c curve) bySize() bool {
	if c.counts == nil {
		return false
	}
	last := c.n() - 1
	return c.counts[last] > 0 && slices.Max(c.counts) <= fewObjects &&
		c.counts[last]-c.counts[0] <= 1 && c.values[last] > 1.5*c.values[0]
}

// evidence is what speaks for growth.
type evidence struct {
	moves
	line
	factor float64 // natural logarithm of the Bayes factor of growth against a level
	size   bool    // it is the size of few objects that grows
}

// Weights of the kinds of evidence; each sees what another is blind for. Births
// and deaths tell what is kept, whatever else there is. A line through all
// points tells what changes slowly under much that comes and goes, and nothing
// where all is kept, so that it gets most weight where least is. The order tells
// one object that is ever larger. Signs tell what rises step by step beside much
// that comes and goes: where births are as likely as deaths, a step down is as
// likely as one up.
const (
	weightSigns = 0.25
	weightLine  = 0.4 // at most
	weightOrder = 0.5 // where few objects grow, or nothing is known of any
)

// fewestPoints is how many points a trend needs: two tell no noise from growth.
const fewestPoints = 3

// weigh tests a curve for growth.
func weigh(c curve) evidence {
	e := evidence{factor: math.Inf(-1), moves: moves{dispersion: 1}, line: line{inflation: 1}}
	if c.n() < fewestPoints {
		return e
	}
	e.size = c.bySize()
	units := c.inUnits(e.size)
	e.moves = movesOf(units)
	e.line = lineOf(units.seconds, units.counts, units.kept(e.moves))
	rises, falls := ups(c.values)
	births, deaths := e.births/e.dispersion, e.deaths/e.dispersion
	if c.counts == nil || e.size {
		births, deaths = float64(rises), float64(falls)
	}
	byLine, bySigns := weightLine*(1-units.kept(e.moves)), weightSigns
	order, byOrder := math.Inf(-1), 0.0
	if e.size || c.counts == nil {
		byOrder, byLine, bySigns = weightOrder, byLine/2, 0
		if falls == 0 {
			order = orderFactor(rises)
		}
	}
	e.factor = mixed(
		[]float64{countFactor(births, deaths), e.moves.signs(), normalFactor(e.z), order},
		[]float64{1 - bySigns - byLine - byOrder, bySigns, byLine, byOrder},
	)
	e.rises, e.falls = rises, falls
	return e
}

// ups counts the steps up and down.
func ups(values []float64) (rises, falls int) {
	for i := 1; i < len(values); i++ {
		switch {
		case values[i] > values[i-1]:
			rises++
		case values[i] < values[i-1]:
			falls++
		}
	}
	return rises, falls
}

// trend says what all series have in common, with the variance of the growth by
// sampling alone. How it grows is found only where that is asked for.
func (r *reader) trend(c curve, e evidence, sampling float64, shaped bool) Trend {
	last := c.n() - 1
	t := Trend{
		N: c.n(), From: r.times[0], To: r.times[last],
		First: int64(c.values[0]), Now: int64(c.values[last]),
		Growth: around(c.growth(), sampling),
		Rises:  e.rises, Falls: e.falls, Dispersion: e.dispersion,
		Floor: floorOf(c), Fall: fallOf(c, r.times),
		Shape: Level,
	}
	if c.n() < fewestPoints {
		return t
	}
	t.Factor = number(e.factor)
	if c.counts != nil {
		t.Births, t.Deaths, t.Count = number(e.births), number(e.deaths), number(c.counts[last])
	}
	if !shaped {
		return t
	}
	units := c.inUnits(e.size)
	each := 1.0 // of the unit, in values
	if grown := units.counts[last] - units.counts[0]; grown != 0 && c.growth() != 0 {
		each = math.Abs(c.growth() / grown)
	}
	spread := max(e.births+e.deaths, 1) * e.dispersion * each * each
	slope, low, high := theilSen(c.seconds, c.values, r.slopes)
	t.Slope = around(slope, spread/(c.span()*c.span()))
	t.Slope.Low, t.Slope.High = min(t.Slope.Low, low), max(t.Slope.High, high)
	if c.growth() <= 0 {
		return t
	}
	t.Saturation = saturation(c, c.seconds, spread)
	p := posteriorOf(units, e.moves)
	t.GoesOn = number(p.goesOn())
	t.Scatter = number(p.scatter)
	t.GrewFrom, t.GrewTo = r.times[p.began], r.times[p.ended]
	t.Shape = p.shape()
	return t
}

// samplingOf is the variance of the growth of some records that comes from
// sampling alone; NaN where it is not known.
func samplingOf(of []*record) (bytes, objects float64) {
	for _, at := range of {
		if at.count == 0 {
			continue
		}
		if at.unit.bytes == 0 {
			return math.NaN(), math.NaN()
		}
		births, deaths := at.ends()
		variance := (births + deaths) * at.unit.variance(at.size)
		bytes += variance
		objects += variance / float64(at.size*at.size)
	}
	return bytes, objects
}

// liveBytes is what some records hold in the newest profile.
func liveBytes(of []*record) int64 {
	var sum int64
	for _, at := range of {
		sum = snapshot.AddSaturating(sum, at.last.live)
	}
	return sum
}
