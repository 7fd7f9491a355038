package trend

import "math"

// Arrivals is the mean number of objects or goroutines that must come, and stay,
// within a window of so many points for their growth to reach a Bayes factor (a
// natural logarithm) with some probability: the test of [Observer.Of] turned
// round. They come at random times, one by one. Those of the heap are sampled,
// and their births are counted; of goroutines only the number is known. It is
// NaN where there are too few points to test.
//
// No more is taken into account than the weight of births and deaths. Whatever
// the line, the signs and the floors add makes more be found.
func Arrivals(factor float64, points int, sampled bool, confidence float64) float64 {
	if points < fewestPoints || math.IsNaN(factor) || math.IsInf(factor, 0) {
		return math.NaN()
	}
	a := arrivals{steps: float64(points - 1)}
	byLine := weightLine
	if sampled {
		// Of n points at which ever more lives, the births are 2/n of all that is met.
		byLine /= float64(points)
	}
	calm := 1 - weightSigns - byLine
	wild := calm - weightFloors
	if byLine > weightLine*fewKept {
		calm = wild
	}
	a.calm, a.wild = birthsFor(factor-math.Log(calm)), birthsFor(factor-math.Log(wild))
	low, high := a.calm, 2*a.wild+10
	for a.reached(high) < confidence && high < manyEvents {
		high *= 2
	}
	for high-low > arrivalsExact*high {
		mid := (low + high) / 2
		if a.reached(mid) < confidence {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// arrivalsExact is how exactly arrivals are found: well within what a program's
// rate is steady.
const arrivalsExact = 0.005

// birthsFor is how many births without a death make a factor.
func birthsFor(factor float64) float64 {
	low, high := 0.0, max(4*factor, 0)+20
	for high-low > arrivalsExact {
		if mid := (low + high) / 2; countFactor(mid, 0) < factor {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// arrivals is what of them are needed.
type arrivals struct {
	steps float64 // from one point to the next
	// calm is how many births are needed, in units of the dispersion, and wild how
	// many where that is so large that floors take part of the weight.
	calm, wild float64
	// sufficing are the probabilities that births are enough, by their number,
	// as far as they were asked for; the means that are tried share most of them.
	sufficing []float64
}

// reached is the probability that enough come of as many as are expected.
func (a *arrivals) reached(mean float64) float64 {
	spread := 5*math.Sqrt(mean) + 5
	from, to := math.Floor(max(mean-spread, 0)), math.Ceil(mean+spread)
	sum := 0.0
	for n := from; n <= to; n++ {
		enough := a.suffice(n)
		if enough == 0 {
			continue
		}
		factorial, _ := math.Lgamma(n + 1)
		sum += math.Exp(n*math.Log(mean)-mean-factorial) * enough
	}
	return sum
}

// suffice is the probability that so many births are enough. The dispersion that
// is found of events which come one by one is hardly ever just one.
func (a *arrivals) suffice(births float64) float64 {
	for n := len(a.sufficing); n <= int(births); n++ {
		a.sufficing = append(a.sufficing, a.enough(float64(n)))
	}
	return a.sufficing[int(births)]
}

// enough is what suffice remembers.
func (a *arrivals) enough(births float64) float64 {
	calm := a.below(min(births/a.calm, wildDispersion))
	if births/a.wild > wildDispersion {
		calm += a.below(births/a.wild) - a.below(wildDispersion)
	}
	return calm
}

// below is the probability that the dispersion of as many independent steps is
// found to be so much at most; see [dispersion]. Their index is distributed as
// chi squared over its degrees of freedom (Fisher 1950), which Wilson and
// Hilferty's cube root makes normal.
func (a *arrivals) below(most float64) float64 {
	if most < 1 {
		return 0
	}
	freedom := a.steps - 1
	index := ((a.steps+dispersionPrior)*most - dispersionPrior) / a.steps
	variance := 2 / (9 * freedom)
	return 1 - upperNormal((math.Cbrt(index)-1+variance)/math.Sqrt(variance))
}

// Sampled is how many bytes one sampled object of a size stands for, where every
// so many bytes one is sampled.
func Sampled(size, rate int64) float64 { return unitOf(size, rate).bytes }
