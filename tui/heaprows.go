package tui

import (
	"iter"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

// build works out what the setting asks for, as far as what there is already is
// not it. It is false once the analyst was stopped.
func (h *heapContent) build(a *analyst) bool {
	cmp := a.compare(snapshot.Heap)
	if cmp.Comparison == nil {
		*h = heapContent{heapSetting: h.heapSetting, columnN: -1}
		return true
	}
	column := cmp.DefaultColumn()
	if i := slices.IndexFunc(cmp.Types, func(t snapshot.SampleType) bool { return t.Name == h.column }); i >= 0 {
		column = i
	}
	made := madeOf{cmp.Comparison, a.verdicts, h.heapSetting, column}
	if h.made == made {
		return true
	}
	*h = heapContent{heapSetting: h.heapSetting, made: made, cmp: cmp, verdicts: a.verdicts, columnN: column, total: cmp.Total(column)}
	if a.stopped() {
		return false
	}
	switch h.by {
	case asTree, asFlame:
		h.root = diff.Tree(cmp.Comparison, column)
	case byHandler:
		h.rows = h.handlerRows(a)
	default:
		h.rows = h.plainRows(a)
	}
	if h.by == byStack && column >= 0 && !a.stopped() {
		h.trends = a.sparksOf(cmp, cmp.Types[column].Name)
	}
	return !a.stopped()
}

// madeOf is what the rows depend on.
type madeOf struct {
	*diff.Comparison
	verdicts *verdicts
	heapSetting
	column int
}

// plainRows makes the table's rows in the order of their change.
func (h *heapContent) plainRows(a *analyst) []*heapRow {
	var rows []diff.Row
	switch h.by {
	case byFunction:
		rows = h.cmp.ByFunction(h.columnN)
	case byPackage:
		rows = h.cmp.ByPackage(h.columnN)
	default:
		rows = a.byStack(h.cmp, h.columnN)
	}
	if a.stopped() {
		return nil
	}
	objects := h.objects()
	all := make([]heapRow, 0, len(rows))
	for _, r := range rows {
		if holdsNothing(r) {
			h.empty++
			continue
		}
		if h.ownOnly && !diff.IsOwn(snapshot.Frame{Function: r.Name, File: r.File}, a.own) {
			continue
		}
		row := heapRow{Row: r, by: h.by, objects: objects[r.Stack], finding: h.findingOf(r)}
		if h.found && row.finding == nil {
			continue
		}
		all = append(all, row)
	}
	// What may be sampling noise comes after what is not, however large.
	out := make([]*heapRow, 0, len(all))
	for rank := range 2 {
		for i := range all {
			if noiseRank(all[i].Row) == rank {
				out = append(out, &all[i])
			}
		}
	}
	return out
}

// handlerRows are the rows by handler; what belongs to none stays the last.
func (h *heapContent) handlerRows(a *analyst) []*heapRow {
	var out []*heapRow
	for _, r := range a.heapByHandler(h.cmp, h.columnN) {
		if holdsNothing(r.Row) {
			h.empty++
			continue
		}
		if found := a.verdicts.ofHandler(r.handler); len(found) > 0 {
			r.finding = found[0]
		}
		own := diff.IsOwn(snapshot.Frame{Function: r.handler.Function, File: r.handler.File}, a.own)
		if h.ownOnly && !own || h.found && r.finding == nil {
			continue
		}
		out = append(out, &r)
	}
	return out
}

// findingOf returns the finding that a row belongs to, nil for none.
func (h *heapContent) findingOf(r diff.Row) *leak.Finding {
	if h.by == byStack {
		return h.verdicts.ofStack(r.Stack)
	}
	return h.verdicts.in(h.by, r.Name)
}

// count adds up what the filter lets through.
func (h *heapContent) count(rows iter.Seq[*heapRow]) {
	h.sum = 0
	var handlers []handler.Handler
	for r := range rows {
		h.sum = snapshot.AddSaturating(h.sum, r.Flat.Delta)
		if h.by == byHandler {
			handlers = append(handlers, r.handler)
		}
	}
	h.handlers = handlersText(handlers)
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

// objects is how many more objects each stack holds, nil where the column shown
// has none of its own or rows are no stacks.
func (h *heapContent) objects() map[snapshot.StackID]int64 {
	column := h.objectsColumn()
	if h.by != byStack || column < 0 {
		return nil
	}
	out := make(map[snapshot.StackID]int64, len(h.cmp.Current.Keys))
	for k, delta := range h.cmp.Deltas() {
		out[k.Stack] = snapshot.AddSaturating(out[k.Stack], delta[column])
	}
	return out
}
