package trend

import "math"

// manyEvents is how many events the normal distribution stands for the binomial from.
const manyEvents = 1e4

// betaAtHalf is the regularised incomplete beta function I(a, b) at 1/2: the
// continued fraction of DLMF 8.17.22, which converges fast where a > b, taken
// from its tail. It needs about as many terms as the root of a+b.
func betaAtHalf(a, b float64) float64 {
	events := a + b - 1
	if events > manyEvents {
		return upperNormal((a - 0.5 - events/2) / (math.Sqrt(events) / 2))
	}
	if a < b {
		return 1 - betaAtHalf(b, a)
	}
	fraction := 1.0
	for m := math.Floor(10 + math.Sqrt(a+b)); m >= 0; m-- {
		even := (m + 1) * (b - m - 1) / (2 * (a + 2*m + 1) * (a + 2*m + 2))
		odd := -(a + m) * (a + b + m) / (2 * (a + 2*m) * (a + 2*m + 1))
		fraction = 1 + odd/(1+even/fraction)
	}
	both, _ := math.Lgamma(a + b)
	one, _ := math.Lgamma(a)
	other, _ := math.Lgamma(b)
	chance := math.Exp(both-one-other-(a+b)*math.Ln2) / (a * fraction)
	return min(max(chance, 0), 1)
}

// upperNormal is the chance that a standard normal variable is at least z.
func upperNormal(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
