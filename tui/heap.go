package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/tui/list"
)

// grouping is what a row of the Heap screen stands for.
type grouping uint8

const (
	byStack grouping = iota
	byFunction
	byPackage
	byHandler
	asTree
	asFlame
	groupings
)

func (g grouping) String() string {
	return [...]string{"by stack", "by function", "by package", "by handler", "as tree", "as flame graph"}[g]
}

// heapScreen shows what grew between the base and the current snapshot.
type heapScreen struct {
	m       *Model
	by      grouping
	column  string // the sample type shown, "" for the profile's most telling one
	ownOnly bool
	found   bool // only what belongs to a finding is listed
	list    *list.List[heapRow, rowKey]
	tree    *treeView
	flame   *flameView
	cmp     compared
	columnN int // index of the sample type in the comparison, -1 for none
	total   diff.Change
	empty   int          // rows that hold nothing, before and now: they are left out
	layout  columnLayout // what the list's columns were made for
}

// heapRow is one line of the table.
type heapRow struct {
	diff.Row
	handler handler.Handler // where rows stand for handlers
	stacks  int             // of the handler
	finding *leak.Finding   // that it belongs to, nil for none
}

// rowKey tells rows apart while data moves: stacks by id, the others by name.
type rowKey struct {
	stack snapshot.StackID
	name  string
}

func newHeap(m *Model) *heapScreen {
	h := &heapScreen{m: m}
	h.list = list.New(list.Config[heapRow, rowKey]{
		Key:   h.rowKey,
		Text:  h.filterText,
		Dim:   func(r heapRow) bool { return r.finding == nil && !r.Flat.Significant() && !r.Cum.Significant() },
		Empty: "no heap profile yet",
		Theme: m.theme,
	})
	h.tree, h.flame = newTreeView(m), newFlameView(m)
	h.refresh()
	return h
}

// rowKey tells rows apart: stacks by id, since many have one name.
func (h *heapScreen) rowKey(r heapRow) rowKey {
	switch h.by {
	case byStack:
		return rowKey{stack: r.Stack}
	case byHandler:
		return rowKey{name: r.handler.Key()}
	}
	return rowKey{name: r.Name}
}

// filterText is what the filter is matched against: everything that names the
// row, the frames below the shown one too.
func (h *heapScreen) filterText(r heapRow) string {
	switch h.by {
	case byStack:
	case byHandler:
		return handlerText(r.handler)
	default:
		return r.Name
	}
	var b strings.Builder
	for f := range h.m.data.history.Table.Frames(r.Stack) {
		b.WriteString(f.Function)
		b.WriteByte('\n')
	}
	b.WriteString(r.File)
	return b.String()
}

func (h *heapScreen) refresh() {
	h.list.SetTheme(h.m.theme)
	h.cmp = h.m.data.compare(snapshot.Heap)
	if h.cmp.Comparison == nil {
		h.columnN = -1
		h.list.SetRows(nil)
		return
	}
	h.columnN = h.cmp.DefaultColumn()
	if i := slices.IndexFunc(h.cmp.Types, func(t snapshot.SampleType) bool { return t.Name == h.column }); i >= 0 {
		h.columnN = i
	}
	h.total = h.cmp.Total(h.columnN)
	if want := h.wantLayout(); h.layout != want {
		h.layout = want
		h.list.SetRows(nil) // the old rows have nothing for the new columns
		h.list.SetColumns(h.columns())
	}
	switch h.by {
	case asTree, asFlame:
		root := diff.Tree(h.cmp.Comparison, h.columnN)
		h.tree.set(root, h.unit())
		h.flame.set(root, h.unit())
	default:
		h.list.SetRows(h.rows())
	}
}

// objectsColumn is the column that counts the objects of the one shown, -1
// where there is none or it is that one.
func (h *heapScreen) objectsColumn() int {
	c := h.cmp.Columns()
	switch h.columnN {
	case c.LiveBytes:
		return c.LiveObjects
	case c.AllocBytes:
		return c.AllocObjects
	}
	return -1
}

func (h *heapScreen) unit() string {
	if h.columnN < 0 {
		return "count"
	}
	return h.cmp.Types[h.columnN].Unit
}

func (h *heapScreen) key(key string) (tea.Cmd, bool) {
	switch key {
	case "m":
		h.nextMetric()
		return nil, true
	case "v":
		h.by = (h.by + 1) % groupings
		h.refresh()
		return nil, true
	case "b":
		h.m.baseIsNow()
		return nil, true
	}
	switch h.by {
	case asTree:
		return h.tree.key(key)
	case asFlame:
		return h.flame.key(key)
	}
	switch key {
	case "p":
		h.ownOnly = !h.ownOnly
		h.refresh()
	case "w":
		h.found = !h.found
		h.refresh()
	case "left":
		h.list.Scroll(-1)
	case "right":
		h.list.Scroll(1)
	case "enter":
		return h.open(), true
	case "y":
		r, ok := h.list.Selected()
		switch {
		case ok && h.by == byHandler:
			return h.m.copy(handlerName(r.handler)), true
		case ok:
			return h.m.copy(stackText(h.m.data.history.Table.Stack(r.Stack))), true
		}
	default:
		return h.m.listKey(h.list, key)
	}
	return nil, true
}

// nextMetric shows the next sample type, the most telling ones first.
func (h *heapScreen) nextMetric() {
	if h.cmp.Comparison == nil {
		return
	}
	order := h.cmp.Order()
	if len(order) == 0 {
		return
	}
	at := slices.Index(order, h.columnN)
	h.column = h.cmp.Types[order[(at+1)%len(order)]].Name
	h.refresh()
}

// open shows the page of the selected row.
func (h *heapScreen) open() tea.Cmd {
	r, ok := h.list.Selected()
	if !ok {
		return nil
	}
	if h.by == byHandler {
		return h.m.open(newHandlerDetail(h.m, r.handler))
	}
	return h.m.open(newHeapDetail(h.m, h.by, r.Row, h.cmp.Types[h.columnN].Name))
}

func (h *heapScreen) click(x, y int) tea.Cmd {
	y -= heapTop
	switch h.by {
	case asFlame:
		h.flame.click(x, y)
		return nil
	case asTree:
		return h.tree.click(x, y)
	}
	return clickList(h.list, x, y, h.rowKey, h.open)
}

func (h *heapScreen) wheel(lines int) {
	switch h.by {
	case asTree:
		h.tree.list.Wheel(lines)
	case asFlame:
		h.flame.move(lines)
	default:
		h.list.Wheel(lines)
	}
}

// heapTop is how many lines stand above the table.
const heapTop = 2

func (h *heapScreen) render(width, height int) string {
	if h.cmp.Comparison == nil {
		return block(h.m.waiting(snapshot.Heap, width), height)
	}
	lines := []string{h.m.comparedLine(h.cmp, h.metricName()+" · "+h.by.String(), width), h.totalLine(width)}
	body := height - len(lines)
	switch h.by {
	case asTree:
		lines = append(lines, strings.Split(h.tree.render(width, body), "\n")...)
	case asFlame:
		lines = append(lines, strings.Split(h.flame.render(width, body), "\n")...)
	default:
		lines = append(lines, strings.Split(h.list.Render(width, body), "\n")...)
	}
	return block(lines, height)
}

func (h *heapScreen) hints() []hint {
	switch h.by {
	case asFlame:
		return []hint{{"enter", "zoom"}, {"v", "view"}, {"m", "metric"}, {"b", "base=now"}}
	case asTree:
		return []hint{{"→←", "unfold, fold"}, {"v", "view"}, {"m", "metric"}, {"b", "base=now"}}
	}
	return []hint{{"enter", "open"}, {"m", "metric"}, {"v", "view"}, {"p", "own code"}, {"w", "findings"}, {"b", "base=now"}}
}

func (h *heapScreen) help() section {
	return section{"Heap: what grew between the base and the current snapshot", []hint{
		{"m", "metric: live bytes, live objects, allocated bytes, allocated objects"},
		{"v", "by stack, function, package, request handler, as tree, as flame graph"},
		{"p", "own code only, or all; not in the tree and the flame graph"},
		{"w", "only what belongs to a finding, or all; not in the tree and the flame graph"},
		{"b", "make the newest snapshot the base"},
		{"←→", "scroll wide rows; in the tree fold and unfold; in the flame graph move"},
		{"enter", "open a row; in the flame graph zoom in, esc zooms out"},
		{"±", "the standard error that heap sampling causes; a change within three of them is dimmed"},
		{"NEW GONE", "not there in the base; nothing left of it"},
	}}
}
