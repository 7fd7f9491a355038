package trend

import "math"

// What fills up because each object lives for a while has the more deaths the
// more of it lives; what leaks beside others that come and go has as many at
// the end as at the start, and what only leaks has none. Where births and
// deaths are known that tells them apart long before the curve bends.
const (
	// fillingTurnover is the prior probability that growth is of that kind.
	fillingTurnover = 0.15
	// fillingShare is how far it would have filled, of what it levels off at.
	fillingShare = 0.5
	// mostFilling bounds what deaths tell, as the logarithm of a factor: what comes and
	// goes beside a leak may have become more.
	mostFilling = 3.0
)

// keeps is the probability that what grows is kept, rather than on the way to a
// level at which as many die as are born, by the deaths and by what else tells.
func keeps(c curve, m moves, also likelihoods) float64 {
	if c.born == nil {
		return 1
	}
	n := c.n() - 1
	span := c.span()
	net := c.counts[n] - c.counts[0]
	if net <= 0 || span <= 0 {
		return 1 - fillingTurnover
	}
	// Of births at the rate b and deaths at the rate h·live, a share q of the
	// level is reached where h = q·b/live and the rate of growth is (1−q)·b; the
	// mean rate since nothing was there is about (1−q/2)·b.
	hazard := fillingShare * (net / span) / (1 - fillingShare/2) / max(c.counts[n], 1)
	var deaths, exposure float64
	for i := range n {
		wide := c.seconds[i+1] - c.seconds[i]
		deaths += c.died(i)
		exposure += (c.counts[i] + c.counts[i+1]) / 2 * wide
	}
	others := max(deaths-hazard*exposure, 0) / span // deaths of what is short-lived
	var odds float64
	for i := range n {
		wide := c.seconds[i+1] - c.seconds[i]
		died := c.died(i)
		filling := others*wide + hazard*(c.counts[i]+c.counts[i+1])/2*wide
		leaking := deaths / span * wide
		if died > 0 {
			odds += died * math.Log(max(filling, 1e-9)/max(leaking, 1e-9))
		}
		odds -= filling - leaking
	}
	// A goal that bends is heard where the shape of the curve is.
	odds = min(odds/m.dispersion, mostFilling) + also.weight*min(also.fills, 0)
	return 1 / (1 + fillingTurnover/(1-fillingTurnover)*math.Exp(odds))
}

// died is how many sampled objects went from the i-th point to the next.
func (c curve) died(i int) float64 {
	return max(c.born[i+1]-c.born[i]-(c.counts[i+1]-c.counts[i]), 0)
}
