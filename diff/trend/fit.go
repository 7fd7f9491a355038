package trend

import "math"

// fitter fits models of the mean to one series by least squares on what is new
// at each point: its deviation from the mean, less what is left of the one
// before. Its buffers serve all models.
type fitter struct {
	shares, counts []float64 // of the window's time, and the series
	span           float64   // of the window, in seconds
	level          float64   // mean of the series
	rate           float64   // events per second

	left     []float64 // of the deviation before, at each point
	weight   []float64 // one over the variance of what is new
	logs     float64   // of the variances, added up
	residual []float64 // of the series, after what is left of the one before

	// arrivals is how many events come at once in a series of which nothing goes,
	// so that its steps are the events; 0 for any other.
	arrivals float64
}

// leastVariance is that of what is new at a point at least, in squared counts:
// counts are whole.
const leastVariance = 0.25

func newFitter(seconds, counts []float64, m moves) *fitter {
	n := len(counts)
	f := &fitter{
		shares: make([]float64, n), counts: counts, span: seconds[n-1] - seconds[0],
		left: make([]float64, n), weight: make([]float64, n), residual: make([]float64, n),
	}
	for i := range n {
		f.shares[i] = (seconds[i] - seconds[0]) / f.span
		f.level += counts[i] / float64(n)
	}
	f.rate = max(m.births+m.deaths, math.Abs(counts[n-1]-counts[0])) / f.span
	return f
}

// remember sets how much of a deviation is left after a mean step.
func (f *fitter) remember(memory float64) {
	n := len(f.counts)
	f.logs = 0
	for i := range n {
		f.left[i] = 0
		variance := f.level
		if i > 0 {
			wide := f.shares[i] - f.shares[i-1]
			left := math.Pow(memory, wide*float64(n-1))
			f.left[i] = left
			variance = (1-left*left)*f.level + left*left*f.rate*wide*f.span
		} else if memory == 1 {
			variance = 1e12 // where a series that is kept began tells nothing
		}
		variance = max(variance, leastVariance)
		f.weight[i] = 1 / variance
		if i > 0 {
			f.logs += math.Log(variance)
			f.residual[i] = f.counts[i] - f.left[i]*f.counts[i-1]
		} else {
			f.residual[i] = f.counts[i]
		}
	}
}

// fit returns the log likelihood of a model, its level and height and the scale
// of the variance integrated out, and by how much a point scatters; minus
// infinity for one that does not rise.
func (f *fitter) fit(m model) (log, scatter float64) {
	log, scatter = f.fitLine(m)
	if f.arrivals > 0 && !math.IsInf(log, -1) {
		log = f.arrive(m)
	}
	return log, scatter
}

// strays is the share of events that come at any time, whatever the model.
const strays = 0.05

// arrive is the log likelihood of when events came, given how many: each falls
// into a step with the share of the growth that the model has there.
func (f *fitter) arrive(m model) float64 {
	log, before := 0.0, m.at(f.shares[0])
	whole := m.at(f.shares[len(f.shares)-1]) - before
	for i := 1; i < len(f.counts); i++ {
		now := m.at(f.shares[i])
		if events := f.counts[i] - f.counts[i-1]; events > 0 {
			wide := f.shares[i] - f.shares[i-1]
			log += events / f.arrivals * math.Log(((1-strays)*(now-before)/whole+strays*wide)/wide)
		}
		before = now
	}
	return log
}

func (f *fitter) fitLine(m model) (log, scatter float64) {
	// Normal equations of residual = level·a + height·b.
	var aa, ab, bb, ay, by, yy, before float64
	for i, y := range f.residual {
		shape := m.at(f.shares[i])
		a, b, w := 1-f.left[i], shape-f.left[i]*before, f.weight[i]
		before = shape
		aa += w * a * a
		ab += w * a * b
		bb += w * b * b
		ay += w * a * y
		by += w * b * y
		yy += w * y * y
	}
	var squares float64
	if det := aa*bb - ab*ab; aa > 1e-9 && det > 1e-9*aa*bb {
		level, height := (ay*bb-by*ab)/det, (by*aa-ay*ab)/det
		if height <= 0 {
			return math.Inf(-1), 0
		}
		squares = yy - level*ay - height*by
	} else {
		if by <= 0 || bb <= 0 {
			return math.Inf(-1), 0
		}
		squares = yy - by*by/bb
	}
	squares = max(squares, 0)
	points := float64(len(f.residual) - 2)
	scale := (squares + scatterPrior) / (points + scatterPrior)
	return -(points+scatterPrior)/2*math.Log(squares+scatterPrior) - f.logs/2, math.Sqrt(scale * max(f.level, leastVariance))
}
