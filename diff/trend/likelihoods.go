package trend

import (
	"math"
	"slices"
)

// byScatter is how likely the models are, up to a common factor, by a series in units
// of its scatter, whatever part of a deviation is left a step later; and how much
// likelier it fills up, as what [keeps] looks for does, than it goes on. Part of the
// time the series is that of others, and its model may be any.
func (of *forms) byScatter(counts []float64) (logs []float64, fills float64) {
	f := newFitter(of, together(counts, mostFitted), moves{})
	f.level, f.rate = 1, float64(len(f.counts)-1)/f.span
	forms := append(slices.Clip(of.at), of.filling())
	tried := memories()
	each := make([]float64, 0, len(forms)*len(tried))
	for _, memory := range tried {
		f.remember(memory)
		for _, form := range forms {
			log, _ := f.fit(form)
			each = append(each, log)
		}
	}
	logs = make([]float64, len(of.at))
	best := slices.Max(each)
	if math.IsInf(best, -1) {
		return logs, 0
	}
	all := make([]float64, len(forms))
	for i, log := range each {
		all[i%len(forms)] += math.Exp(log - best)
	}
	mean := 0.0
	for i, prior := range of.priors {
		mean += math.Exp(prior) * all[i]
	}
	for i, l := range all {
		all[i] = math.Log((1-goalMisleads)*l + goalMisleads*mean)
	}
	copy(logs, all)
	return logs, all[len(logs)] - all[0]
}

// filling is the form of what has filled up by a share of its level.
func (of *forms) filling() []float64 {
	m := model{bend: -1 / math.Log(1-fillingShare)}
	out := make([]float64, len(of.shares))
	for i, share := range of.shares {
		out[i] = m.at(share)
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
	fills  float64 // by how much likelier it fills up than it goes on, as a logarithm
	weight float64
}

// of is that of a model.
func (l likelihoods) of(model int) float64 {
	if l.weight == 0 {
		return 0
	}
	return l.weight * l.logs[model]
}
