package trend

// reader lays series out point by point. Its buffers are used again for each,
// so a curve is good until the next one is read.
type reader struct {
	timeline
	values []float64
	slopes []float64
}

func newReader(l timeline) *reader {
	return &reader{timeline: l, slopes: make([]float64, 0, slopePoints*(slopePoints-1)/2)}
}

// curve is the sum of some series.
func (r *reader) curve(of ...*series) curve {
	if r.values == nil {
		r.values = make([]float64, len(r.times))
	}
	clear(r.values)
	for _, s := range of {
		s.each(len(r.times), func(place int, a amount) { r.values[place] += float64(a.live) })
	}
	return curve{seconds: r.seconds, values: r.values}
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

// turnover is what was born and died of some series from each point to the next,
// in the unit of the series. Of what was allocated between two points and not
// seen at the later one nothing is known, nor does it matter.
func (r *reader) turnover(of ...*series) float64 {
	var sum float64
	for _, s := range of {
		var before amount
		s.each(len(r.times), func(place int, a amount) {
			if place > 0 {
				net := float64(a.live) - float64(before.live)
				born := max(min(float64(a.alloc)-float64(before.alloc), float64(a.live)), net, 0)
				sum += 2*born - net
			}
			before = a
		})
	}
	return sum
}

// trend says what all series have in common. A slope is found only where it is asked for.
func (r *reader) trend(c curve, e evidence, known churn, sloped bool) Trend {
	last := c.n() - 1
	t := Trend{
		N: c.n(), From: r.times[0], To: r.times[last],
		First: int64(c.values[0]), Now: int64(c.values[last]),
		Growth: around(c.growth(), known.sampling),
		Rises:  e.rises, Falls: e.falls,
		Floor: floorOf(c), Fall: fallOf(c, r.times),
		Shape: Level,
	}
	if c.n() < fewestPoints {
		return t
	}
	t.P, t.Rank = number(e.chance), number(e.rank)
	if moved := known.born + known.died; known.events > 0 {
		t.Events = number(moved * moved / e.spread)
	}
	if !sloped {
		return t
	}
	slope, low, high := theilSen(c.seconds, c.values, r.slopes)
	t.Slope = around(slope, e.spread/(c.span()*c.span()))
	t.Slope.Low, t.Slope.High = min(t.Slope.Low, low), max(t.Slope.High, high)
	if c.growth() <= 0 {
		return t
	}
	t.Saturation = saturation(c, c.seconds, e.spread)
	// What the steps scatter beyond coming and going is what a shape explains.
	free := e.spread
	if e.path > 0 {
		free = e.path
	}
	b := believe(c, free)
	t.Ended = number(b.levelled + b.step)
	t.GrewFrom, t.GrewTo = r.times[b.began], r.times[b.ended]
	t.Shape = b.shape()
	if t.Fall.Share > 0.5 && t.Fall.Size*t.Fall.Size > gateErrors*gateErrors*known.events {
		t.Shape = Sawtooth
	}
	return t
}
