package tui

import (
	"cmp"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
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
		row := heapRow{Row: r, finding: h.findingOf(r)}
		if h.found && row.finding == nil {
			continue
		}
		out = append(out, row)
	}
	return out
}

// handlerRows are the rows by handler; what belongs to none stays the last.
func (h *heapScreen) handlerRows() []heapRow {
	h.empty = 0
	var out []heapRow
	for _, r := range h.m.data.heapByHandler(h.cmp, h.columnN) {
		if holdsNothing(r.Row) {
			h.empty++
			continue
		}
		if found := h.m.data.findingsOf(r.handler); len(found) > 0 {
			r.finding = found[0]
		}
		own := diff.IsOwn(snapshot.Frame{Function: r.handler.Function, File: r.handler.File}, h.m.cfg.Own)
		if h.ownOnly && !own || h.found && r.finding == nil {
			continue
		}
		out = append(out, r)
	}
	return out
}

// findingOf returns the finding that a row belongs to, nil for none.
func (h *heapScreen) findingOf(r diff.Row) *leak.Finding {
	if h.by == byStack {
		return h.m.data.verdictOf(r.Stack)
	}
	return h.m.data.verdictIn(h.by, r.Name)
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
