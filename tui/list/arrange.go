package list

import (
	"iter"
	"slices"
)

// asGiven stands for no column to sort by.
const asGiven = -1

// order is which rows are shown, and in which order.
type order struct {
	filter Filter
	sort   int // index of the column, or asGiven
	desc   bool
}

// Wanted is what a list is asked to show. It is a copy: rows can be arranged
// beside the list, while keys go on to move in what it shows.
type Wanted[T any, K comparable] struct {
	cfg     Config[T, K]
	order   order
	columns []Column[T]
	key     K
	moved   bool
}

// Arranged is rows as a list is to show them.
type Arranged[T any, K comparable] struct {
	rows    []T
	columns []Column[T]
	order   order
	view    []int32
	heads   []int
	all     int
	key     K // of the row that is found at index at of the view
	moved   bool
	at      int // negative where it is not there
}

// Wanted returns what is asked for now.
func (l *List[T, K]) Wanted() Wanted[T, K] {
	return Wanted[T, K]{cfg: l.cfg, order: l.want, columns: l.cfg.Columns, key: l.key, moved: l.moved}
}

// Setting is the filter and the order that are asked for, as a value that is
// equal only to one of the same.
func (l *List[T, K]) Setting() any { return l.want }

// Pending says what is asked for and not shown yet: another filter, another order.
func (l *List[T, K]) Pending() (filter, order bool) {
	return l.want.filter != l.shown.filter, l.want.sort != l.shown.sort || l.want.desc != l.shown.desc
}

// With returns the same for other columns: the one sorted by stays the one at
// the same index.
func (w Wanted[T, K]) With(columns []Column[T]) Wanted[T, K] {
	w.columns = columns
	return w
}

// Filters reports whether the filter can hide a row.
func (w Wanted[T, K]) Filters() bool { return w.order.filter.Active() }

// Arrange filters and sorts rows, which must not be changed after that. It may
// run anywhere, as far as the functions of the list's configuration and columns
// may. Once stopped returns true, which may be called from here at any time, the
// work is given up and ok is false; nil is never.
func (w Wanted[T, K]) Arrange(rows []T, stopped func() bool) (a Arranged[T, K], ok bool) {
	if stopped == nil {
		stopped = func() bool { return false }
	}
	a = Arranged[T, K]{rows: rows, columns: w.columns, order: w.order, key: w.key, moved: w.moved, at: -1}
	if a.order.sort >= len(w.columns) || a.order.sort >= 0 && w.columns[a.order.sort].Compare == nil {
		a.order.sort = asGiven
	}
	if !a.choose(w.cfg, stopped) || !a.sort(stopped) {
		return Arranged[T, K]{}, false
	}
	a.find(w.cfg)
	return a, true
}

// Shown yields the rows that the filter lets through, in order.
func (a *Arranged[T, K]) Shown() iter.Seq[T] {
	return func(yield func(T) bool) {
		for at, i := range a.view {
			if _, heading := slices.BinarySearch(a.heads, at); !heading && !yield(a.rows[i]) {
				return
			}
		}
	}
}

// someRows is after how many rows it is asked whether to go on.
const someRows = 256

// choose makes the view of the rows that the filter lets through.
func (a *Arranged[T, K]) choose(cfg Config[T, K], stopped func() bool) bool {
	filter := a.order.filter
	whole := !filter.Active() && a.order.sort < 0
	a.view = make([]int32, 0, len(a.rows))
	for i, row := range a.rows {
		if i%someRows == 0 && stopped() {
			return false
		}
		switch {
		case parts(cfg, row):
			if whole {
				a.heads = append(a.heads, len(a.view))
				a.view = append(a.view, int32(i))
			}
			continue
		case cfg.shows(filter, row):
			a.view = append(a.view, int32(i))
		}
		a.all++
	}
	return true
}

// sort puts the view in order. Equal rows are told apart by their index, which
// makes the order stable without the cost of a stable sort.
func (a *Arranged[T, K]) sort(stopped func() bool) bool {
	if a.order.sort < 0 {
		return true
	}
	rows, compare := a.rows, a.columns[a.order.sort].Compare
	sign := 1
	if a.order.desc {
		sign = -1
	}
	gaveUp := false // from there on all rows are equal, and the sort ends soon
	n := 0
	slices.SortFunc(a.view, func(i, j int32) int {
		if n++; n%(16*someRows) == 0 && !gaveUp {
			gaveUp = stopped()
		}
		if gaveUp {
			return 0
		}
		if c := compare(rows[i], rows[j]); c != 0 {
			return sign * c
		}
		return int(i - j)
	})
	return !gaveUp
}

// find looks for the row that was selected.
func (a *Arranged[T, K]) find(cfg Config[T, K]) {
	if a.moved {
		a.at = slices.IndexFunc(a.view, func(i int32) bool { return !parts(cfg, a.rows[i]) && cfg.Key(a.rows[i]) == a.key })
	}
}

// Show shows rows as they were arranged. The selection stays on the row with the
// same key; see [List.SetRows].
func (l *List[T, K]) Show(a Arranged[T, K]) {
	if l.moved != a.moved || l.key != a.key {
		a.key, a.moved = l.key, l.moved // it was moved while the rows were arranged
		a.find(l.cfg)
	}
	l.cfg.Columns = a.columns
	l.places = layout(a.columns, l.width)
	l.rows, l.view, l.heads, l.all = a.rows, a.view, a.heads, a.all
	if l.want.sort >= len(a.columns) || l.want.sort >= 0 && a.columns[l.want.sort].Compare == nil {
		l.want.sort = asGiven
	}
	l.shown = a.order
	l.follow(a.at)
	l.settle()
}

// arrange filters and sorts the rows here and now.
func (l *List[T, K]) arrange() {
	if a, ok := l.Wanted().Arrange(l.rows, nil); ok {
		l.Show(a)
	}
}

// ask puts what is asked for in force, or leaves that to others.
func (l *List[T, K]) ask() {
	if !l.cfg.Deferred {
		l.arrange()
	}
}
