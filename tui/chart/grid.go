package chart

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// grid is a drawing of cells. What is drawn outside of it is lost.
type grid struct {
	width, height int
	cells         []cell
}

// cell is one cell of the screen. The second cell of a wide character is taken
// and empty.
type cell struct {
	text  string
	paint theme.Paint
	taken bool
}

func newGrid(width, height int) *grid {
	return &grid{width: width, height: height, cells: make([]cell, width*height)}
}

// set draws one character that is one cell wide.
func (g *grid) set(x, y int, text string, paint theme.Paint) {
	if x >= 0 && x < g.width && y >= 0 && y < g.height {
		g.cells[y*g.width+x] = cell{text: text, paint: paint, taken: true}
	}
}

// text writes a text from cell x on and returns the cell after it.
func (g *grid) text(x, y int, s string, paint theme.Paint) int {
	for len(s) > 0 {
		cluster, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		s = s[len(cluster):]
		if width == 0 || width > 1 && x+width > g.width {
			continue
		}
		g.set(x, y, cluster, paint)
		for i := 1; i < width; i++ {
			g.set(x+i, y, "", paint)
		}
		x += width
	}
	return x
}

// free reports whether nothing is drawn from cell x on for n cells; outside of
// the grid nothing is free.
func (g *grid) free(x, y, n int) bool {
	if x < 0 || x+n > g.width {
		return false
	}
	for i := x; i < x+n; i++ {
		if g.cells[y*g.width+i].taken {
			return false
		}
	}
	return true
}

// rule draws a vertical line through what is still free.
func (g *grid) rule(x, from, to int, paint theme.Paint) {
	for y := from; y < to; y++ {
		if g.free(x, y, 1) {
			g.set(x, y, "┊", paint)
		}
	}
}

// String returns the drawing without blanks at the ends of its lines.
func (g *grid) String() string {
	var b strings.Builder
	for y := range g.height {
		if y > 0 {
			b.WriteByte('\n')
		}
		row := g.cells[y*g.width : (y+1)*g.width]
		for len(row) > 0 && !row[len(row)-1].taken {
			row = row[:len(row)-1]
		}
		for i := 0; i < len(row); {
			from := i
			var run strings.Builder
			for ; i < len(row) && row[i].taken == row[from].taken && row[i].paint == row[from].paint; i++ {
				if row[i].taken {
					run.WriteString(row[i].text)
				} else {
					run.WriteByte(' ')
				}
			}
			b.WriteString(row[from].paint.Apply(run.String()))
		}
	}
	return b.String()
}
