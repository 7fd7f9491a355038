package list

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// Render draws the list: exactly height lines, none wider than width cells.
// The first line holds the heads of the columns, the last the position where
// not all rows fit. With one line there is room for the selected row alone.
func (l *List[T, K]) Render(width, height int) string {
	width, height = max(0, width), max(0, height)
	if width != l.width || l.places == nil {
		l.places = layout(l.cfg.Columns, width)
	}
	l.width, l.height = width, height
	l.settle()
	if height == 0 {
		return ""
	}
	lines := make([]string, height)
	body := lines[l.headLines():]
	if l.headLines() > 0 {
		lines[0] = l.head()
	}
	if len(l.view) == 0 {
		body[0] = l.note(l.nothing())
	}
	if l.hintLines() > 0 {
		lines[height-1] = l.note(l.Position())
	}
	l.clampScroll()
	for i := range min(l.bodyLines(), len(l.view)-l.offset) {
		body[i] = l.line(l.offset + i)
	}
	return strings.Join(lines, "\n")
}

// Position says which rows are on screen, as "12–40 of 1,203"; it is empty
// while all of them are.
func (l *List[T, K]) Position() string {
	lines := l.bodyLines()
	if lines < 1 || len(l.view) <= lines {
		return ""
	}
	count := func(n int) string { return units.Count(int64(n)) }
	above := l.offset - l.headings(l.offset)
	onScreen := l.offset + lines - l.headings(l.offset+lines)
	return count(above+1) + "–" + count(onScreen) + " of " + count(len(l.view)-len(l.heads))
}

// headLines, bodyLines and hintLines share out the height.
func (l *List[T, K]) headLines() int {
	if l.height < 2 {
		return 0
	}
	return 1
}

func (l *List[T, K]) bodyLines() int { return l.height - l.headLines() - l.hintLines() }

func (l *List[T, K]) hintLines() int {
	const least = 5 // below that, a row is worth more than the position
	if l.height < least || len(l.view) <= l.height-l.headLines() {
		return 0
	}
	return 1
}

// nothing says why there are no rows.
func (l *List[T, K]) nothing() string {
	if len(l.rows) > 0 {
		return "no row matches the filter " + l.shown.filter.String()
	}
	return l.cfg.Empty
}

// note draws a line of words beside the rows.
func (l *List[T, K]) note(s string) string {
	if s == "" {
		return ""
	}
	return l.cfg.Theme.Dim.Apply(clip(strings.Repeat(" ", gutter)+s, l.width))
}

// head draws the heads of the columns, with an arrow at the one sorted by.
func (l *List[T, K]) head() string {
	var out line
	for _, p := range l.places {
		title, paint := l.cfg.Columns[p.column].Title, l.cfg.Theme.Dim
		right := l.cfg.Columns[p.column].Right
		if p.column == l.shown.sort {
			paint = l.cfg.Theme.Title
			title, p = l.marked(title, p, right)
		}
		out.put(p, Cell{Text: title, Paint: paint}, right)
	}
	return out.text(l.width)
}

// marked adds the arrow of the sort order to a title, on the side where it does
// not move the title away from its column. Where the column is no wider than its
// title the arrow takes a cell of the gap beside it.
func (l *List[T, K]) marked(title string, p place, right bool) (string, place) {
	arrow, space := "↑", " "
	if l.shown.desc {
		arrow = "↓"
	}
	if room := p.width - cells(title); room < 2 {
		space = ""
		switch {
		case room > 0:
		case right:
			p.x, p.width = p.x-1, p.width+1
		case p.x+p.width < l.width:
			p.width++
		}
	}
	title = clip(title, p.width-1-len(space))
	switch {
	case title == "":
		return arrow, p
	case right:
		return arrow + space + title, p
	}
	return title + space + arrow, p
}

// line draws one row of the view.
func (l *List[T, K]) line(index int) string {
	row := l.rows[l.view[index]]
	if l.isHeading(index) {
		return l.headingLine(row)
	}
	dim := l.cfg.Dim != nil && l.cfg.Dim(row)
	selected := index == l.cursor
	var out line
	if selected {
		out.put(place{width: min(1, l.width)}, Cell{Text: theme.SelectionGlyph, Paint: l.cfg.Theme.Accent}, false)
	}
	for _, p := range l.places {
		cell := l.cell(p, row)
		if dim {
			cell.Paint = l.cfg.Theme.Dim
		}
		out.put(p, cell, l.cfg.Columns[p.column].Right)
	}
	if selected {
		out.pad(l.width)
		return l.cfg.Theme.Selected.Apply(out.text(l.width))
	}
	return out.text(l.width)
}

// cell returns a row's cell in a column, scrolled where the column is flexible.
func (l *List[T, K]) cell(p place, row T) Cell {
	c := l.cfg.Columns[p.column].Cell(row)
	column := l.cfg.Columns[p.column]
	skipped := l.skipped(column)
	switch {
	case skipped > 0:
		c.Text = ansi.TruncateLeft(c.Text, skipped, "…")
	case column.Tail && (l.scroll == 0 || !column.Flex):
		c.Text = clipLeft(c.Text, p.width)
	case column.Prose:
		c.Text = ClipWords(c.Text, p.width)
	}
	return c
}

// skipped is how many cells of a column's texts are left of its edge.
func (l *List[T, K]) skipped(c Column[T]) int {
	switch {
	case !c.Flex:
		return 0
	case c.Tail:
		return max(0, l.scroll-scrollStep) // the first step goes to the start
	}
	return l.scroll
}

// clampScroll ends sideways scrolling where the widest row on screen is seen to its end.
func (l *List[T, K]) clampScroll() {
	if l.scroll == 0 {
		return
	}
	most := 0
	for _, p := range l.places {
		if !l.cfg.Columns[p.column].Flex {
			continue
		}
		for at := l.offset; at < min(l.offset+l.bodyLines(), len(l.view)); at++ {
			if l.isHeading(at) {
				continue
			}
			i := l.view[at]
			if w := cells(l.cfg.Columns[p.column].Cell(l.rows[i]).Text); w > p.width {
				most = max(most, w-p.width+1) // and one for the ellipsis at its left
				if l.cfg.Columns[p.column].Tail {
					most = max(most, w-p.width+1+scrollStep)
				}
			}
		}
	}
	l.scroll = min(l.scroll, most)
}
