package diff

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// Node is one function of the call tree, below the functions that called it.
type Node struct {
	// Frame is one of the function's frames at this place: that of the stack
	// that changed most. The zero Frame for the tree's root.
	Frame    snapshot.Frame
	Cum      Change // of all stacks through this node
	Flat     Change // of those that end here
	Status   Status
	Children []*Node // the largest change first, then the largest value, then the first name

	flat, cum sum
	topDelta  uint64
}

// Share is which part of the node's width in a flame graph a child takes, by what
// each holds now. A profile of differences has negative values: they have no
// width, and the others may add up to more than their caller. It is 0 for all
// children where nothing has a width.
func (n *Node) Share() func(child *Node) float64 {
	whole := 0.0
	for _, c := range n.Children {
		whole += max(0, float64(c.Cum.After))
	}
	whole = max(whole, float64(n.Cum.After))
	return func(child *Node) float64 {
		if whole <= 0 {
			return 0
		}
		return max(0, float64(child.Cum.After)) / whole
	}
}

// Tree returns the call tree of one column, root first, with the functions
// that calls enter at as its children. Calls to one function from the same
// caller are one node, whatever their lines. The root holds the total.
func Tree(c *Comparison, column int) *Node {
	root := &Node{}
	names := newNamer(c.Table, byFunction)
	type edge struct {
		caller *Node
		name   int
	}
	nodes := make(map[edge]*Node)
	var frames []snapshot.FrameID
	for id, s := range c.sums(column) {
		frames = slices.AppendSeq(frames[:0], c.Table.FrameIDs(id))
		delta := abs(s.change().Delta)
		root.cum.add(s)
		at := root
		for i := len(frames) - 1; i >= 0; i-- {
			e := edge{caller: at, name: names.id(frames[i])}
			child := nodes[e]
			if child == nil {
				child = &Node{Frame: c.frameShown(id, frames[i]), topDelta: delta}
				nodes[e] = child
				at.Children = append(at.Children, child)
			} else if delta > child.topDelta {
				child.Frame, child.topDelta = c.frameShown(id, frames[i]), delta
			}
			child.cum.add(s)
			at = child
		}
		at.flat.add(s)
	}
	root.finish()
	return root
}

// finish turns the sums into changes and orders the children. Depth is bounded
// by the deepest stack.
func (n *Node) finish() {
	n.Cum, n.Flat = n.cum.change(), n.flat.change()
	n.Status = n.cum.presence.status(n.Cum.Delta != 0 || n.Flat.Delta != 0)
	for _, child := range n.Children {
		child.finish()
	}
	slices.SortFunc(n.Children, func(a, b *Node) int {
		return cmp.Or(
			cmp.Compare(abs(b.Cum.Delta), abs(a.Cum.Delta)),
			cmp.Compare(abs(b.Cum.After), abs(a.Cum.After)),
			strings.Compare(a.Frame.Function, b.Frame.Function),
		)
	})
}
