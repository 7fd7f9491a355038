package list

import "slices"

// SortBy orders the rows by a column: first in the column's own direction,
// and the other way round when it is sorted by already. Rows that are equal
// keep the order in which they were given. A column that cannot be sorted by,
// or that does not exist, changes nothing.
func (l *List[T, K]) SortBy(column int) {
	if column < 0 || column >= len(l.cfg.Columns) || l.cfg.Columns[column].Compare == nil {
		return
	}
	if column == l.sort {
		l.desc = !l.desc
	} else {
		l.sort, l.desc = column, l.cfg.Columns[column].Descending
	}
	l.rebuild()
}

// NextSort sorts by the next column on screen that can be sorted by, after the
// last again by the first.
func (l *List[T, K]) NextSort() { l.stepSort(1) }

// PreviousSort sorts by the column before.
func (l *List[T, K]) PreviousSort() { l.stepSort(-1) }

// InvertSort turns the order round; without a column sorted by it changes nothing.
func (l *List[T, K]) InvertSort() { l.SortBy(l.sort) }

func (l *List[T, K]) stepSort(step int) {
	var sortable []int
	for i, c := range l.cfg.Columns {
		onScreen := l.places == nil || slices.ContainsFunc(l.places, func(p place) bool { return p.column == i })
		if c.Compare != nil && onScreen {
			sortable = append(sortable, i)
		}
	}
	if len(sortable) == 0 {
		return
	}
	at := slices.Index(sortable, l.sort)
	if at < 0 && step < 0 {
		at = 0
	}
	if next := sortable[(at+step+len(sortable))%len(sortable)]; next != l.sort {
		l.SortBy(next)
	}
}

// order sorts the view. Equal rows are told apart by their index, which makes
// the order stable without the cost of a stable sort.
func (l *List[T, K]) order() {
	if l.sort < 0 {
		return
	}
	rows, compare, desc := l.rows, l.cfg.Columns[l.sort].Compare, l.desc
	slices.SortFunc(l.view, func(i, j int32) int {
		a, b := rows[i], rows[j]
		if desc {
			a, b = b, a
		}
		if c := compare(a, b); c != 0 {
			return c
		}
		return int(i - j)
	})
}
