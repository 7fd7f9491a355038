package trend

import (
	"math"
	"slices"
)

// reader lays series out point by point. Its buffers are used again for each,
// so a curve is good until the next one is read.
type reader struct {
	timeline
	values, counts, born []float64
	allocated            []float64 // bytes since the first point, of the records that were read last
	slopes               []float64
	forms                *forms // nil until they are needed
}

func newReader(l timeline) *reader {
	return &reader{timeline: l}
}

// cleared returns a buffer of zeros, one for each time.
func (r *reader) cleared(buffer *[]float64) []float64 {
	if *buffer == nil {
		*buffer = make([]float64, len(r.times))
	}
	clear(*buffer)
	return *buffer
}

// records is the sum of some heap records. Each point is added as a step at its
// place, and the steps are added up at the end: all of them are whole numbers,
// so that the order does not matter.
func (r *reader) records(of []*record, alloc bool) curve {
	c := curve{seconds: r.seconds, values: r.cleared(&r.values)}
	counted := countable(of)
	if counted {
		c.counts = r.cleared(&r.counts)
	}
	var allocated []float64
	if alloc {
		allocated = r.cleared(&r.allocated)
		if counted {
			c.born = r.cleared(&r.born)
		}
	}
	for _, at := range of {
		steps := steps{unit: at.unit, sign: 1, values: c.values, counts: c.counts, born: c.born, allocated: allocated}
		steps.of(&at.series)
	}
	accumulate(c.values)
	accumulate(c.counts)
	accumulate(c.born)
	accumulate(allocated)
	return c
}

// countable reports whether it is known how many objects some records are. The
// runtime lists a stack as soon as it allocates, without a size.
func countable(of []*record) bool {
	return !slices.ContainsFunc(of, func(at *record) bool { return !(at.unit.bytes > 0 || at.count == 0) })
}

// steps is by how much a sum differs from place to place; what is nil is not
// asked for.
type steps struct {
	unit                            unit
	sign                            float64 // 1 for what joins the sum, -1 for what leaves it
	values, counts, born, allocated []float64
}

// of adds those of one record.
func (s *steps) of(record *series) {
	first := record.first.alloc
	before := amount{alloc: first}
	var count, born float64
	p, rest, more := next(record.packed, point{})
	for ; more; p, rest, more = next(rest, p) {
		if p.live != before.live {
			s.values[p.place] += s.sign * float64(p.live-before.live)
			if s.counts != nil {
				now := s.unit.count(p.live)
				s.counts[p.place] += s.sign * (now - count)
				count = now
			}
		}
		if s.allocated != nil && p.alloc != before.alloc {
			s.allocated[p.place] += s.sign * float64(p.alloc-before.alloc)
			if s.born != nil {
				now := s.unit.count(p.alloc - first)
				s.born[p.place] += s.sign * (now - born)
				born = now
			}
		}
		before = p.amount
	}
}

// accumulate makes sums of steps.
func accumulate(steps []float64) {
	var sum float64
	for i, step := range steps {
		sum += step
		steps[i] = sum
	}
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
	return c.counts[last] > 0 && c.counts[last]-c.counts[0] <= 1 && c.values[last] > 1.5*c.values[0] &&
		slices.Max(c.counts) <= fewObjects
}

// trend says what all series have in common, with the variance of the growth by
// sampling alone. How it grows is found only where that is asked for, by the series
// and by what else tells of it.
func (r *reader) trend(c curve, e evidence, sampling float64, shaped bool, also likelihoods) Trend {
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
	if r.slopes == nil {
		r.slopes = make([]float64, 0, slopePoints*(slopePoints-1)/2)
	}
	slope, low, high := theilSen(c.seconds, c.values, r.slopes)
	t.Slope = around(slope, spread/(c.span()*c.span()))
	t.Slope.Low, t.Slope.High = min(t.Slope.Low, low), max(t.Slope.High, high)
	if c.growth() <= 0 {
		return t
	}
	t.Saturation = saturation(c, c.seconds, spread)
	p := posteriorOf(units, e.moves, r.modelForms(), also)
	t.GoesOn = number(p.goesOn() * keeps(units, e.moves, also))
	t.Scatter = number(p.scatter)
	began := p.began
	if c.span() > longWindow {
		began = max(began, units.onset())
	}
	t.GrewFrom, t.GrewTo = r.times[began], r.times[p.ended]
	t.Shape = p.shape()
	return t
}

// modelForms are the models of how a series grows, at the reader's points.
func (r *reader) modelForms() *forms {
	if r.forms == nil {
		r.forms = newForms(r.seconds)
	}
	return r.forms
}

// longWindow is how many seconds a window has at least whose growth began later
// than its models can tell: they know the beginning to a twelfth of it.
const longWindow = 6 * 60

// onset is the place from which on a curve grew, by when it last was low: a fifth
// of a growth at an even rate takes a fifth of the time.
func (c curve) onset() int {
	const share = 0.2
	last := c.n() - 1
	low, place := c.counts[0]+share*(c.counts[last]-c.counts[0]), 0
	for i, v := range c.counts {
		if v <= low {
			place = i
		}
	}
	began := c.seconds[last] - (c.seconds[last]-c.seconds[place])/(1-share)
	for place > 0 && c.seconds[place-1] >= began {
		place--
	}
	return place
}

// samplingOf is the variance of the growth of some records that comes from
// sampling alone; NaN where it is not known.
func samplingOf(of []*record) (bytes, objects float64) {
	for _, at := range of {
		if at.count == 0 {
			continue
		}
		variance := at.sampling()
		bytes += variance
		objects += variance / float64(at.size*at.size)
	}
	return bytes, objects
}

// sampling is the same of one record, in squared bytes.
func (r *record) sampling() float64 {
	switch {
	case r.count == 0:
		return 0
	case r.unit.bytes == 0:
		return math.NaN()
	}
	births, deaths := r.ends()
	return (births + deaths) * r.unit.variance(r.size)
}
