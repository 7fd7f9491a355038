package chart

import (
	"math"
	"strings"
	"time"

	"leaktop/tui/theme"
)

// Point is one value of a curve.
type Point struct {
	Time time.Time
	// Value is NaN where the target answered without saying this value; the
	// one before then still holds. What is infinite or beyond ±1e200 counts as NaN.
	Value float64
	// Gap says that the target gave no answer between the point before and this
	// one. The line breaks there, in the other series too.
	Gap bool
}

// Series is one curve. Points are in order of time, at any distance.
type Series struct {
	Name   string // plain text, as all texts of a chart
	Paint  theme.Paint
	Points []Point
}

// Mark is a moment that is marked below the plot.
type Mark struct {
	Time  time.Time
	Glyph rune   // one cell wide
	Label string // written after the glyph where there is room, "" for none
	Paint theme.Paint
}

// Glyphs of marks.
const (
	SnapshotGlyph = '▴'
	RestartGlyph  = '↻'
	ForcedGCGlyph = 'g'
)

// Chart is what is to be drawn.
type Chart struct {
	// Series are at most four; the first is drawn over the others. What they
	// hold is of one unit: bytes and counts belong into two charts.
	Series []Series
	Marks  []Mark // where two fall on one cell, the later in the slice is seen
	// From and To are the window of time. Where To is zero it is the newest
	// point's time, where From is zero the oldest's.
	From, To time.Time
	// Format writes a value for the axis and the legend, at a stable width.
	Format func(float64) string
	// Unit is what Format counts in, 1<<20 where it writes MiB: the axis is
	// labelled at round multiples of it. 0 is 1.
	Unit float64
	// Cursor is the moment whose values the legend shows and which a vertical
	// line marks; where it is zero, or out of the window, the legend shows the
	// newest values.
	Cursor time.Time
	Theme  theme.Theme
}

const (
	leastWidth  = 20 // below this, or leastHeight, a chart has no axes
	leastHeight = 3
	// A value axis of a chart with room takes at least this, so that it does
	// not move sideways as soon as a value has a digit more, and so that charts
	// above each other line up.
	leastGutter = 8
	axisCells   = 2 // a blank and the axis itself, right of the labels
)

// Render draws the chart: exactly height lines, none wider than width cells.
// Where it has too little room the marks go first, then the time axis, then
// the legend; the smallest sizes show a spark of the first series.
func (c Chart) Render(width, height int) string {
	if height <= 0 {
		return ""
	}
	if width < leastWidth || height < leastHeight {
		return c.small(max(0, width), height)
	}
	plot, axis, marks := height-1, 0, 0
	if height > leastHeight {
		plot, axis = plot-1, 1
	}
	if len(c.Marks) > 0 && plot > leastHeight {
		plot, marks = plot-1, 1
	}

	w, scale, curves := c.fit(width, plot)
	left := scale.gutter + axisCells
	g := newGrid(width, height)
	scale.draw(g, c.Theme.Dim)
	for i := len(curves) - 1; i >= 0; i-- {
		drawCurve(g, left, scale, curves[i], style(i), c.Series[i].Paint)
	}
	cursor, hasCursor := w.column(c.Cursor)
	hasCursor = hasCursor && !c.Cursor.IsZero()
	if hasCursor {
		g.rule(left+cursor, 0, plot, c.Theme.Accent)
	}
	if marks > 0 {
		c.drawMarks(g, plot, left, w)
	}
	if axis > 0 {
		c.drawTimes(g, plot+marks, left, w, hasCursor)
	}
	c.drawLegend(g, height-1, left, curves, cursor, hasCursor)
	return g.String()
}

// fit finds the columns that the labels of the value axis leave for the
// curves. The labels depend on the values, and the values on the columns, so it
// starts with narrow labels and gives way until they fit.
func (c Chart) fit(width, lines int) (window, scale, []curve) {
	gutter := 1
	if width >= 3*leastWidth {
		gutter = leastGutter
	}
	outages := c.outages()
	for {
		w := c.window(width - gutter - axisCells)
		curves := c.curves(w, outages)
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, curve := range curves {
			lo, hi = extend(lo, hi, curve.values)
		}
		s := newScale(lo, hi, lines, c.unit(), c.format)
		if wide := min(s.widest(), width/2); wide > gutter {
			gutter = wide
			continue
		}
		s.gutter = gutter
		return w, s, curves
	}
}

// small is a chart without room for axes.
func (c Chart) small(width, height int) string {
	lines := make([]string, height)
	if len(c.Series) > 0 && width > 0 {
		s := c.curves(c.window(width), c.outages())[0]
		lines[0] = c.Series[0].Paint.Apply(Spark(s.values, width))
	}
	return strings.Join(lines, "\n")
}

func (c Chart) unit() float64 {
	if c.Unit > 0 && known(c.Unit) {
		return c.Unit
	}
	return 1
}

func (c Chart) format(v float64) string {
	if c.Format == nil {
		return formatPlain(v)
	}
	return c.Format(v)
}
