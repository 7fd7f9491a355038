package tui

import (
	"cmp"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// rows makes the table's rows in the order of their change.
func (h *heapScreen) rows() []heapRow {
	var rows []diff.Row
	switch h.by {
	case byHandler:
		return h.handlerRows()
	case byFunction:
		rows = h.cmp.ByFunction(h.columnN)
	case byPackage:
		rows = h.cmp.ByPackage(h.columnN)
	default:
		rows = h.cmp.ByStack(h.columnN, h.m.cfg.Own)
	}
	// What may be sampling noise comes after what is not, however large.
	slices.SortStableFunc(rows, func(a, b diff.Row) int {
		return cmp.Compare(noiseRank(a), noiseRank(b))
	})
	out := make([]heapRow, 0, len(rows))
	h.empty = 0
	for _, r := range rows {
		if holdsNothing(r) {
			h.empty++
			continue
		}
		if h.ownOnly && !diff.IsOwn(snapshot.Frame{Function: r.Name, File: r.File}, h.m.cfg.Own) {
			continue
		}
		out = append(out, heapRow{Row: r})
	}
	return out
}

// handlerRows are the rows by handler; what belongs to none stays the last.
func (h *heapScreen) handlerRows() []heapRow {
	h.empty = 0
	return slices.DeleteFunc(h.m.data.heapByHandler(h.cmp, h.columnN), func(r heapRow) bool {
		if holdsNothing(r.Row) {
			h.empty++
			return true
		}
		return h.ownOnly && !diff.IsOwn(snapshot.Frame{Function: r.handler.Function, File: r.handler.File}, h.m.cfg.Own)
	})
}

// noiseRank is 0 for a row that changed for certain, else 1.
func noiseRank(r diff.Row) int {
	if r.Flat.Significant() || r.Cum.Significant() {
		return 0
	}
	return 1
}

// holdsNothing reports whether a row is there for its other columns only: a Go
// heap profile keeps every stack that ever allocated.
func holdsNothing(r diff.Row) bool {
	return r.Flat.Before == 0 && r.Flat.After == 0 && r.Cum.Before == 0 && r.Cum.After == 0
}

// objects is how many more objects a stack holds. It is looked up for the rows
// on screen, since a pass over all of them costs as much as the rows themselves.
func (h *heapScreen) objects(r heapRow) int64 {
	name := h.cmp.Types[h.objectsColumn()].Name
	stack := []snapshot.StackID{r.Stack}
	now := stackTotal(h.cmp.Current, stack, h.cmp.Current.Column(name))
	before := stackTotal(h.cmp.Base, stack, h.cmp.Base.Column(name))
	return snapshot.SubSaturating(now, before)
}
