package list

import "leaktop/tui/theme"

// Config is what a list is made of.
type Config[T any, K comparable] struct {
	Columns []Column[T]
	Key     func(T) K      // the row's identity, which the selection follows
	Text    func(T) string // what the filter is matched against
	Fields  []Field[T]     // that a filter can name besides; nil for none
	Dim     func(T) bool   // rows that matter less; nil for none
	// Heading is not nil for rows of which some only part the others: it returns
	// a title and what is said beside it, both "" for a true row. A heading is
	// never selected, and goes while the rows are filtered or sorted.
	Heading func(T) (title, note string)
	Empty   string // said where there are no rows
	Theme   theme.Theme
	// Deferred lists do not filter and sort by themselves, which may take longer
	// than a frame: what is asked for is in force once [Wanted.Arrange] was run,
	// wherever that is, and its result was given to [List.Show].
	Deferred bool
}

// List shows rows of type T, of which each is known by a key of type K. It is
// not safe for concurrent use.
type List[T any, K comparable] struct {
	cfg Config[T, K]

	want  order // that is asked for
	shown order // in which the rows are
	rows  []T
	view  []int32 // indices of the rows that are shown, in order
	heads []int   // indices into view of the headings
	all   int     // rows that are no headings

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
	return &List[T, K]{cfg: c, want: order{sort: asGiven}, shown: order{sort: asGiven}}
}

// SetRows replaces the rows. The list keeps the slice, which must not be
// changed after that. The selection stays on the row with the same key, and
// that row on the same line of the screen where that is possible; while the top
// of the list is on screen, the top stays there. Where the row is gone, the row
// that took its place is selected.
//
// What takes long is done at once: a deferred list has [List.Show] for rows.
func (l *List[T, K]) SetRows(rows []T) {
	l.rows = rows
	l.arrange()
}

// SetColumns replaces the columns, as when another metric is shown. The column
// sorted by stays the one at the same index.
func (l *List[T, K]) SetColumns(columns []Column[T]) {
	l.cfg.Columns = columns
	l.arrange()
}

// SetTheme changes the colours, as when the terminal tells its background.
func (l *List[T, K]) SetTheme(t theme.Theme) { l.cfg.Theme = t }

// SetFilter shows only the rows that f lets through.
func (l *List[T, K]) SetFilter(f Filter) {
	l.want.filter = f
	l.ask()
}

// Filter returns the filter that is asked for.
func (l *List[T, K]) Filter() Filter { return l.want.filter }

// FilterShown returns the filter in force.
func (l *List[T, K]) FilterShown() Filter { return l.shown.filter }

// Selected returns the selected row; ok is false where no row is shown.
func (l *List[T, K]) Selected() (row T, ok bool) {
	if len(l.view) == 0 || l.isHeading(l.cursor) {
		return row, false
	}
	return l.rows[l.view[l.cursor]], true
}

// Len returns how many rows the filter lets through, of how many there are.
func (l *List[T, K]) Len() (shown, all int) { return len(l.view) - len(l.heads), l.all }

// follow puts the selection back on its row in a new view, where at is the
// row's index; negative where it is gone.
func (l *List[T, K]) follow(at int) {
	if !l.moved {
		l.cursor, l.offset = 0, 0
		return
	}
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
