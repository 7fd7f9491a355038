package chart

import (
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"

	"leaktop/tui/theme"
)

// style returns the line of series i. Series differ by their lines, not by colour
// alone, so that they can be told apart without colours.
func style(i int) asciigraph.CharSet {
	switch i % 4 {
	case 0:
		return asciigraph.CharSet{
			Horizontal: "━", VerticalLine: "┃", ArcDownRight: "┏", ArcDownLeft: "┓", ArcUpRight: "┗", ArcUpLeft: "┛",
		}
	case 1:
		return asciigraph.CharSet{
			Horizontal: "─", VerticalLine: "│", ArcDownRight: "╭", ArcDownLeft: "╮", ArcUpRight: "╰", ArcUpLeft: "╯",
		}
	case 2:
		return asciigraph.CharSet{
			Horizontal: "╌", VerticalLine: "╎", ArcDownRight: "╭", ArcDownLeft: "╮", ArcUpRight: "╰", ArcUpLeft: "╯",
		}
	default:
		return asciigraph.CreateCharSet("·")
	}
}

// lone is drawn for a value with a gap on either side, where a line would be
// too short to be seen.
const lone = "•"

// drawCurve draws a series into the plot whose first column is left.
func drawCurve(g *grid, left int, s scale, c curve, line asciigraph.CharSet, paint theme.Paint) {
	values := c.values
	for from := 0; from < len(values); from++ {
		if math.IsNaN(values[from]) {
			continue
		}
		to := from + 1
		for to < len(values) && !math.IsNaN(values[to]) && !c.breaks[to] {
			to++
		}
		if to == from+1 {
			g.text(left+from, s.lines-1-s.line(values[from]), lone, paint)
		} else {
			drawRun(g, left+from, s, values[from:to], line, paint)
		}
		from = to - 1
	}
}

// drawRun draws an unbroken run of columns. asciigraph draws the way from one
// value to the next in a column, so the first value is given twice, and the run
// takes as many columns as it has values. It is given numbers of lines, with the
// range of all lines: then it has nothing left to scale.
func drawRun(g *grid, x int, s scale, values []float64, line asciigraph.CharSet, paint theme.Paint) {
	lines := make([]float64, 0, len(values)+1)
	lines = append(lines, float64(s.line(values[0])))
	for _, v := range values {
		lines = append(lines, float64(s.line(v)))
	}
	drawn := asciigraph.Plot(lines,
		asciigraph.Height(s.lines-1),
		asciigraph.LowerBound(0), asciigraph.UpperBound(float64(s.lines-1)),
		asciigraph.Offset(1), asciigraph.YAxisValueFormatter(func(float64) string { return "" }),
		asciigraph.SeriesChars(line),
	)
	y := 0
	for row := range strings.SplitSeq(drawn, "\n") {
		at := -1 // its own axis, which is not taken over
		for _, r := range row {
			if at >= 0 && r != ' ' {
				g.set(x+at, y, string(r), paint)
			}
			at++
		}
		y++
	}
}
