package tui

import (
	"cmp"
	"fmt"
	"iter"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// handlersScreen answers: which endpoint does it.
type handlersScreen struct {
	m    *Model
	list *list.List[handlerRow, string]
	handlersContent
}

// handlersContent is what was worked out, and is on screen.
type handlersContent struct {
	heap, routines compared
	verdicts       *verdicts
	rows           []handlerRow
	total          handler.Row // of all of them
	names          string      // how many there are
}

// handlerRow is one line of the table.
type handlerRow struct {
	handler.Row
	findings int           // that belong to it
	worst    *leak.Finding // of them, nil for none
}

func newHandlers(m *Model) *handlersScreen {
	h := &handlersScreen{m: m}
	h.list = list.New(list.Config[handlerRow, string]{
		Key:      func(r handlerRow) string { return r.Handler.Key() },
		Text:     func(r handlerRow) string { return handlerText(r.Handler) },
		Dim:      func(r handlerRow) bool { return r.worst == nil && !r.Kept.Significant() && !multiplied(r.Goroutines) },
		Empty:    "no profile yet",
		Theme:    m.theme,
		Deferred: true,
	})
	return h
}

// handlerText is what the filter is matched against.
func handlerText(h handler.Handler) string { return h.Name + "\n" + h.Function + "\n" + h.Framework }

func (h *handlersScreen) refresh() { h.list.SetTheme(h.m.theme) }

func (h *handlersScreen) setting() any { return h.list.Setting() }

// task adds up by handler, filters and sorts, as far as it is not done.
func (h *handlersScreen) task() *task {
	c, th := h.handlersContent, h.m.theme
	return listed(h.list, h.m.doing(h, true, h.list), h.m.data.records(snapshot.Heap, snapshot.Goroutine),
		func(a *analyst) ([]handlerRow, []list.Column[handlerRow], bool) {
			ok := c.build(a)
			return c.rows, handlerColumns(th), ok
		},
		func(iter.Seq[handlerRow]) func() {
			return func() { h.handlersContent = c }
		})
}

// build works out the rows, unless they are what there is already. It is false
// once the analyst was stopped.
func (h *handlersContent) build(a *analyst) bool {
	heap, routines := a.compare(snapshot.Heap), a.compare(snapshot.Goroutine)
	if h.verdicts == a.verdicts && h.heap.Comparison == heap.Comparison && h.routines.Comparison == routines.Comparison {
		return true
	}
	*h = handlersContent{heap: heap, routines: routines, verdicts: a.verdicts}
	if a.stopped() {
		return false
	}
	var all []handler.Handler
	for _, r := range a.byHandler() {
		row := handlerRow{Row: r}
		if found := a.verdicts.ofHandler(r.Handler); len(found) > 0 {
			row.findings, row.worst = len(found), found[0]
		}
		h.rows = append(h.rows, row)
		h.total.AllocRate += r.AllocRate
		h.total.Kept = plus(h.total.Kept, r.Kept)
		h.total.Goroutines = plus(h.total.Goroutines, r.Goroutines)
		all = append(all, r.Handler)
	}
	h.names = handlersText(all)
	return !a.stopped()
}

func handlerColumns(th theme.Theme) []list.Column[handlerRow] {
	return []list.Column[handlerRow]{
		{
			Title: "Δ kept", Min: 11, Right: true, Priority: 9, Descending: true,
			Cell: func(r handlerRow) list.Cell {
				return list.Cell{Text: unlessZero(r.Kept.Delta, units.SignedBytes), Paint: changePaint(th, r.Kept)}
			},
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.Kept.Delta, b.Kept.Delta) },
		},
		{
			Title: "±", Min: 10, Right: true, Priority: 3, Descending: true,
			Cell:    func(r handlerRow) list.Cell { return list.Cell{Text: errorText(r.Kept, "bytes")} },
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.Kept.Stderr, b.Kept.Stderr) },
		},
		{
			Title: "kept", Min: 10, Right: true, Priority: 5, Descending: true,
			Cell:    func(r handlerRow) list.Cell { return list.Cell{Text: unlessZero(r.Kept.After, units.Bytes)} },
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.Kept.After, b.Kept.After) },
		},
		{
			Title: "allocates", Min: 12, Right: true, Priority: 8, Descending: true,
			Cell:    func(r handlerRow) list.Cell { return list.Cell{Text: unlessZero(int64(r.AllocRate), bytesPerSecond)} },
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.AllocRate, b.AllocRate) },
		},
		{
			Title: "goroutines", Min: 10, Right: true, Priority: 6, Descending: true,
			Cell:    func(r handlerRow) list.Cell { return list.Cell{Text: unlessZero(r.Goroutines.After, units.Count)} },
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.Goroutines.After, b.Goroutines.After) },
		},
		{
			Title: "Δ", Min: 7, Right: true, Priority: 4, Descending: true,
			Cell: func(r handlerRow) list.Cell {
				return list.Cell{Text: unlessZero(r.Goroutines.Delta, units.SignedCount), Paint: countPaint(th, r.Goroutines)}
			},
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.Goroutines.Delta, b.Goroutines.Delta) },
		},
		verdictColumn(7, th, func(r handlerRow) *leak.Finding { return r.worst }),
		{
			Title: "findings", Min: 8, Right: true, Priority: 1, Descending: true,
			Cell:    func(r handlerRow) list.Cell { return list.Cell{Text: unlessZero(int64(r.findings), units.Count)} },
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.findings, b.findings) },
		},
		{
			Title: "handler", Min: 26, Max: 40, Flex: true, Tail: true, Priority: 10,
			Cell:    func(r handlerRow) list.Cell { return list.Cell{Text: r.name()} },
			Compare: func(a, b handlerRow) int { return cmp.Compare(a.Handler.Name, b.Handler.Name) },
		},
		{
			Title: "where", Min: 13, Max: 24, Tail: true, Priority: 2,
			Cell: func(r handlerRow) list.Cell {
				return list.Cell{Text: position(r.Handler.File, r.Handler.Line), Paint: th.Dim}
			},
		},
	}
}

// handlerName is a handler for the clipboard.
func handlerName(h handler.Handler) string {
	return spaced(cmp.Or(h.Function, h.Name), position(h.File, h.Line))
}

// guessGlyph stands behind what belongs to a handler by a guess.
const guessGlyph = "≈"

// name is the handler's, with a mark where some of the row is a guess.
func (r handlerRow) name() string {
	if r.Guessed {
		return r.Handler.Name + " " + guessGlyph
	}
	return r.Handler.Name
}

// perSecond is a rate of allocation.
func perSecond(rate float64) string { return bytesPerSecond(int64(rate)) }

func bytesPerSecond(n int64) string { return units.Bytes(n) + "/s" }

// unlessZero leaves a cell empty where there is nothing to tell.
func unlessZero(n int64, format func(int64) string) string {
	if n == 0 {
		return ""
	}
	return format(n)
}

func (h *handlersScreen) key(key string) (tea.Cmd, bool) {
	return h.m.tableKey(h.list, key, h.open, func() string {
		r, ok := h.list.Selected()
		if !ok {
			return ""
		}
		return handlerName(r.Handler)
	})
}

func (h *handlersScreen) open() tea.Cmd {
	if r, ok := h.list.Selected(); ok {
		return h.m.open(newHandlerDetail(h.m, r.Handler))
	}
	return nil
}

func (h *handlersScreen) click(x, y int) tea.Cmd {
	return clickList(h.list, x, y-handlersTop, func(r handlerRow) string { return r.Handler.Key() }, h.open)
}

func (h *handlersScreen) wheel(lines int) { h.list.Wheel(lines) }

// handlersTop is how many lines stand above the table.
const handlersTop = 2

func (h *handlersScreen) render(width, height int) string {
	c := h.heap
	if c.Comparison == nil {
		c = h.routines
	}
	if c.Comparison == nil {
		return block(h.m.waiting(snapshot.Heap, width), height)
	}
	head := h.m.comparedLine(c, "by request handler", width) + "\n" + h.totalLine(width)
	return head + "\n" + h.list.Render(width, height-handlersTop)
}

// totalLine says what all handlers and the rest add up to.
func (h *handlersScreen) totalLine(width int) string {
	th, rate, kept, routines := h.m.theme, h.total.AllocRate, h.total.Kept, h.total.Goroutines
	change := changePaint(th, kept).Apply(units.SignedBytes(kept.Delta))
	if e := errorText(kept, "bytes"); e != "" {
		change += " " + th.Dim.Apply(e)
	}
	held := fmt.Sprintf("   kept %s → %s  %s", units.Bytes(kept.Before), units.Bytes(kept.After), change)
	short := "   kept " + change
	allocated := "   allocates " + perSecond(rate)
	count := fmt.Sprintf("   goroutines %s → %s  %s", units.Count(routines.Before), units.Count(routines.After),
		countPaint(th, routines).Apply(units.SignedCount(routines.Delta)))
	in := "   in " + h.names
	if why := hiddenWhy(h.list.FilterShown(), false, false); why != "" {
		shown, _ := h.list.Len()
		in = fmt.Sprintf("   shown %s (%s)", units.Count(int64(shown)), why)
	}
	in = th.Dim.Apply(in)
	return firstFit(width, held+allocated+count+in, short+allocated+count+in, short+allocated+in, short+in, in)
}

// handlersText says how many handlers there are, apart from the rest.
func handlersText(all []handler.Handler) string {
	handlers, rest := 0, ""
	for _, h := range all {
		if isOther(h) {
			rest = " and " + handler.Other
		} else {
			handlers++
		}
	}
	return units.Plural(handlers, "handler") + rest
}

// plus adds up two changes.
func plus(a, b diff.Change) diff.Change {
	return diff.Change{
		Before: snapshot.AddSaturating(a.Before, b.Before),
		After:  snapshot.AddSaturating(a.After, b.After),
		Delta:  snapshot.AddSaturating(a.Delta, b.Delta),
		Stderr: addStderr(a.Stderr, b.Stderr),
	}
}

func (h *handlersScreen) hints() []hint {
	return []hint{{"enter", "open"}, {"b", "base=now"}}
}

func (h *handlersScreen) help() section {
	return section{"Handlers: which endpoint does it", []hint{
		{"enter", "the findings, heap stacks and goroutines of a handler"},
		{"b", "make the newest snapshot the base"},
		{"←→", "scroll wide rows"},
		{"Δ kept ±", "how its live bytes changed since the base, with the error of sampling"},
		{"allocates", "bytes a second since the base, kept or not"},
		{"goroutines", "that serve it or were started by it"},
		{"verdict", "the worst of its findings"},
		{guessGlyph, "some of it is a guess: goroutines that run a method of the handler's type"},
		{handler.Other, "what no known framework called; --handler REGEX names more handlers"},
	}}
}
