package trend

import "math"

// posterior says in what way a series that grows does so, as probabilities that
// add up to one.
type posterior struct {
	steady, late, levelled, step, filling float64
	// began and ended are the places of the curve between which growth most
	// likely happened; of growth that goes on, began is the mean over all places.
	began, ended int
	scatter      float64 // standard deviation of a point about the best model, in counts
}

// goesOn is the probability that it still grows.
func (p posterior) goesOn() float64 { return p.steady + p.late }

// shape names what is most likely, if that is sure enough.
func (p posterior) shape() Shape {
	switch {
	case p.steady > shareSure:
		return Steady
	case p.step > shareSure:
		return Step
	case p.levelled+p.step+p.filling > shareSure:
		return Levelled
	case p.late > shareSure:
		return Late
	case p.steady+p.late > shareSure:
		return Steady
	}
	return Unclear
}

// Prior probabilities of how something grows that does.
const (
	priorSteady   = 0.42
	priorLate     = 0.16
	priorLevelled = 0.18
	priorStep     = 0.06
	priorFilling  = 0.18
)

// mostFitted bounds the points that models are fitted to: more of them are
// averaged in groups of neighbours.
const mostFitted = 48

// modelGrid is into how many parts a window is cut to place where growth began
// and ended.
const modelGrid = 12

// model is one way in which the mean of a series may move: a shape that goes
// from 0 to 1 over the window, of which the data tell level and height.
type model struct {
	kind     Shape
	from, to float64 // shares of the window between which it grows
	bend     float64 // of one that fills up: its time constant, as a share; 0 for straight
	slows    float64 // of one that is ever rarer added to: how much rarer at the end, less one
	prior    float64
}

// at is the model's value at a share x of the window.
func (m model) at(x float64) float64 {
	switch {
	case m.slows != 0:
		return math.Log1p(m.slows*x) / math.Log1p(m.slows)
	case m.bend != 0:
		return math.Expm1(-x/m.bend) / math.Expm1(-1/m.bend)
	}
	return min(max((x-m.from)/(m.to-m.from), 0), 1)
}

const fills Shape = "fills" // a model alone, never a trend's

// models are all that are compared for a window whose newest step is a share of
// it: growth that ended less than that ago cannot be told from one that goes on.
func models(newest float64) []model {
	out := []model{
		{kind: Steady, from: 0, to: 1, prior: priorSteady * 0.8},
		{kind: Steady, bend: -0.6, to: 1, prior: priorSteady * 0.2}, // ever faster
	}
	var late, levelled, step []model
	ends := make([]float64, 0, modelGrid)
	for k := 1; k < modelGrid; k++ {
		if at := float64(k) / modelGrid; 1-at >= newest {
			ends = append(ends, at)
		}
	}
	for k := range modelGrid {
		from := float64(k) / modelGrid
		if k > 0 {
			late = append(late, model{kind: Late, from: from, to: 1})
		}
		for _, to := range ends {
			switch {
			case to <= from:
			case k > 0 && to-from <= 0.34:
				step = append(step, model{kind: Step, from: from, to: to})
			default:
				levelled = append(levelled, model{kind: Levelled, from: from, to: to})
			}
		}
	}
	var filling []model
	for _, bend := range []float64{0.12, 0.2, 0.3, 0.45, 0.65} {
		filling = append(filling, model{kind: fills, bend: bend, to: 1})
	}
	for _, slows := range []float64{4, 12, 40} {
		filling = append(filling, model{kind: fills, slows: slows, to: 1})
	}
	for _, of := range []struct {
		models []model
		prior  float64
	}{{late, priorLate}, {levelled, priorLevelled}, {step, priorStep}, {filling, priorFilling}} {
		for _, m := range of.models {
			m.prior = of.prior / float64(len(of.models))
			out = append(out, m)
		}
	}
	return out
}

// forms are the models of a window at its points, which are the same for all
// series that have them.
type forms struct {
	shares []float64 // of the window's time, at each point
	span   float64   // of the window, in seconds
	models []model
	at     [][]float64 // by model, at each point
	priors []float64   // by model, as logarithms
}

func newForms(seconds []float64) *forms {
	seconds = together(seconds, mostFitted)
	n := len(seconds)
	of := &forms{shares: make([]float64, n), span: seconds[n-1] - seconds[0]}
	for i := range n {
		of.shares[i] = (seconds[i] - seconds[0]) / of.span
	}
	of.models = models((seconds[n-1] - seconds[n-2]) / of.span)
	points := make([]float64, n*len(of.models))
	for _, m := range of.models {
		at := points[:n:n]
		points = points[n:]
		for i, share := range of.shares {
			at[i] = m.at(share)
		}
		of.at, of.priors = append(of.at, at), append(of.priors, math.Log(m.prior))
	}
	return of
}

// memories are how much of a deviation from the mean is left a step later, as
// far as it is compared: 0 for a level that is drawn anew at each point, 1 for
// what is kept.
func memories() [4]float64 { return [...]float64{0, 0.5, 0.85, 1} }

// scatterPrior is how many points the belief is worth that counts scatter as
// independent events do.
const scatterPrior = 4.0

// posteriorOf compares the models on a curve with counts. Deviations from the mean fade from point to
// point by a memory that is not known either, so that all are added up over
// several; their variance is that of independent events times a factor that
// the deviations themselves show.
func posteriorOf(c curve, m moves, of *forms, also likelihoods) posterior {
	f := newFitter(of, together(c.counts, mostFitted), m)
	all := of.models
	type fitted struct {
		model int
		log   float64
	}
	tried := memories()
	logs := make([]fitted, 0, len(all)*len(tried))
	best, highest, scatter := 0, math.Inf(-1), 0.0
	for _, memory := range tried {
		if m.keepsAll() {
			if memory < 1 {
				continue
			}
			f.arrivals = m.dispersion
		}
		f.remember(memory)
		for i, form := range of.at {
			log, deviation := f.fit(form)
			if math.IsInf(log, -1) {
				continue
			}
			log += of.priors[i] + also.of(i)
			logs = append(logs, fitted{i, log})
			if log > highest {
				best, highest, scatter = i, log, deviation
			}
		}
	}
	var p posterior
	var sum, began float64
	for _, l := range logs {
		share := math.Exp(l.log - highest)
		sum += share
		switch all[l.model].kind {
		case Steady:
			p.steady += share
		case Late:
			p.late += share
			began += share * all[l.model].from
		case Step:
			p.step += share
		case fills:
			p.filling += share
		default:
			p.levelled += share
		}
	}
	if sum > 0 {
		for _, share := range []*float64{&p.steady, &p.late, &p.levelled, &p.step, &p.filling} {
			*share /= sum
		}
	}
	p.began, p.ended, p.scatter = c.after(all[best].from), c.after(all[best].to), scatter
	if goesOn := p.goesOn(); goesOn > 0.5 {
		p.began, p.ended = c.after(began/sum/goesOn), c.n()-1
	}
	return p
}
