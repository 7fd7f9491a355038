package chart

import (
	"math"
	"strings"
)

// Spark draws values, oldest first, as one line of bars, exactly width cells
// wide and the newest at its right end. What is not known is a blank. Where
// there are more values than cells a cell shows the highest of its values. As
// on a [Chart], a range below a tenth of the values is shown as level.
func Spark(values []float64, width int) string {
	if width <= 0 {
		return ""
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	columns := min(width, len(values))
	lo, hi := extend(math.Inf(1), math.Inf(-1), values)
	lo, hi = widen(lo, hi, 1)
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", width-columns))
	for i := range columns {
		from, to := i*len(values)/columns, (i+1)*len(values)/columns
		_, v := extend(math.Inf(1), math.Inf(-1), values[from:to])
		if !known(v) {
			b.WriteByte(' ')
			continue
		}
		// Cut, not rounded: then the middle of the range, where a level curve
		// lies, is in the middle of a bar's share.
		at := math.Floor((v-lo)/(hi-lo)*float64(len(bars)-1) + slack)
		b.WriteRune(bars[int(max(0, min(at, float64(len(bars)-1))))])
	}
	return b.String()
}
