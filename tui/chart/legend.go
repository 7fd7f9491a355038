package chart

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// item is what the legend says of a series.
type item struct {
	name, value string
	width       int // without the line before it
}

// drawLegend writes on line y what the lines are and what they stand at: at the
// cursor where there is one, else now. A value that is not known is a dash.
// Where the width does not do for all, the last are left out whole: half a
// number would be a wrong one.
func (c Chart) drawLegend(g *grid, y, left int, curves []curve, cursor int, hasCursor bool) {
	items := make([]item, len(curves))
	total := 0
	for i, s := range curves {
		v := s.latest
		if hasCursor {
			v = s.values[cursor]
		}
		value := "–"
		if known(v) {
			value = c.format(v)
		}
		items[i] = item{c.Series[i].Name, value, 1 + ansi.StringWidth(c.Series[i].Name) + 1 + ansi.StringWidth(value)}
		total += items[i].width
	}
	x, line, between := left, 2, 3
	if x+total+len(items)*(line+between)-between > g.width {
		x, line, between = 0, 1, 2
	}
	if total+len(items)*(line+between)-between > g.width {
		between = 1
	}
	for i, it := range items {
		if x+line+it.width > g.width {
			g.text(x, y, "…", c.Theme.Dim)
			return
		}
		x = g.text(x, y, strings.Repeat(style(i).Horizontal, line), c.Series[i].Paint) + 1
		x = g.text(x, y, it.name, c.Theme.Dim) + 1
		x = g.text(x, y, it.value, c.Theme.Normal) + between
	}
}
