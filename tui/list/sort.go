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
	if column == l.want.sort {
		l.want.desc = !l.want.desc
	} else {
		l.want.sort, l.want.desc = column, l.cfg.Columns[column].Descending
	}
	l.ask()
}

// NextSort sorts by the next column on screen that can be sorted by, after the
// last again by the first.
func (l *List[T, K]) NextSort() { l.stepSort(1) }

// PreviousSort sorts by the column before.
func (l *List[T, K]) PreviousSort() { l.stepSort(-1) }

// InvertSort turns the order round; without a column sorted by it changes nothing.
func (l *List[T, K]) InvertSort() { l.SortBy(l.want.sort) }

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
	at := slices.Index(sortable, l.want.sort)
	if at < 0 && step < 0 {
		at = 0
	}
	if next := sortable[(at+step+len(sortable))%len(sortable)]; next != l.want.sort {
		l.SortBy(next)
	}
}
