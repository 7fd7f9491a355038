package export

import "leaktop/diff"

// heat says how a box of a flame graph is coloured: 1 to 3 for what grew, the
// more of what it holds now has come since the base, −1 to −3 for what shrank,
// the more of what it held has gone, and 0 for what is the same within its
// sampling error. The steps are thirds, as on screen.
func heat(c diff.Change) int {
	switch {
	case !c.Significant():
		return 0
	case c.Delta > 0:
		return thirds(c.Delta, c.After)
	}
	return -thirds(c.Delta, c.Before)
}

// thirds maps a part of a whole to 1, 2 or 3.
func thirds(part, whole int64) int {
	if whole <= 0 {
		return 3
	}
	return 1 + min(2, int(3*float64(magnitude(part))/float64(whole)))
}

// flameBox is a function's place in a flame graph that is drawn from the entry
// functions down.
type flameBox struct {
	node     *diff.Node
	depth    int
	from, to float64 // parts of the whole width, 0 to 1
}

// flameBoxes shares out the width by what each function holds now. What takes
// less than the least part of the width is left out, with what it called. Calls
// keep their order, which [diff.Paths] makes that of their names: boxes do not
// change places from one graph to the next.
func flameBoxes(root *diff.Node, least float64) []flameBox {
	var boxes []flameBox
	var lay func(n *diff.Node, depth int, from, to float64)
	lay = func(n *diff.Node, depth int, from, to float64) {
		boxes = append(boxes, flameBox{n, depth, from, to})
		share, at := n.Share(), from
		for _, c := range n.Children {
			width := (to - from) * share(c)
			if width >= least {
				lay(c, depth+1, at, at+width)
			}
			at += width
		}
	}
	if root.Cum.After > 0 {
		lay(root, 0, 0, 1)
	}
	return boxes
}

// nodeName is the function of a node; the root stands for all.
func nodeName(n *diff.Node, root bool) string {
	if root {
		return "all"
	}
	return functionName(n.Frame)
}
