package target

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// goMemLimit finds GOMEMLIMIT in the environment of a Go program, 0 for none.
// Nothing else in it is looked at: it may hold secrets.
func goMemLimit(environ []byte) int64 {
	const name = "GOMEMLIMIT="
	for variable := range bytes.SplitSeq(environ, []byte{0}) {
		if value, ok := bytes.CutPrefix(variable, []byte(name)); ok {
			return parseMemLimit(string(value)) // the runtime takes the first, too
		}
	}
	return 0
}

// parseMemLimit reads a value of GOMEMLIMIT as the runtime does: bytes, or a
// number with one of its units. "off" is no limit, and so is what it would not take.
func parseMemLimit(text string) int64 {
	factor := int64(1)
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"B", 1}} {
		if number, ok := strings.CutSuffix(text, unit.name); ok {
			text, factor = number, unit.bytes
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n >= math.MaxInt64/factor {
		return 0
	}
	return n * factor
}
