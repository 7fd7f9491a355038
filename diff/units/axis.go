package units

import (
	"math"
	"strconv"
)

// Axis chooses one scale for all values up to largest, so that the labels of a
// chart's axis can be compared at a glance: how much one step of it is, and how
// a value is written in it. Bytes read "12.3 MiB" with one binary prefix for
// all; counts are grouped whole numbers; other units go by [Format].
func Axis(largest int64, unit string) (step float64, format func(float64) string) {
	if unit != "bytes" {
		return 1, func(v float64) string {
			n, _ := toInt(math.Round(v))
			return Format(n, unit)
		}
	}
	const prefixes = "KMGTPE"
	step, name := 1.0, "B"
	for i := 0; i < len(prefixes) && float64(largest) >= 1024*step; i++ {
		step, name = step*1024, prefixes[i:i+1]+"iB"
	}
	decimals := 1
	if step == 1 {
		decimals = 0
	}
	return step, func(v float64) string {
		return strconv.FormatFloat(v/step, 'f', decimals, 64) + " " + name
	}
}
