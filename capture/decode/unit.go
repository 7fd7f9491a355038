package decode

import (
	"math"
	"math/bits"
	"slices"
	"strings"
)

// byteUnits are the names that profilers give to bytes and their multiples, in
// the singular; each is 1,024 times the one before, as in google/pprof.
var byteUnits = [...][]string{
	{"b", "byte"},
	{"kb", "kib", "kbyte", "kilobyte", "kibibyte"},
	{"mb", "mib", "mbyte", "megabyte", "mebibyte"},
	{"gb", "gib", "gbyte", "gigabyte", "gibibyte"},
	{"tb", "tib", "tbyte", "terabyte", "tebibyte"},
	{"pb", "pib", "pbyte", "petabyte", "pebibyte"},
}

// bytesPer returns how many bytes one of the unit is, and whether it is a unit of bytes.
func bytesPer(unit string) (int64, bool) {
	if unit == "bytes" {
		return 1, true
	}
	unit = strings.ToLower(unit)
	if len(unit) > 2 {
		unit = strings.TrimSuffix(unit, "s")
	}
	for i, names := range byteUnits {
		if slices.Contains(names, unit) {
			return 1 << (10 * i), true
		}
	}
	return 0, false
}

// scale returns v*factor for a positive factor, held at the bounds of int64.
func scale(v, factor int64) int64 {
	if factor == 1 || v == 0 {
		return v
	}
	abs := uint64(v)
	if v < 0 {
		abs = -abs
	}
	high, low := bits.Mul64(abs, uint64(factor))
	switch over := high > 0 || low > math.MaxInt64; {
	case over && v > 0:
		return math.MaxInt64
	case over:
		return math.MinInt64
	case v < 0:
		return -int64(low)
	}
	return int64(low)
}
