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

// odds writes a small probability for people.
func odds(p float64) string {
	switch {
	case p < 1e-9:
		return "less than 1 in a billion"
	case p < 1e-6:
		return "less than 1 in a million"
	case p < 1e-3:
		return "less than 1 in a thousand"
	}
	return fmt.Sprintf("about 1 in %d", int(math.Round(1/p)))
}

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
