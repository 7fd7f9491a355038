package trend

import "math"

// Bayes factors of growth against a level: how many times likelier what was
// seen is if a series grows than if it is level. They are kept as natural
// logarithms. Under a level a factor is 1 on average, whatever it is made of,
// so that a mean of several is a factor again, and so is a mean over the parts
// of a whole of which any may be the one that grows.

// growthPrior is how many standard errors a growth is expected to be, where
// there is one; the factor hardly depends on it.
const growthPrior = 3.0

// countFactor is the factor by births and deaths. Of events in a level series a
// death is as likely as a birth; in one that grows its share is taken to be
// anything below a half, each as likely.
func countFactor(births, deaths float64) float64 {
	if !(births+deaths > 0) {
		return 0
	}
	// ∫ 2·q^d·(1−q)^b dq from 0 to ½, over ½^(b+d).
	a, b := deaths+1, births+1
	one, _ := math.Lgamma(a)
	other, _ := math.Lgamma(b)
	both, _ := math.Lgamma(a + b)
	below := math.Log(max(betaAtHalf(a, b), math.SmallestNonzeroFloat64))
	return math.Ln2 + one + other - both + below + (births+deaths)*math.Ln2
}

// normalFactor is the factor of a growth that is z standard errors.
func normalFactor(z float64) float64 {
	t2 := growthPrior * growthPrior
	tail := math.Log(max(1-upperNormal(z*growthPrior/math.Sqrt(1+t2)), math.SmallestNonzeroFloat64))
	return math.Ln2 - math.Log(1+t2)/2 + tail + z*z*t2/(2*(1+t2))
}

// orderFactor is the factor of a series that rises so often and never falls, by
// the order of its values alone: of all orders of rises+1 different values one
// rises throughout. Half of the weight is for other kinds of growth.
func orderFactor(rises int) float64 {
	orders, _ := math.Lgamma(float64(rises) + 2)
	return orders - math.Ln2
}

// Mixed is the mean of Bayes factors, which are given as logarithms, with weights
// that add up to at most one. What is left of the weight counts as a factor of 0,
// not as one of 1.
func Mixed(factors, weights []float64) float64 {
	most := math.Inf(-1)
	for i, f := range factors {
		if weights[i] > 0 {
			most = max(most, f)
		}
	}
	if math.IsInf(most, -1) {
		return most
	}
	var sum float64
	for i, f := range factors {
		if weights[i] > 0 { // what has no weight may be too large to be counted
			sum += weights[i] * math.Exp(f-most)
		}
	}
	return most + math.Log(sum)
}

// studentZ is the standard normal deviate that is about as unusual as a t with
// so many degrees of freedom (Wallace 1959).
func studentZ(t, freedom float64) float64 {
	if freedom <= 0 {
		return 0
	}
	z := (8*freedom + 1) / (8*freedom + 3) * math.Sqrt(freedom*math.Log1p(t*t/freedom))
	return math.Copysign(z, t)
}
