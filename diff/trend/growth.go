package trend

import "math"

// Limits of the tests. They are conventions of statistics, not fitted.
const (
	// fewestPoints is how many points the rank test needs to find four that
	// rise without a break at all unusual (1 in 24).
	fewestPoints = 4
	// gateRank is the chance of the rank test beyond which nothing is tested further.
	gateRank = 0.05
	// gateErrors is how many standard errors of sampling growth must exceed.
	gateErrors = 3
	// fewestEvents is how many births and deaths, or steps, a stack needs for
	// the smallest chance it could reach, 1 in 2^10, to pass three standard
	// errors, 1 in 741. Stacks with fewer are no candidates for a false
	// discovery (Tarone 1990).
	fewestEvents = 10
)

// Shares of the chance of a false alarm that the three tests may use up
// (Bonferroni's bound, weighted). Counts get most: they are what a few sampled
// objects can be told by, while the others speak late and then clearly.
const (
	shareCounts  = 0.75
	shareOrder   = 0.125
	shareRedrawn = 0.125
)

// curve is the values of one series at every place of a timeline.
type curve struct {
	seconds []float64
	values  []float64
}

func (c curve) n() int { return len(c.values) }

func (c curve) span() float64 { return c.seconds[c.n()-1] - c.seconds[0] }

func (c curve) growth() float64 { return c.values[c.n()-1] - c.values[0] }

// steps is how a series moves from one point to the next.
type steps struct {
	count        int
	rises, falls int
	// scatter is the variance of the net growth as the steps themselves show
	// it, without a model of what makes them: the squares of what differs from
	// the local rate of growth, added up. One step that stands alone is all
	// scatter, and so is a sawtooth's fall.
	scatter float64
	// redrawn is how far neighbouring steps undo each other: their correlation,
	// with its standard error added, which is -1/2 for a level drawn anew at
	// each point, and 0 for one that walks at random.
	redrawn float64
}

func stepsOf(c curve) steps {
	n := c.n() - 1
	s := steps{count: n}
	rate := c.growth() / c.span()
	var squares, products, before float64
	for i := range n {
		step, wide := c.values[i+1]-c.values[i], c.seconds[i+1]-c.seconds[i]
		switch {
		case step > 0:
			s.rises++
		case step < 0:
			s.falls++
		}
		from, to := max(i-1, 0), min(i+2, n)
		share := wide / (c.seconds[to] - c.seconds[from])
		off := step - share*(c.values[to]-c.values[from])
		// The step itself draws the local rate towards it; 1−share makes up for it.
		if share < 1 {
			s.scatter += off * off / (1 - share)
		}
		residual := step - rate*wide
		squares += residual * residual
		products += residual * before
		before = residual
	}
	if squares > 0 {
		s.redrawn = products/squares + 1/math.Sqrt(float64(n))
	}
	return s
}

// inflation is how much the variance of the rank test grows by the correlation
// between neighbours. If what is drawn fades by a factor f from point to point,
// steps are correlated by −(1−f)/2, and the variance of a mean grows by
// (1+f)/(1−f). Infinite for a walk.
func (s steps) inflation() float64 {
	if s.redrawn >= 0 {
		return math.Inf(1)
	}
	return max((1+s.redrawn)/-s.redrawn, 1)
}

// evidence is what speaks for growth.
type evidence struct {
	steps
	ranks ranking
	rank  float64 // the chance of the rank test alone
	// chance is that of all tests together; NaN where none could be made.
	chance float64
	// spread is the variance of the net growth if the run were repeated: what
	// coming and going and sampling explain, or the scatter if it is larger.
	spread float64
	// path is the variance of the net growth as the steps add it up, where all
	// that came and went between them counts; NaN where it is not known.
	path float64
}

// spread is the variance of the net growth, allowing for clumps of objects that
// come and go together where the steps show such. What came and went from one
// point to the next, the turnover, is more than what did from the first to the
// last: it is what the steps scatter by if all of it was independent, give or
// take a share of the root of 1/n + 2/steps. What lies within that is no sign of
// clumps; beyond, a clump is as large as the scatter is against it.
func (c churn) spread(s steps, turnover float64) float64 {
	moved := c.born + c.died
	one := c.events / moved
	turnover = max(turnover, moved)
	share := math.Sqrt(one/turnover + 2/float64(s.count))
	if s.scatter < turnover*one*(1+gateErrors*share) {
		return c.events
	}
	return c.events * s.scatter / (turnover * one)
}

// passes reports whether growth is worth a test, by what is known without the
// points between the ends.
func (c churn) passes() bool {
	growth := c.born - c.died
	if growth <= 0 {
		return false
	}
	return math.IsNaN(c.sampling) || growth*growth > gateErrors*gateErrors*c.sampling
}

// countable reports whether there are events enough for counts to tell growth.
func (c churn) countable() bool {
	moved := c.born + c.died
	return c.events > 0 && moved*moved >= fewestEvents*c.events
}

// tellable reports whether there is enough to tell growth at all.
func tellable(c churn, changes int) bool { return changes >= fewestEvents || c.countable() }

// weigh tests a series for growth. The churn moved is what was born and died on
// the way; ends is what differs between the first and last point at most, and
// turnover what came and went from each point to the next.
func weigh(c curve, moved, ends churn, turnover float64) evidence {
	e := evidence{rank: 1, chance: math.NaN(), spread: math.NaN(), path: math.NaN()}
	if c.n() < fewestPoints {
		return e
	}
	e.ranks = rank(c.values)
	e.rank = e.ranks.chance(1)
	e.steps = stepsOf(c)
	e.spread = e.scatter
	order := 1.0
	if growth := c.growth(); growth > normal95*math.Sqrt(e.scatter) {
		// Signs know nothing of sizes: many small rises and one deep fall are no growth.
		order = max(upperHalf(float64(e.rises), float64(e.falls)), e.rank)
	}
	if !moved.countable() || !(ends.events > 0) {
		// Not known, or so few objects that counts could tell nothing: the
		// order is all there is, and need not share.
		e.chance = order
		return e
	}
	e.spread = moved.spread(e.steps, turnover)
	e.path = max(turnover, moved.born+moved.died) * moved.events / (moved.born + moved.died)
	one := e.spread / (moved.born + moved.died)
	counts := upperHalf(moved.born/one, moved.died/one)
	one = ends.events / (ends.born + ends.died)
	redrawn := max(e.ranks.chance(e.inflation()), upperHalf(ends.born/one, ends.died/one))
	e.chance = min(counts/shareCounts, order/shareOrder, redrawn/shareRedrawn, 1)
	return e
}
