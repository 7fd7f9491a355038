package export

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"leaktop/diff"
)

// topValues writes the numbers of a table as go tool pprof -top does: all in one
// unit, which suits the smallest, with two decimals. Its kB is 1,024 bytes.
type topValues struct {
	exact bool
	unit  scaledUnit
}

// scaledUnit is a unit with how many of the sample type's units make one of it.
type scaledUnit struct {
	name string
	size float64
}

// scalesOf are the units that pprof writes the values of a sample type in, the
// smallest first; nil for what is only counted. The second result is how many
// of the first one a value is.
func scalesOf(unit string) ([]scaledUnit, float64) {
	bytes := []scaledUnit{{"B", 1}, {"kB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"TB", 1 << 40}, {"PB", 1 << 50}}
	times := []scaledUnit{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"hrs", 3600e9}}
	switch unit {
	case "bytes": // all that count bytes are unified to this
		return bytes, 1
	case "nanoseconds", "nanosecond", "ns":
		return times, 1
	case "microseconds", "microsecond", "us", "μs":
		return times, 1e3
	case "milliseconds", "millisecond", "ms":
		return times, 1e6
	case "seconds", "second", "sec", "s":
		return times, 1e9
	case "hours", "hour", "hrs", "hr":
		return times, 3600e9
	}
	return nil, 1
}

// natural is the largest unit of which a value has at least one.
func natural(n int64, unit string) (scaledUnit, bool) {
	scales, factor := scalesOf(unit)
	if scales == nil {
		return scaledUnit{}, false
	}
	value, best := math.Abs(float64(n))*factor, scales[0]
	for _, s := range scales {
		if value >= s.size {
			best = s
		}
	}
	return best, true
}

// newTopValues finds the unit for a table: that of its smallest value, unless the
// whole is of another and more than a hundred times as much: then that of a
// hundred times the smallest, which two decimals still show.
func newTopValues(t diff.Top, unit string, exact bool) topValues {
	least := uint64(0)
	for _, r := range t.Rows {
		n := magnitude(r.Flat)
		if n == 0 {
			n = magnitude(r.Cum)
		}
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	v := topValues{exact: exact, unit: scaledUnit{size: 1}}
	smallest := int64(min(least, math.MaxInt64))
	if least == 0 {
		smallest = t.Total
	}
	low, scaled := natural(smallest, unit)
	if !scaled {
		if unit != "count" && unit != "sample" && unit != "unit" {
			v.unit.name = unit
		}
		return v
	}
	high, _ := natural(t.Total, unit)
	if low != high && float64(smallest)*100 < float64(t.Total) {
		low, _ = natural(smallest*100, unit)
	}
	_, factor := scalesOf(unit)
	return topValues{exact: exact, unit: scaledUnit{low.name, low.size / factor}}
}

func (v topValues) value(n int64) string {
	if v.exact {
		return strconv.FormatInt(n, 10)
	}
	text := strings.TrimSuffix(strconv.FormatFloat(float64(n)/v.unit.size, 'f', 2, 64), ".00")
	if text == "0" || text == "-0" {
		return "0"
	}
	return text + v.unit.name
}

// share is a part of the whole as pprof writes it, five characters and the sign.
func share(n, total int64) string {
	percent := 0.0
	if total != 0 {
		percent = math.Abs(float64(n)/float64(total)) * 100
	}
	switch {
	case percent >= 99.95 && percent <= 100.05:
		return "  100%"
	case percent >= 1:
		return fmt.Sprintf("%5.2f%%", percent)
	}
	return fmt.Sprintf("%5.2g%%", percent)
}

// inlined is the mark of pprof behind the name of a function that is inlined.
func inlined(i diff.Inlined) string {
	switch i {
	case diff.PartlyInlined:
		return " (partial-inline)"
	case diff.AllInlined:
		return " (inline)"
	}
	return ""
}
