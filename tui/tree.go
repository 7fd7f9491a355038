package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/list"
)

// treeView shows the call tree, from the entry functions to the allocations,
// with what each function and all it calls changed by. It unfolds along the
// paths that hold most of the change.
type treeView struct {
	m    *Model
	list *list.List[treeRow, string]
	root *diff.Node
	unit string
	open map[string]bool // what the user unfolded or folded, by path
}

// treeRow is one function at one place of the tree.
type treeRow struct {
	node  *diff.Node
	path  string // names from the root, which tell rows apart
	depth int
	open  bool
}

// hotShare is the part of all change below which a branch starts folded.
const hotShare = 0.1

func newTreeView(m *Model) *treeView {
	t := &treeView{m: m, open: make(map[string]bool)}
	t.list = list.New(list.Config[treeRow, string]{
		Key:   func(r treeRow) string { return r.path },
		Text:  func(r treeRow) string { return r.node.Frame.Function },
		Dim:   func(r treeRow) bool { return !r.node.Cum.Significant() },
		Empty: "no stacks",
		Theme: m.theme,
	})
	return t
}

func (t *treeView) set(root *diff.Node, unit string) {
	if unit != t.unit || t.root == nil {
		t.unit = unit
		t.list.SetColumns(t.columns())
	}
	t.root = root
	t.list.SetTheme(t.m.theme)
	t.refold()
}

// refold lists the rows that are unfolded.
func (t *treeView) refold() {
	var rows []treeRow
	var walk func(n *diff.Node, path string, depth int)
	walk = func(n *diff.Node, path string, depth int) {
		for _, child := range n.Children {
			r := treeRow{node: child, path: path + "\x00" + child.Frame.Function, depth: depth}
			r.open = len(child.Children) > 0 && t.unfolded(r)
			rows = append(rows, r)
			if r.open {
				walk(child, r.path, depth+1)
			}
		}
	}
	if t.root != nil {
		walk(t.root, "", 0)
	}
	t.list.SetRows(rows)
}

func (t *treeView) unfolded(r treeRow) bool {
	if open, chosen := t.open[r.path]; chosen {
		return open
	}
	all, part := absolute(t.root.Cum.Delta), absolute(r.node.Cum.Delta)
	return all > 0 && float64(part) >= hotShare*float64(all)
}

func (t *treeView) columns() []list.Column[treeRow] {
	unit := t.unit
	return []list.Column[treeRow]{
		{
			Title: "Δ cum", Min: 16, Right: true, Priority: 4,
			Cell: func(r treeRow) list.Cell {
				return list.Cell{Text: changeText(r.node.Status, r.node.Cum.Delta, unit), Paint: changePaint(t.m.theme, r.node.Cum)}
			},
		},
		{
			Title: "Δ flat", Min: 11, Right: true, Priority: 2,
			Cell: func(r treeRow) list.Cell {
				if r.node.Flat.Delta == 0 {
					return list.Cell{}
				}
				return list.Cell{Text: units.Signed(r.node.Flat.Delta, unit)}
			},
		},
		{
			Title: "now", Min: 10, Right: true, Priority: 3,
			Cell: func(r treeRow) list.Cell { return list.Cell{Text: units.Format(r.node.Cum.After, unit)} },
		},
		{
			Title: "function", Min: 20, Flex: true, Priority: 5,
			Cell: func(r treeRow) list.Cell {
				fold := "  "
				switch {
				case r.open:
					fold = "▾ "
				case len(r.node.Children) > 0:
					fold = "▹ "
				}
				return list.Cell{Text: strings.Repeat("  ", r.depth) + fold + shortName(r.node.Frame.Function)}
			},
		},
		{
			Title: "where", Min: 16, Max: 24, Priority: 1,
			Cell: func(r treeRow) list.Cell {
				return list.Cell{Text: position(r.node.Frame.File, r.node.Frame.Line), Paint: t.m.theme.Dim}
			},
		},
	}
}

func (t *treeView) key(key string) (tea.Cmd, bool) {
	switch key {
	case "right", "l":
		t.fold(true)
	case "left", "h":
		t.fold(false)
	case "enter":
		t.toggle()
	case "y":
		if r, ok := t.list.Selected(); ok {
			return t.m.copy(strings.ReplaceAll(strings.TrimPrefix(r.path, "\x00"), "\x00", "\n")), true
		}
	default:
		return t.m.listKey(t.list, key)
	}
	return nil, true
}

// fold opens or closes the selected branch.
func (t *treeView) fold(open bool) {
	if r, ok := t.list.Selected(); ok && len(r.node.Children) > 0 {
		t.open[r.path] = open
		t.refold()
	}
}

func (t *treeView) click(x, y int) tea.Cmd {
	return clickList(t.list, x, y, func(r treeRow) string { return r.path }, t.toggle)
}

// toggle folds the selected branch if it is open, and opens it if it is not.
func (t *treeView) toggle() tea.Cmd {
	if r, ok := t.list.Selected(); ok {
		t.fold(!r.open)
	}
	return nil
}

func (t *treeView) render(width, height int) string { return t.list.Render(width, height) }

// absolute is the magnitude of a change, held at the bound of int64.
func absolute(n int64) int64 {
	if n < 0 {
		return snapshot.SubSaturating(0, n)
	}
	return n
}
