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
	constant []float64 // what a constant leaves of itself, times the weight
	logs     float64   // of the variances, added up
	residual []float64 // of the series, after what is left of the one before

	// The normal equations' sums in which no model takes part.
	aa, ay, yy float64

	// arrivals is how many events come at once in a series of which nothing goes,
	// so that its steps are the events; 0 for any other.
	arrivals float64
}

// leastVariance is that of what is new at a point at least, in squared counts:
// counts are whole.
const leastVariance = 0.25

func newFitter(of *forms, counts []float64, m moves) *fitter {
	n := len(counts)
	room := make([]float64, 4*n)
	f := &fitter{
		shares: of.shares, counts: counts, span: of.span,
		left: room[:n], weight: room[n : 2*n], constant: room[2*n : 3*n], residual: room[3*n:],
	}
	for i := range n {
		f.level += counts[i] / float64(n)
	}
	f.rate = max(m.births+m.deaths, math.Abs(counts[n-1]-counts[0])) / f.span
	return f
}

// remember sets how much of a deviation is left after a mean step.
func (f *fitter) remember(memory float64) {
	n := len(f.counts)
	f.logs, f.aa, f.ay, f.yy = 0, 0, 0, 0
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
		a, w, y := 1-f.left[i], f.weight[i], f.residual[i]
		f.constant[i] = w * a
		f.aa += w * a * a
		f.ay += w * a * y
		f.yy += w * y * y
	}
}

// fit returns the log likelihood of a model of this form, its level and height and the scale
// of the variance integrated out, and by how much a point scatters; minus
// infinity for one that does not rise.
func (f *fitter) fit(form []float64) (log, scatter float64) {
	log, scatter = f.fitLine(form)
	if f.arrivals > 0 && !math.IsInf(log, -1) {
		log = f.arrive(form)
	}
	return log, scatter
}

// strays is the share of events that come at any time, whatever the model.
const strays = 0.05

// arrive is the log likelihood of when events came, given how many: each falls
// into a step with the share of the growth that the model has there.
func (f *fitter) arrive(form []float64) float64 {
	log, before := 0.0, form[0]
	whole := form[len(form)-1] - before
	for i := 1; i < len(f.counts); i++ {
		now := form[i]
		if events := f.counts[i] - f.counts[i-1]; events > 0 {
			wide := f.shares[i] - f.shares[i-1]
			log += events / f.arrivals * math.Log(((1-strays)*(now-before)/whole+strays*wide)/wide)
		}
		before = now
	}
	return log
}

func (f *fitter) fitLine(form []float64) (log, scatter float64) {
	// Normal equations of residual = level·a + height·b.
	aa, ay, yy := f.aa, f.ay, f.yy
	var ab, bb, by, before float64
	left, weight, constant, residual := f.left[:len(form)], f.weight[:len(form)], f.constant[:len(form)], f.residual[:len(form)]
	for i, shape := range form {
		b := shape - left[i]*before
		before = shape
		ab += constant[i] * b
		weighted := weight[i] * b
		bb += weighted * b
		by += weighted * residual[i]
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
