package trend

import "math"

// Number is a figure that may be unknown. The zero Number is unknown.
type Number struct {
	Value float64
	Known bool
}

// Estimate is a figure with its interval of 95 %. The zero Estimate is unknown.
// A bound that the data do not give is infinite.
type Estimate struct {
	Value, Low, High float64
	Known            bool
}

// number is known unless v is no number.
func number(v float64) Number {
	if math.IsNaN(v) {
		return Number{}
	}
	return Number{Value: v, Known: true}
}

// around is the estimate v with a normal error of this variance; unknown bounds
// are infinite.
func around(v, variance float64) Estimate {
	if math.IsNaN(v) {
		return Estimate{}
	}
	reach := normal95 * math.Sqrt(variance)
	if math.IsNaN(reach) {
		reach = math.Inf(1)
	}
	return Estimate{Value: v, Low: v - reach, High: v + reach, Known: true}
}
