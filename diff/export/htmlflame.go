package export

import "leaktop/diff"

// mostFlameNodes bounds the flame graphs of a page, so that it opens at once.
const mostFlameNodes = 12_000

// flame is a call tree as the script draws it. Nodes are flat, parents before
// their children, since a deep tree of objects would be larger and slower.
type flame struct {
	Title string   `json:"title"` // "heap inuse_space"
	Unit  string   `json:"unit"`
	Names []string `json:"names"`
	// Nodes hold for each node: the depth, the index of its name, that of its
	// place, before, after, the standard error of the change (−1 unknown) and
	// the heat; see [heat]. They are in order of names below each parent.
	Nodes [][7]int64 `json:"nodes"`
	// Least is the part of the whole below which nodes were left out, 0 for none.
	Least float64 `json:"least"`
}

// flames are those of all columns of a diff, and the index of the one of the
// column that was asked for.
func flames(d Diff, chosen column) ([]flame, int) {
	out, at := []flame{}, 0
	for _, c := range d.comparisons() {
		paths := diff.NewPaths(c)
		for _, i := range c.Order() {
			if c == chosen.Comparison && i == chosen.index {
				at = len(out)
			}
			f := newFlame(paths, column{c, i})
			if d.Alone {
				f.plain()
			}
			out = append(out, f)
		}
	}
	return out, at
}

// leastPart is the part of the whole below which a function is left out, where
// there are not too many above it.
const leastPart = 1.0 / 4000

func newFlame(paths *diff.Paths, c column) flame {
	f := flame{Title: c.title(), Unit: c.sampleType().Unit, Names: []string{}, Nodes: [][7]int64{}}
	least := leastPart
	root, dropped := paths.Tree(c.index, least)
	for countNodes(root) > mostFlameNodes {
		least *= 2
		root, dropped = paths.Tree(c.index, least)
	}
	if dropped {
		f.Least = least
	}
	w := flameWriter{flame: &f, index: make(map[string]int64)}
	w.add(root, 0)
	return f
}

// plain takes away how the nodes changed, where there is nothing before.
func (f *flame) plain() {
	const stderr, heat = 5, 6
	for i := range f.Nodes {
		f.Nodes[i][stderr], f.Nodes[i][heat] = 0, 0
	}
}

func countNodes(n *diff.Node) int {
	count := 1
	for _, child := range n.Children {
		count += countNodes(child)
	}
	return count
}

type flameWriter struct {
	*flame
	index map[string]int64
}

func (w *flameWriter) add(n *diff.Node, depth int64) {
	at := place(n.Frame)
	if depth == 0 || at == "-" {
		at = ""
	}
	w.Nodes = append(w.Nodes, [7]int64{depth, w.name(nodeName(n, depth == 0)), w.name(at), n.Cum.Before, n.Cum.After, n.Cum.Stderr, int64(heat(n.Cum))})
	for _, child := range n.Children {
		w.add(child, depth+1)
	}
}

// name returns the index of a text, which many nodes share.
func (w *flameWriter) name(text string) int64 {
	i, ok := w.index[text]
	if !ok {
		i = int64(len(w.Names))
		w.index[text], w.Names = i, append(w.Names, text)
	}
	return i
}
