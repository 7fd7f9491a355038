package units

import (
	"math"
	"time"
)

// Format gives a value in the unit of its sample type: "bytes", "count" and
// the units of time as such, any other as a count with the unit behind it.
func Format(n int64, unit string) string {
	switch unit {
	case "bytes":
		return Bytes(n)
	case "count", "":
		return Count(n)
	}
	if d, ok := duration(n, unit); ok {
		return Duration(d)
	}
	return Count(n) + " " + unit
}

// Signed gives a change in the unit of its sample type, as [Format] does.
func Signed(n int64, unit string) string {
	switch unit {
	case "bytes":
		return SignedBytes(n)
	case "count", "":
		return SignedCount(n)
	}
	if d, ok := duration(n, unit); ok {
		if d > 0 {
			return "+" + Duration(d)
		}
		return Duration(d)
	}
	return SignedCount(n) + " " + unit
}

// duration reads n as a time span, held at the bounds of what one can be. It
// is false for a unit that is no unit of time.
func duration(n int64, unit string) (time.Duration, bool) {
	scale := time.Duration(0)
	switch unit {
	case "nanoseconds", "ns":
		scale = time.Nanosecond
	case "microseconds", "us", "µs":
		scale = time.Microsecond
	case "milliseconds", "ms":
		scale = time.Millisecond
	case "seconds", "s":
		scale = time.Second
	default:
		return 0, false
	}
	switch limit := math.MaxInt64 / int64(scale); {
	case n > limit:
		return math.MaxInt64, true
	case n < -limit:
		return math.MinInt64, true
	}
	return time.Duration(n) * scale, true
}
