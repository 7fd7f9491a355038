package list

import (
	"iter"
	"slices"

	"leaktop/tui/theme"
)

// Config is what a list is made of.
type Config[T any, K comparable] struct {
	Columns []Column[T]
	Key     func(T) K      // the row's identity, which the selection follows
	Text    func(T) string // what the filter is matched against
	Dim     func(T) bool   // rows that matter less; nil for none
	// Heading is not nil for rows of which some only part the others: it returns
	// a title and what is said beside it, both "" for a true row. A heading is
	// never selected, and goes while the rows are filtered or sorted.
	Heading func(T) (title, note string)
	Empty   string // said where there are no rows
	Theme   theme.Theme
}

// List shows rows of type T, of which each is known by a key of type K. It is
// not safe for concurrent use.
type List[T any, K comparable] struct {
	cfg Config[T, K]

	rows   []T
	view   []int32 // indices of the rows that are shown, in order
	filter Filter
	sort   int // index of the column, -1 for the order of the rows as given
	desc   bool

	cursor int // index into view of the selected row
	offset int // index into view of the first row on screen
	// moved says that the selection was put where it is. Until then it stays on
	// the first row, whichever that is, so that new data shows its top.
	moved bool
	key   K // of the row that was selected last

	width, height int // of the last Render
	places        []place
	scroll        int // cells that the flexible column is moved to the left
}

// New returns a list without rows, in the order in which they will be given.
func New[T any, K comparable](c Config[T, K]) *List[T, K] {
	return &List[T, K]{cfg: c, sort: -1}
}

// SetRows replaces the rows. The list keeps the slice, which must not be
// changed after that. The selection stays on the row with the same key, and
// that row on the same line of the screen where that is possible; while the top
// of the list is on screen, the top stays there. Where the row is gone, the row
// that took its place is selected.
func (l *List[T, K]) SetRows(rows []T) {
	l.rows = rows
	l.rebuild()
}

// SetColumns replaces the columns, as when another metric is shown. The column
// sorted by stays the one at the same index.
func (l *List[T, K]) SetColumns(columns []Column[T]) {
	l.cfg.Columns = columns
	l.places = layout(columns, l.width)
	if l.sort >= len(columns) || l.sort >= 0 && columns[l.sort].Compare == nil {
		l.sort = -1
	}
	l.rebuild()
}

// SetTheme changes the colours, as when the terminal tells its background.
func (l *List[T, K]) SetTheme(t theme.Theme) { l.cfg.Theme = t }

// SetFilter shows only the rows that f lets through.
func (l *List[T, K]) SetFilter(f Filter) {
	l.filter = f
	l.rebuild()
}

// Filter returns the filter in force.
func (l *List[T, K]) Filter() Filter { return l.filter }

// Selected returns the selected row; ok is false where no row is shown.
func (l *List[T, K]) Selected() (row T, ok bool) {
	if len(l.view) == 0 || l.isHeading(l.cursor) {
		return row, false
	}
	return l.rows[l.view[l.cursor]], true
}

// Shown yields the rows that the filter lets through, in order, on screen or not.
func (l *List[T, K]) Shown() iter.Seq[T] {
	return func(yield func(T) bool) {
		for at, i := range l.view {
			if !l.isHeading(at) && !yield(l.rows[i]) {
				return
			}
		}
	}
}

// Len returns how many rows the filter lets through, of how many there are.
func (l *List[T, K]) Len() (shown, all int) {
	shown, all = len(l.view)-l.headings(len(l.view)), len(l.rows)
	if l.cfg.Heading != nil {
		for _, row := range l.rows {
			if l.parts(row) {
				all--
			}
		}
	}
	return shown, all
}

// rebuild makes the view anew and puts the selection back on its row.
func (l *List[T, K]) rebuild() {
	l.view = slices.Grow(l.view[:0], len(l.rows))
	asGiven := !l.filter.Active() && l.sort < 0
	for i := range l.rows {
		switch {
		case l.parts(l.rows[i]):
			if asGiven {
				l.view = append(l.view, int32(i))
			}
		case !l.filter.Active() || l.filter.Match(l.cfg.Text(l.rows[i])):
			l.view = append(l.view, int32(i))
		}
	}
	l.order()
	l.follow()
	l.settle()
}

// follow finds the selected row in a new view.
func (l *List[T, K]) follow() {
	if !l.moved {
		l.cursor, l.offset = 0, 0
		return
	}
	at := slices.IndexFunc(l.view, func(i int32) bool { return !l.parts(l.rows[i]) && l.cfg.Key(l.rows[i]) == l.key })
	if at < 0 {
		return // the same index is the nearest
	}
	line := l.cursor - l.offset
	l.cursor = at
	if l.offset > 0 || at >= l.bodyLines() {
		l.offset = at - line
	}
}

// settle brings cursor and offset within bounds and each other's sight, and
// notes whose row is selected.
func (l *List[T, K]) settle() {
	l.land(true)
	if lines := l.bodyLines(); lines > 0 {
		l.offset = min(max(l.offset, l.cursor-lines+1), l.cursor, max(0, len(l.view)-lines))
	}
	l.offset = max(0, l.offset)
	if row, ok := l.Selected(); ok {
		l.key = l.cfg.Key(row)
	}
}
