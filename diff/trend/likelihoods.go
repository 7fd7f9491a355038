package trend

import (
	"math"
	"slices"
)

// byScatter is how likely the models are, up to a common factor, by a series in units
// of its scatter, whatever part of a deviation is left a step later.
func (of *forms) byScatter(counts []float64) []float64 {
	f := newFitter(of, together(counts, mostFitted), moves{})
	f.level, f.rate = 1, float64(len(f.counts)-1)/f.span
	tried := memories()
	logs := make([]float64, 0, len(of.at)*len(tried))
	for _, memory := range tried {
		f.remember(memory)
		for _, form := range of.at {
			log, _ := f.fit(form)
			logs = append(logs, log)
		}
	}
	out := make([]float64, len(of.at))
	best := slices.Max(logs)
	if math.IsInf(best, -1) {
		return out
	}
	for i, log := range logs {
		out[i%len(out)] += math.Exp(log - best)
	}
	// Where the goal follows others, its own model may be any.
	mean := 0.0
	for i, l := range out {
		mean += math.Exp(of.priors[i]) * l
	}
	for i, l := range out {
		out[i] = math.Log((1-goalMisleads)*l + goalMisleads*mean)
	}
	return out
}

// goesOn is the probability that a series still grows that grew, by how likely the
// models are.
func (of *forms) goesOn(logs []float64) float64 {
	on, all := 0.0, 0.0
	for i, m := range of.models {
		p := math.Exp(of.priors[i] + logs[i])
		all += p
		if m.kind == Steady || m.kind == Late {
			on += p
		}
	}
	return on / all
}

// likelihoods are how likely models are by something else than the series itself, as
// logarithms, with the weight of that; the zero value tells nothing.
type likelihoods struct {
	logs   []float64
	weight float64
}

// of is that of a model.
func (l likelihoods) of(model int) float64 {
	if l.weight == 0 {
		return 0
	}
	return l.weight * l.logs[model]
}
