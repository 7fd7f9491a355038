package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// flameView draws the call tree from the entry functions down: the width of a
// box is what its function holds now, its colour how that changed.
type flameView struct {
	m    *Model
	root *diff.Node
	unit string
	zoom []string // names from the root to the function that fills the width
	at   []string // names from the zoomed function to the selected one
	top  int      // the first level on screen

	boxes  []flameBox // of the last render
	placed placed     // what they were placed for
}

// placed is what the places of the boxes depend on, besides the zoom.
type placed struct {
	root, start *diff.Node
	width       int
}

// flameBox is one function's place on screen.
type flameBox struct {
	node     *diff.Node
	path     []string // from the zoomed function
	level    int
	from, to int // cells, to is beyond the last
}

func newFlameView(m *Model) *flameView { return &flameView{m: m} }

func (f *flameView) set(root *diff.Node, unit string) { f.root, f.unit = root, unit }

// find follows names down from a node as far as they exist, and returns how far that was.
func find(from *diff.Node, names []string) (*diff.Node, int) {
	for i, name := range names {
		at := slices.IndexFunc(from.Children, func(c *diff.Node) bool { return c.Frame.Function == name })
		if at < 0 {
			return from, i
		}
		from = from.Children[at]
	}
	return from, len(names)
}

func (f *flameView) key(key string) (tea.Cmd, bool) {
	switch key {
	case "down", "j":
		f.move(1)
	case "up", "k":
		f.move(-1)
	case "right", "l":
		f.sibling(1)
	case "left", "h":
		f.sibling(-1)
	case "home", "first":
		f.at = nil
	case "enter":
		f.zoom = append(slices.Clone(f.zoom), f.at...)
		f.at = nil
	case "esc":
		if len(f.zoom) == 0 {
			return nil, false
		}
		f.at = []string{f.zoom[len(f.zoom)-1]}
		f.zoom = f.zoom[:len(f.zoom)-1]
	case "y":
		return f.m.copy(strings.Join(append(slices.Clone(f.zoom), f.at...), "\n")), true
	default:
		return nil, false
	}
	return nil, true
}

// move goes to the callee that holds most now, or back to the caller.
func (f *flameView) move(down int) {
	if down < 0 {
		f.at = f.at[:max(0, len(f.at)+down)]
		return
	}
	for range down {
		var next *flameBox
		for i := range f.boxes {
			b := &f.boxes[i]
			if b.level == len(f.at)+1 && slices.Equal(b.path[:len(f.at)], f.at) && (next == nil || b.to-b.from > next.to-next.from) {
				next = b
			}
		}
		if next == nil {
			return
		}
		f.at = next.path
	}
}

// sibling goes to the next box on the same level.
func (f *flameView) sibling(step int) {
	var level []flameBox
	here := -1
	for _, b := range f.boxes {
		if b.level != len(f.at) {
			continue
		}
		if slices.Equal(b.path, f.at) {
			here = len(level)
		}
		level = append(level, b)
	}
	if next := here + step; here >= 0 && next >= 0 && next < len(level) {
		f.at = level[next].path
	}
}

func (f *flameView) click(x, y int) {
	for _, b := range f.boxes {
		if b.level-f.top == y && x >= b.from && x < b.to {
			if slices.Equal(b.path, f.at) {
				f.key("enter")
				return
			}
			f.at = b.path
			return
		}
	}
}

func (f *flameView) render(width, height int) string {
	if f.root == nil || f.root.Cum.After <= 0 {
		return block([]string{"", "  " + f.m.theme.Dim.Apply("nothing is held now, so the flame graph is empty")}, height)
	}
	start, known := find(f.root, f.zoom)
	f.zoom = f.zoom[:known]
	_, known = find(start, f.at)
	f.at = f.at[:known]
	if want := (placed{f.root, start, width}); f.placed != want {
		f.placed, f.boxes = want, f.boxes[:0]
		f.place(start, nil, 0, 1, width-1)
	}

	rows := max(1, height-1) // the last line tells about the selected box
	f.top = max(0, min(f.top, len(f.at)))
	f.top = max(f.top, len(f.at)-rows+1)
	lines := make([]string, rows)
	used := make([]int, rows)
	for i := range f.boxes {
		b := &f.boxes[i]
		row := b.level - f.top
		if row < 0 || row >= rows {
			continue
		}
		lines[row] += strings.Repeat(" ", b.from-used[row]) + f.draw(b)
		used[row] = b.to
	}
	return block(append(lines, f.about(width)), height)
}

// place shares out the cells from:to below a node, by name so that boxes do not
// change places while data moves. What is narrower than two cells is left out.
func (f *flameView) place(n *diff.Node, path []string, level, from, to int) {
	f.boxes = append(f.boxes, flameBox{node: n, path: path, level: level, from: from, to: to})
	share, held := n.Share(), 0.0 // by the children so far, as a part of the whole
	for _, c := range byName(n.Children) {
		a := from + int(held*float64(to-from)+0.5)
		held += share(c)
		b := min(to, from+int(held*float64(to-from)+0.5))
		if b-a >= 2 {
			f.place(c, append(slices.Clone(path), c.Frame.Function), level+1, a, b)
		}
	}
}

// byName puts children in the order of their names.
func byName(children []*diff.Node) []*diff.Node {
	return slices.SortedFunc(slices.Values(children), func(a, b *diff.Node) int {
		return strings.Compare(a.Frame.Function, b.Frame.Function)
	})
}

// draw writes a box: a sign for how it changed, so that it reads without
// colour too, and its name.
func (f *flameView) draw(b *flameBox) string {
	name := shortName(b.node.Frame.Function)
	if b.level == 0 && len(f.zoom) == 0 {
		name = "all"
	}
	sign := "="
	switch c := b.node.Cum; {
	case c.Significant() && c.Delta > 0:
		sign = "+"
	case c.Significant() && c.Delta < 0:
		sign = "−"
	}
	selected := slices.Equal(b.path, f.at)
	edge := "▏"
	if selected {
		edge = theme.SelectionGlyph
	}
	room := b.to - b.from
	name = nameWithin(name, room-2)
	if held := "  " + units.Format(b.node.Cum.After, f.unit); 2+ansi.StringWidth(name)+len(held) < room {
		name += held
	}
	text := fit(edge+sign+name, room)
	if selected {
		text = f.m.theme.Title.Apply(text)
	}
	return f.paint(b.node).Apply(text)
}

// nameWithin returns as much of a function's name as fits: without its package,
// then the last part alone, which tells more than the package at its start.
func nameWithin(name string, width int) string {
	for _, part := range []string{name, name[strings.IndexByte(name, '.')+1:], name[strings.LastIndexByte(name, '.')+1:]} {
		if ansi.StringWidth(part) <= width {
			return part
		}
	}
	return name[strings.LastIndexByte(name, '.')+1:]
}

// paint is the warmer the more of what a box holds has come since the base.
func (f *flameView) paint(n *diff.Node) theme.Paint {
	heat := f.m.theme.Heat
	if !n.Cum.Significant() {
		return heat.Same
	}
	if n.Cum.Delta < 0 {
		return heat.Shrunk[step(-float64(n.Cum.Delta), n.Cum.Before)]
	}
	return heat.Grown[step(float64(n.Cum.Delta), n.Cum.After)]
}

// step maps a part of a whole to one of three shades.
func step(part float64, whole int64) int {
	if whole <= 0 {
		return 2
	}
	switch share := part / float64(whole); {
	case share < 1.0/3:
		return 0
	case share < 2.0/3:
		return 1
	}
	return 2
}

// about tells what the selected box holds.
func (f *flameView) about(width int) string {
	start, _ := find(f.root, f.zoom)
	n, _ := find(start, f.at)
	name := n.Frame.Function
	if name == "" {
		name = "all"
	}
	text := fmt.Sprintf(" %s  now %s  %s  %s", f.m.theme.Title.Apply(shortName(name)), units.Format(n.Cum.After, f.unit),
		f.m.paintChange(n.Cum, f.unit), f.m.theme.Dim.Apply(position(n.Frame.File, n.Frame.Line)))
	legend := "width: now   + grew   − shrank   = within the error "
	if len(f.zoom) > 0 {
		legend = "esc zooms out   " + legend
	}
	return leftFirst(text, []string{f.m.theme.Dim.Apply(legend)}, width)
}
