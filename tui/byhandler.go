package tui

import (
	"cmp"
	"math"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
)

// handled is what each request handler does between two profiles of each kind.
type handled struct {
	heap, goroutines *diff.Comparison // that it is of
	rows             []handler.Row
}

// byHandler adds up what is compared by request handler. It is kept until that
// changes; what the finder learns comes with new profiles alone.
func (a *analyst) byHandler() []handler.Row {
	heap, goroutines := a.compare(snapshot.Heap), a.compare(snapshot.Goroutine)
	if a.handled.rows == nil || a.handled.heap != heap.Comparison || a.handled.goroutines != goroutines.Comparison {
		span := heap.elapsed()
		a.handled = handled{heap.Comparison, goroutines.Comparison, handler.Totals(heap.Comparison, goroutines.Comparison, span, a.finder)}
	}
	return a.handled.rows
}

// heapByHandler adds up the stacks of one column by handler, with how many
// stacks there are of each. What belongs to none comes last.
func (a *analyst) heapByHandler(c compared, column int) []heapRow {
	a.byHandler() // has the finder look at both profiles
	index := make(map[string]int)
	var rows []heapRow
	for _, r := range a.byStack(c, column) {
		h, _ := a.finder.Of(r.Stack)
		at, ok := index[h.Key()]
		if !ok {
			at = len(rows)
			index[h.Key()] = at
			rows = append(rows, heapRow{Row: diff.Row{Name: h.Name, File: h.File, Line: h.Line, Stack: r.Stack}, by: byHandler, handler: h})
		}
		sum := &rows[at].Flat
		sum.Before = snapshot.AddSaturating(sum.Before, r.Flat.Before)
		sum.After = snapshot.AddSaturating(sum.After, r.Flat.After)
		sum.Stderr = addStderr(sum.Stderr, r.Flat.Stderr)
		rows[at].stacks++
	}
	for i := range rows {
		r := &rows[i]
		r.Flat.Delta = snapshot.SubSaturating(r.Flat.After, r.Flat.Before)
		r.Cum, r.Status = r.Flat, diff.StatusOf(r.Flat)
	}
	slices.SortStableFunc(rows, func(a, b heapRow) int {
		return cmp.Or(otherLast(a.handler, b.handler), cmp.Compare(absolute(b.Flat.Delta), absolute(a.Flat.Delta)), cmp.Compare(b.Flat.After, a.Flat.After))
	})
	return rows
}

// addStderr is the standard error of a sum of independent changes; negative
// where one is not known.
func addStderr(a, b int64) int64 {
	if a < 0 || b < 0 {
		return -1
	}
	return int64(math.Round(min(math.Hypot(float64(a), float64(b)), math.MaxInt64/2)))
}

// otherLast puts what belongs to no handler after the handlers.
func otherLast(a, b handler.Handler) int {
	rank := func(h handler.Handler) int {
		if isOther(h) {
			return 1
		}
		return 0
	}
	return cmp.Compare(rank(a), rank(b))
}

// isOther reports whether it is what belongs to no handler.
func isOther(h handler.Handler) bool { return h.Key() == "" }

// handledGroup is the part of a group of goroutines that belongs to one handler.
type handledGroup struct {
	handler handler.Handler
	group   *diff.Group
	diff.Change
}

// groupsByHandler splits the goroutine groups by handler, in the order of the
// groups: labels tell the goroutines of one group apart.
func (a *analyst) groupsByHandler(groups []diff.Group) []handledGroup {
	c := a.compare(snapshot.Goroutine)
	if c.Comparison == nil || c.DefaultColumn() < 0 {
		return nil
	}
	a.byHandler() // has the finder look at both profiles
	groupOf := make(map[snapshot.StackID]int)
	for i := range groups {
		for _, id := range groups[i].Stacks {
			groupOf[id] = i
		}
	}
	type part struct {
		group int
		key   string
	}
	index := make(map[part]int)
	var out []handledGroup
	add := func(p *snapshot.Profile, to func(*diff.Change, int64)) {
		column := p.Column(c.Types[c.DefaultColumn()].Name)
		if column < 0 {
			return
		}
		for i, k := range p.Keys {
			group, ok := groupOf[k.Stack]
			if !ok {
				continue
			}
			h, _ := a.finder.OfRecord(k)
			at, ok := index[part{group, h.Key()}]
			if !ok {
				at = len(out)
				index[part{group, h.Key()}] = at
				out = append(out, handledGroup{handler: h, group: &groups[group]})
			}
			to(&out[at].Change, p.Vector(i)[column])
		}
	}
	if c.Base != nil {
		add(c.Base, func(sum *diff.Change, n int64) { sum.Before = snapshot.AddSaturating(sum.Before, n) })
	}
	add(c.Current, func(sum *diff.Change, n int64) { sum.After = snapshot.AddSaturating(sum.After, n) })
	for i := range out {
		out[i].Delta = snapshot.SubSaturating(out[i].After, out[i].Before)
	}
	slices.SortStableFunc(out, func(a, b handledGroup) int {
		return cmp.Or(cmp.Compare(absolute(b.Delta), absolute(a.Delta)), cmp.Compare(b.After, a.After))
	})
	return out
}
