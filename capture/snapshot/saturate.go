package snapshot

import "math"

// AddSaturating returns a+b, held at the bounds of int64: a total of values
// near 2^62 must not wrap to a small or negative one.
func AddSaturating(a, b int64) int64 {
	sum := a + b
	switch {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}

// SubSaturating returns a-b, held at the bounds of int64.
func SubSaturating(a, b int64) int64 {
	diff := a - b
	switch {
	case a >= 0 && b < 0 && diff < 0:
		return math.MaxInt64
	case a < 0 && b > 0 && diff >= 0:
		return math.MinInt64
	}
	return diff
}
