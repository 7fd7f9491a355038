package export

import (
	"leaktop/diff"
)

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
		for _, i := range c.Order() {
			if c == chosen.Comparison && i == chosen.index {
				at = len(out)
			}
			out = append(out, newFlame(column{c, i}))
		}
	}
	return out, at
}

func newFlame(c column) flame {
	f := flame{Title: c.title(), Unit: c.sampleType().Unit, Names: []string{}, Nodes: [][7]int64{}}
	root := diff.Tree(c.Comparison, c.index)
	whole := max(magnitude(root.Cum.Before), magnitude(root.Cum.After), 1)
	least := 1.0 / 4000
	for countNodes(root, least*float64(whole)) > mostFlameNodes {
		least *= 2
	}
	w := flameWriter{flame: &f, index: make(map[string]int64), least: least * float64(whole)}
	w.add(root, 0)
	if w.dropped {
		f.Least = least
	}
	return f
}

// weight is by what a node is left out: the more of what it held and holds.
func weight(n *diff.Node) float64 {
	return float64(max(magnitude(n.Cum.Before), magnitude(n.Cum.After)))
}

func countNodes(n *diff.Node, least float64) int {
	count := 1
	for _, child := range n.Children {
		if weight(child) >= least {
			count += countNodes(child, least)
		}
	}
	return count
}

type flameWriter struct {
	*flame
	index   map[string]int64
	least   float64
	dropped bool
}

func (w *flameWriter) add(n *diff.Node, depth int64) {
	at := place(n.Frame)
	if depth == 0 || at == "-" {
		at = ""
	}
	w.Nodes = append(w.Nodes, [7]int64{depth, w.name(nodeName(n, depth == 0)), w.name(at), n.Cum.Before, n.Cum.After, n.Cum.Stderr, int64(heat(n.Cum))})
	for _, child := range byName(n.Children) {
		if weight(child) < w.least {
			w.dropped = w.dropped || weight(child) > 0
			continue
		}
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
