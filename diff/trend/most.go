package trend

import "math"

// How large a factor can be at most, for little work. Of the many series in a
// profile that come and go, nearly all can be left at that.

// mostByCounts bounds countFactor: no share of deaths makes what was seen
// likelier than the one that was seen.
func mostByCounts(births, deaths float64) float64 {
	if births <= deaths {
		return 0
	}
	all := births + deaths
	most := births * math.Log(2*births/all)
	if deaths > 0 {
		most += deaths * math.Log(2*deaths/all)
	}
	return most
}

// mostBySigns bounds the factor by signs.
func (m moves) mostBySigns() float64 {
	if m.down > m.up/5 {
		return math.Inf(-1)
	}
	return mostByCounts(float64(m.rises), float64(m.falls))
}

// mostByNormal bounds normalFactor.
func mostByNormal(z float64) float64 {
	t2 := growthPrior * growthPrior
	return math.Ln2 - math.Log1p(t2)/2 + z*z*t2/(2*(1+t2))
}

// mostByFloors bounds floorsFactor: the lows cannot rise by more than what there
// is in the end, and rise most surely where they never fall.
func mostByFloors(counts []float64) float64 {
	return mostByCounts(counts[len(counts)-1], 0)
}
