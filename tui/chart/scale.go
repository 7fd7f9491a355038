package chart

import (
	"math"
	"strconv"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// scale maps values to lines of the plot and names some of them.
type scale struct {
	lo, hi float64
	lines  int
	labels []string // by line, the lowest first; "" for none
	gutter int      // cells kept for the labels
}

// newScale makes the value axis for values from lo to hi; lo is above hi where
// there are none. The axis does not start at 0, or growth would not be seen,
// but it covers at least a tenth of the values, or noise would look like it.
func newScale(lo, hi float64, lines int, unit float64, format func(float64) string) scale {
	s := scale{lines: lines, labels: make([]string, lines)}
	if lo > hi {
		s.hi = unit
		return s
	}
	lo, hi = widen(lo, hi, unit)
	// Bounds are round too, to about half a line, so that they stay while the
	// values move a little.
	round := nice((hi-lo)/float64(lines-1)/2, unit)
	s.lo, s.hi = math.Floor(lo/round+slack)*round, math.Ceil(hi/round-slack)*round
	s.label(format, unit)
	return s
}

// widest returns the cells that the widest label takes.
func (s scale) widest() int {
	n := 0
	for _, label := range s.labels {
		n = max(n, ansi.StringWidth(label))
	}
	return n
}

// slack absorbs what rounding adds to a quotient that should be whole.
const slack = 1e-9

// label names the lines of round values, with a line between them if possible
// and no two names alike; where there are not two of them, the bounds.
func (s *scale) label(format func(float64) string, unit float64) {
	for _, apart := range []float64{2, 1} {
		if s.lines < 5 && apart > 1 {
			continue
		}
		least := (s.hi - s.lo) * apart / float64(s.lines-1)
		for step := nice(least, unit); step <= s.hi-s.lo; step = nice(step*1.5, unit) {
			if labels := s.multiples(step, format); labels != nil {
				s.labels = labels
				return
			}
		}
	}
	s.labels[0], s.labels[s.lines-1] = format(s.lo), format(s.hi)
}

// multiples names the multiples of step; nil where fewer than two are in range
// or two names are alike.
func (s *scale) multiples(step float64, format func(float64) string) []string {
	labels := make([]string, s.lines)
	count, last := 0, ""
	for i := math.Ceil(s.lo/step - slack); i <= s.hi/step+slack; i++ {
		v := i*step + 0 // never -0
		text := format(v)
		if count > 0 && text == last {
			return nil
		}
		labels[s.line(v)], last = text, text
		count++
	}
	if count < 2 {
		return nil
	}
	return labels
}

// line returns the line of a value, 0 for the lowest.
func (s scale) line(v float64) int {
	at := math.Round((v - s.lo) / (s.hi - s.lo) * float64(s.lines-1))
	return int(max(0, min(at, float64(s.lines-1))))
}

// draw writes the axis and its labels.
func (s scale) draw(g *grid, paint theme.Paint) {
	for i, label := range s.labels {
		y, tick := s.lines-1-i, "│"
		if label != "" {
			tick = "┤"
		}
		g.text(s.gutter-ansi.StringWidth(label), y, label, paint)
		g.text(s.gutter+axisCells-1, y, tick, paint)
	}
}

// widen makes a range at least a tenth of its values, or one unit around zero.
func widen(lo, hi, unit float64) (wideLo, wideHi float64) {
	least := max(math.Abs(lo), math.Abs(hi)) / 10
	if least < 1e-100 {
		least = unit
	}
	if hi-lo >= least {
		return lo, hi
	}
	wideLo = lo - (least-(hi-lo))/2
	if lo >= 0 {
		wideLo = max(0, wideLo)
	}
	return wideLo, wideLo + least
}

// extend returns the range lo to hi with the known values in it.
func extend(lo, hi float64, values []float64) (float64, float64) {
	for _, v := range values {
		if known(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

// nice returns the smallest of 1, 2 and 5 times a power of ten units that is at
// least v.
func nice(v, unit float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v/unit)))
	for _, digit := range []float64{1, 2, 5} {
		if step := digit * power * unit; step >= v*(1-slack) {
			return step
		}
	}
	return 10 * power * unit
}

// formatPlain writes a value without a unit.
func formatPlain(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
