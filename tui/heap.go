package tui

import (
	"iter"
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
	m     *Model
	want  heapSetting
	list  *list.List[*heapRow, rowKey]
	tree  *treeView
	flame *flameView
	heapContent
}

// heapSetting is what the user chose.
type heapSetting struct {
	by      grouping
	column  string // the sample type shown, "" for the profile's most telling one
	ownOnly bool
	found   bool // only what belongs to a finding is listed
}

// heapContent is what was worked out for a setting, and is on screen.
type heapContent struct {
	heapSetting
	made     madeOf
	cmp      compared
	verdicts *verdicts
	columnN  int // index of the sample type in the comparison, -1 for none
	total    diff.Change
	rows     []*heapRow
	trends   sparks     // of the stacks
	empty    int        // rows that hold nothing, before and now: they are left out
	root     *diff.Node // of the tree and the flame graph
	sum      int64      // of the changes of the rows that the filter lets through
	handlers string     // how many there are, where rows stand for them
}

// heapRow is one line of the table.
type heapRow struct {
	diff.Row
	by      grouping
	objects int64           // how many more there are of them, of a stack
	handler handler.Handler // where rows stand for handlers
	stacks  int             // of the handler
	finding *leak.Finding   // that it belongs to, nil for none
}

// rowKey tells rows apart while data moves: stacks by id, since many have one
// name, the others by name.
type rowKey struct {
	stack snapshot.StackID
	name  string
}

func newHeap(m *Model) *heapScreen {
	h := &heapScreen{m: m}
	h.list = list.New(list.Config[*heapRow, rowKey]{
		Key:      heapRowKey,
		Text:     func(r *heapRow) string { return heapFilterText(m.cfg.Table, r) },
		Dim:      func(r *heapRow) bool { return r.finding == nil && !r.Flat.Significant() && !r.Cum.Significant() },
		Empty:    "no heap profile yet",
		Theme:    m.theme,
		Deferred: true,
	})
	h.columnN = -1
	h.tree, h.flame = newTreeView(m), newFlameView(m)
	return h
}

func heapRowKey(r *heapRow) rowKey {
	switch r.by {
	case byStack:
		return rowKey{stack: r.Stack}
	case byHandler:
		return rowKey{name: r.handler.Key()}
	}
	return rowKey{name: r.Name}
}

// heapFilterText is what the filter is matched against: everything that names
// the row, the frames below the shown one too.
func heapFilterText(table *snapshot.Table, r *heapRow) string {
	switch r.by {
	case byStack:
	case byHandler:
		return handlerText(r.handler)
	default:
		return r.Name
	}
	var b strings.Builder
	for f := range table.Frames(r.Stack) {
		b.WriteString(f.Function)
		b.WriteByte('\n')
	}
	b.WriteString(r.File)
	return b.String()
}

func (h *heapScreen) refresh() { h.list.SetTheme(h.m.theme) }

func (h *heapScreen) setting() any { return [2]any{h.want, h.list.Setting()} }

// task compares, groups, filters and sorts, as far as it is not done.
func (h *heapScreen) task() *task {
	c, th := h.heapContent, h.m.theme
	c.heapSetting = h.want
	return listed(h.list, h.m.doing(h, h.want == h.heapSetting, h.list), h.m.data.records(snapshot.Heap),
		func(a *analyst) ([]*heapRow, []list.Column[*heapRow], bool) {
			ok := c.build(a)
			return c.rows, heapColumns(&c, th), ok
		},
		func(rows iter.Seq[*heapRow]) func() {
			c.count(rows)
			return func() {
				h.heapContent = c
				if c.root != nil {
					h.tree.set(c.root, c.unit())
					h.flame.set(c.root, c.unit())
				}
			}
		})
}

// objectsColumn is the column that counts the objects of the one shown, -1
// where there is none or it is that one.
func (h *heapContent) objectsColumn() int {
	if h.cmp.Comparison == nil {
		return -1
	}
	c := h.cmp.Columns()
	switch h.columnN {
	case c.LiveBytes:
		return c.LiveObjects
	case c.AllocBytes:
		return c.AllocObjects
	}
	return -1
}

func (h *heapContent) unit() string {
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
		h.want.by = (h.want.by + 1) % groupings
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
		h.want.ownOnly = !h.want.ownOnly
	case "w":
		h.want.found = !h.want.found
	default:
		return h.m.tableKey(h.list, key, h.open, h.copied)
	}
	return nil, true
}

// copied is what is copied of the selected row.
func (h *heapScreen) copied() string {
	r, ok := h.list.Selected()
	switch {
	case !ok:
		return ""
	case r.by == byHandler:
		return handlerName(r.handler)
	}
	return stackText(h.m.cfg.Table.Stack(r.Stack))
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
	// From what is asked for already, which may not be shown yet.
	at := slices.IndexFunc(order, func(i int) bool { return h.cmp.Types[i].Name == h.want.column })
	if at < 0 {
		at = slices.Index(order, h.columnN)
	}
	h.want.column = h.cmp.Types[order[(at+1)%len(order)]].Name
}

// open shows the page of the selected row.
func (h *heapScreen) open() tea.Cmd {
	r, ok := h.list.Selected()
	if !ok {
		return nil
	}
	if r.by == byHandler {
		return h.m.open(newHandlerDetail(h.m, r.handler))
	}
	return h.m.open(newHeapDetail(h.m, r.by, r.Row, h.cmp, h.cmp.Types[h.columnN].Name))
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
	return clickList(h.list, x, y, heapRowKey, h.open)
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
