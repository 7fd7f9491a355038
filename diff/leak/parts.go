package leak

import (
	"math"
	"slices"

	"leaktop/diff/trend"
)

// part is some records of a place that are tested together.
type part struct {
	records []trend.RecordID
	factor  float64 // natural logarithm
	grown   int64
}

// Weights of the levels at which a place may grow: as a whole, or only what is
// of one size, at one line, or on one path.
const (
	weightWhole = 0.5
	weightSize  = 0.2
	weightLine  = 0.15
	weightStack = 0.15
)

// partSure is the factor from which on a part is sure, whatever the whole is.
const partSure = 9.0

// weighed is what was found of a place.
type weighed struct {
	records []trend.RecordID // that grow: the smallest part that explains nearly all growth
	factor  float64          // natural logarithm of the Bayes factor, over all levels
}

// weigh tests a place at each level and picks the smallest part that explains
// nearly all of its growth. Where the factor of no level is as large as the least
// that matters, that of all together is minus infinity.
func (s *scene) weigh(at *place, least float64) weighed {
	whole := part{records: at.records, factor: s.observer.Factor(at.records, least), grown: at.grown}
	if len(at.records) == 1 {
		return weighed{records: at.records, factor: whole.factor}
	}
	factors, weights := []float64{whole.factor}, []float64{weightWhole}
	best := whole
	bestScore := whole.factor + math.Log(weightWhole)
	var sorted []int
	var parts []part
	for _, level := range []struct {
		weight float64
		key    func(trend.Tally) int64
	}{
		{weightSize, func(t trend.Tally) int64 { return t.Size }},
		{weightLine, func(t trend.Tally) int64 { return int64(s.sites.of(t.Stack).where.Line) }},
		{weightStack, func(t trend.Tally) int64 { return int64(t.Stack) }},
	} {
		if by := s.sortBy(at, level.key); !slices.Equal(by, sorted) { // as where each size has a stack of its own
			sorted, parts = by, s.parts(at, least, by)
		}
		if len(parts) < 2 {
			factors, weights = append(factors, whole.factor), append(weights, level.weight)
			continue
		}
		for _, p := range parts {
			if p.records == nil {
				continue
			}
			weight := level.weight / float64(len(parts))
			factors, weights = append(factors, p.factor), append(weights, weight)
			// A part speaks for the place where it is much surer than the whole, or
			// sure and all of it.
			score := p.factor + math.Log(weight)
			if score > bestScore+1 || p.grown >= at.grown*9/10 && score > min(bestScore-3, partSure) && len(p.records) < len(best.records) {
				best, bestScore = p, max(score, bestScore)
			}
		}
	}
	most := slices.Max(factors)
	switch {
	case most < least:
		return weighed{records: best.records, factor: math.Inf(-1)}
	case slices.Contains(factors, math.Inf(-1)) && !math.IsInf(least, -1):
		return s.weigh(at, math.Inf(-1)) // now that it matters, all take part
	}
	return weighed{records: best.records, factor: trend.Mixed(factors, weights)}
}

// movedShare is how much of a growth may have come from elsewhere: where more is
// gone beside it, it has moved.
const movedShare = 0.5

// sortBy numbers, from 0, the part that each record of a place belongs to by a key;
// -1 for what was sampled once and freed before the window.
func (s *scene) sortBy(at *place, key func(trend.Tally) int64) []int {
	index := make(map[int64]int)
	out := make([]int, len(at.records))
	for i, id := range at.records {
		t := &s.places.tallies[id]
		if t.Births+t.Deaths == 0 && t.Now == 0 && t.Before == 0 {
			out[i] = -1
			continue
		}
		k := key(*t)
		n, known := index[k]
		if !known {
			n = len(index)
			index[k] = n
		}
		out[i] = n
	}
	return out
}

// parts tests the parts of a place that its records were sorted into. Those that
// cannot have grown have no records, nor have those from which others have moved to
// here: a path that refreshes a table in place takes over from the one that loaded it.
func (s *scene) parts(at *place, least float64, sorted []int) []part {
	type sum struct {
		part
		births, deaths float64
		before, now    int64
	}
	sums := make([]sum, slices.Max(sorted)+1)
	for i, id := range at.records {
		if sorted[i] < 0 {
			continue
		}
		t := &s.places.tallies[id]
		at := &sums[sorted[i]]
		at.records = append(at.records, id)
		at.births, at.deaths = at.births+t.Births, at.deaths+t.Deaths
		at.before, at.now = at.before+t.Before, at.now+t.Now
		at.grown += t.Now - t.Before
	}
	out := make([]part, len(sums))
	for i, of := range sums {
		net := of.births - of.deaths
		rest := at.births - at.deaths - net
		if !worthTesting(of.births, of.deaths, of.before, of.now) || movedShare*net < -rest {
			continue
		}
		out[i] = of.part
		if len(sums) > 1 {
			out[i].factor = s.observer.Factor(of.records, least)
		}
	}
	return out
}
