package leak

import (
	"fmt"
	"math"
	"strings"

	"leaktop/diff"
	"leaktop/diff/units"
)

// shortName is a function without the path of its package.
func shortName(function string) string {
	pkg := diff.PackageOf(function)
	slash := strings.LastIndexByte(pkg, '/')
	if slash < 0 || !strings.HasPrefix(function, pkg) {
		return function
	}
	return function[slash+1:]
}

// probability writes a probability for people: it is never certain.
func probability(p float64) string { return percent(min(p, 0.999)) }

// percent writes a share for people.
func percent(share float64) string {
	switch p := 100 * share; {
	case p > 0 && p < 1:
		return "under 1 %"
	case p > 99 && p < 100:
		return "over 99 %"
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

// bytesOf writes an estimate of bytes.
func bytesOf(v float64) string { return units.Bytes(int64(math.Round(v))) }
