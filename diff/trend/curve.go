package trend

import "math"

// curve is the values of one series, or of several added up, at every place of
// a timeline.
type curve struct {
	seconds []float64
	values  []float64 // bytes, or goroutines
	// counts are the objects that were sampled and live, or the goroutines: what
	// is independent of each other. Nil where the profile does not say how it
	// was sampled.
	counts []float64
	// born are the sampled objects that were ever allocated since the first
	// place; nil where the profile does not tell.
	born []float64
}

func (c curve) n() int { return len(c.values) }

func (c curve) span() float64 { return c.seconds[c.n()-1] - c.seconds[0] }

func (c curve) growth() float64 { return c.values[c.n()-1] - c.values[0] }

// beginLow takes a curve that begins in the middle of a batch to begin at the low
// after it: the places before are as low. Otherwise a batch that leaves something
// would grow only when it leaves more than the first one held.
func (c curve) beginLow() {
	if c.counts == nil {
		return
	}
	low := 0
	for i := range min(leadPlaces, c.n()) {
		if c.counts[i] < c.counts[low] {
			low = i
		}
	}
	if !batchAtFirst(c.counts[0], c.counts[low]) {
		return
	}
	if _, lows := troughs(c.seconds, c.counts); len(lows) < fewestFloors {
		return
	}
	for i := range low {
		c.values[i], c.counts[i] = c.values[low], c.counts[low]
	}
}

// moves is what came and went of a curve's counts.
type moves struct {
	// births and deaths from the first point to the last: as few as the counts
	// allow where a step shows them one by one, and as many as may have been
	// where objects took each other's places unseen.
	births, deaths float64
	// turnover is what was born and died from each point to the next, added up.
	turnover float64
	// dispersion is how many events come at once: the scatter of the steps
	// against that of events which come one by one; at least 1.
	dispersion float64
	rises      int     // steps up
	falls      int     // steps down
	up, down   float64 // what these add up to
}

// keepsAll reports whether nothing went that had come: each deviation from the
// mean is then kept for good.
func (m moves) keepsAll() bool { return m.turnover > 0 && m.deaths == 0 && m.falls == 0 }

// step takes in a step of the counts, and how many were born in it.
func (m *moves) step(step, born float64) {
	switch {
	case step > 0:
		m.rises++
		m.up += step
	case step < 0:
		m.falls++
		m.down -= step
	}
	m.turnover += 2*born - step
}

// kept is the share of what lives that is still there at the next point, given
// what lives at all points but the first, added up; 0 where nothing does.
func (m moves) kept(live float64) float64 {
	if live <= 0 {
		return 0
	}
	return 1 - min(m.turnover/2/live, 1)
}

// sawtooth reports whether steps down are too large for the signs to tell: most
// steps of a sawtooth rise.
func (m moves) sawtooth() bool { return m.down > m.up/5 }

// signs is the factor by steps up and down, whatever their size.
func (m moves) signs() float64 {
	if m.sawtooth() {
		return math.Inf(-1)
	}
	return countFactor(float64(m.rises), float64(m.falls))
}

// dispersionPrior is how many steps the belief that events come one by one is
// worth: with few steps their scatter says little.
const dispersionPrior = 3.0

// movesOf tells births and deaths. Those of goroutines are known from their
// counts alone: each rise is a birth, each fall a death.
func movesOf(c curve) moves {
	m := moves{dispersion: 1}
	n := c.n() - 1
	counts := c.counts
	if counts == nil {
		return m
	}
	for i := range n {
		step := counts[i+1] - counts[i]
		born := max(step, 0)
		if c.born != nil {
			born = max(min(c.born[i+1]-c.born[i], counts[i+1]), step, 0)
		}
		m.step(step, born)
	}
	net := counts[n] - counts[0]
	if c.born != nil {
		m.births = max(min(c.born[n], counts[n]), net, 0)
		m.deaths = max(m.births-net, 0)
	} else {
		m.births, m.deaths = (m.turnover+net)/2, (m.turnover-net)/2
	}
	m.dispersion = dispersion(c, m.turnover)
	return m
}

// dispersion compares the squares of what each step differs from an even growth
// with what as many independent events would make.
func dispersion(c curve, turnover float64) float64 {
	n := c.n() - 1
	if turnover <= 0 || n < 2 {
		return 1
	}
	rate := (c.counts[n] - c.counts[0]) / c.span()
	var squares float64
	for i := range n {
		off := c.counts[i+1] - c.counts[i] - rate*(c.seconds[i+1]-c.seconds[i])
		squares += off * off
	}
	return overdispersion(squares, turnover, float64(n))
}

// overdispersion is the scatter of so many steps, given the squares of what each
// differs from their mean, against that of so many independent events.
func overdispersion(squares, events, steps float64) float64 {
	index := squares / events * steps / (steps - 1)
	return max((index*steps+dispersionPrior)/(steps+dispersionPrior), 1)
}

// kept is the share of what lives that is still there at the next point, 0
// where births are not known.
func (c curve) kept(m moves) float64 {
	if c.born == nil {
		return 0
	}
	var live float64
	for _, v := range c.counts[1:] {
		live += v
	}
	return m.kept(live)
}

// line is a straight line through a curve, by least squares, with what the
// points scatter about it.
type line struct {
	slope, at0 float64
	z          float64 // the slope in standard errors, as a normal deviate
	inflation  float64 // of the slope's variance by neighbours that go together
	scatter    float64 // standard deviation of a point
}

// Bounds of how little points may tell that go together.
const (
	mostCorrelated = 0.98
	leastFreedom   = 0.5
)

// lineOf fits counts. Neighbouring points that lie on one side of the line are
// no independent witnesses: the correlation r of neighbours makes n points
// worth n·(1−r)/(1+r) of them.
//
// Where it is known how much comes and goes from point to point, what stays is
// a witness of what was there before: a level of which a twelfth is replaced
// each time walks at random for long, as if it had a slope.
func lineOf(seconds, counts []float64, kept float64) line {
	return leastSquares(seconds, counts).line(kept)
}

func (f regression) line(kept float64) line {
	if f.times <= 0 || f.n < 4 {
		return line{inflation: 1}
	}
	l := line{slope: f.slope, at0: f.at0}
	// Counts of what comes and goes scatter by the root of their mean at least,
	// unless they hardly move.
	r := 0.0
	if f.squares > 0 {
		r = f.products / f.squares
	}
	r = min(max(r+(1+3*r)/f.n, kept, 0), mostCorrelated)
	l.inflation = (1 + r) / (1 - r)
	l.scatter = math.Sqrt(f.variance())
	freedom := max(f.n/l.inflation-2, leastFreedom)
	l.z = studentZ(f.errors()/math.Sqrt(l.inflation), freedom)
	return l
}

// regression is a straight line by least squares, and the sums that it takes.
type regression struct {
	n          float64
	slope, at0 float64
	times      float64 // squared, from their mean
	squares    float64 // of what the points are off by
	products   float64 // of what neighbours are off by
}

func leastSquares(seconds, counts []float64) regression {
	n := float64(len(counts))
	var meanT, meanC float64
	for i, v := range counts {
		meanT += seconds[i] / n
		meanC += v / n
	}
	f := regression{n: n}
	var together float64
	for i, v := range counts {
		d := seconds[i] - meanT
		f.times += d * d
		together += d * (v - meanC)
	}
	if f.times <= 0 {
		return f
	}
	f.slope = together / f.times
	f.at0 = meanC - f.slope*meanT
	var before float64
	for i, v := range counts {
		off := v - f.at0 - f.slope*seconds[i]
		f.squares += off * off
		if i > 0 {
			f.products += off * before
		}
		before = off
	}
	return f
}

// variance is that of a point about the line.
func (f regression) variance() float64 { return max(f.squares, leastVariance*f.n) / (f.n - 2) }

// errors is how many standard errors the slope is, where each point is a witness.
func (f regression) errors() float64 { return f.slope / math.Sqrt(f.variance()/f.times) }
