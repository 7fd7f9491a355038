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
	if m.sawtooth() {
		return math.Inf(-1)
	}
	return mostByCounts(float64(m.rises), float64(m.falls))
}

// mostByNormal bounds normalFactor.
func mostByNormal(z float64) float64 {
	t2 := growthPrior * growthPrior
	return math.Ln2 - math.Log1p(t2)/2 + z*z*t2/(2*(1+t2))
}

// mostByFloors bounds floorsFactor, which caps the factor of the own lows of cycles
// at it: the lows cannot rise by more than what there is in the end, and rise most
// surely where they never fall.
func mostByFloors(counts []float64) float64 {
	return mostByCounts(counts[len(counts)-1], 0)
}

// most bounds the factor of a record by the points at which it changed alone; no
// bound, infinite, where its size may be what grows.
func (r *record) most(places int) float64 {
	if r.unit.bytes == 0 || places < fewestPoints {
		return math.Inf(1)
	}
	var m moves
	var live, peak, count, born float64
	first := r.unit.count(r.first.live)
	p, rest, more := next(r.packed, point{})
	var before amount
	for more {
		after, left, follows := next(rest, p)
		from, to := int(p.place), places
		if follows {
			to = int(after.place)
		}
		now, all := count, born
		if p.live != before.live {
			now = r.unit.count(p.live)
		}
		if p.alloc-r.first.alloc != before.alloc {
			all = r.unit.count(p.alloc - r.first.alloc)
		}
		peak = max(peak, now)
		live += now * float64(to-max(from, 1))
		if from > 0 {
			step := now - count
			m.step(step, max(min(all-born, now), step, 0))
		}
		count, born = now, all
		before = amount{p.live, p.alloc - r.first.alloc}
		p, rest, more = after, left, follows
	}
	if peak <= fewObjects && count-first <= 1 {
		return math.Inf(1)
	}
	births, deaths := r.ends()
	kept := m.kept(live)
	line := weightLine * (1 - kept)
	floors, _ := m.floorsAndSigns()
	// Each weight is the largest that weigh may give it. They add up to more than one,
	// as a bound may.
	return Mixed(
		[]float64{mostByCounts(births, deaths), m.mostBySigns(), mostByLine(float64(places), kept, peak), mostByCounts(count, 0)},
		[]float64{1 - weightSigns - line, weightSigns, line, floors},
	)
}

// mostByLine bounds the factor by a line through so many points of which none is
// above the peak: it explains no more than all of their scatter, and what is kept
// from one to the next makes them fewer witnesses.
func mostByLine(points, kept, peak float64) float64 {
	kept = min(kept, mostCorrelated)
	inflation := (1 + kept) / (1 - kept)
	return mostByNormal(studentZ(peak*math.Sqrt(points/inflation), max(points/inflation-2, leastFreedom)))
}
