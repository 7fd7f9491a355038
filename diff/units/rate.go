package units

import (
	"math"
	"strconv"
)

// BytesPerMinute gives a growth rate in bytes: "+3.1 MiB/min", "" for one that
// is not a finite number.
func BytesPerMinute(rate float64) string {
	n, ok := toInt(rate)
	if !ok {
		return ""
	}
	return SignedBytes(n) + "/min"
}

// CountPerMinute gives a growth rate of a count, with one decimal below 1,000:
// "+60.8/min", "" for one that is not a finite number.
func CountPerMinute(rate float64) string {
	n, ok := toInt(rate)
	switch {
	case !ok:
		return ""
	case rate == 0:
		return "0/min"
	case math.Abs(rate) >= 999.95:
		return SignedCount(n) + "/min"
	}
	return signedFloat(rate) + "/min"
}

// Percent gives the change from before to after as a signed percentage,
// "+12.3%". It is empty where a percentage means nothing: when before is zero
// or negative (NEW is a word, not a number), or after is negative. From ten
// times as much on a factor says more: "×224".
func Percent(before, after int64) string {
	if before <= 0 || after < 0 {
		return ""
	}
	percent := (float64(after) - float64(before)) / float64(before) * 100
	switch {
	case after == before:
		return "0.0%"
	case percent >= 9999_00:
		return ">×9999"
	case percent >= 899.95:
		return "×" + strconv.FormatFloat(percent/100+1, 'f', 0, 64)
	}
	return signedFloat(percent) + "%"
}

// signedFloat keeps the sign of what rounds to zero: a small change is a change.
func signedFloat(v float64) string {
	sign := "+"
	if v < 0 {
		sign = minus
	}
	return sign + strconv.FormatFloat(math.Abs(v), 'f', 1, 64)
}

// toInt rounds to the nearest int64, held at its bounds.
func toInt(v float64) (n int64, ok bool) {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, false
	case v >= math.MaxInt64:
		return math.MaxInt64, true
	case v <= math.MinInt64:
		return math.MinInt64, true
	}
	return int64(math.Round(v)), true
}
