package diff

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// Paths are the stacks of a comparison as paths of function names, in the order
// of the names from the root. What is below one caller stands together, so that
// call trees are cut out of them without the parts that nobody will see, and
// equal paths are neighbours, whatever their lines. They are made once for all
// columns. They are not changed once they were made.
type Paths struct {
	c      *Comparison
	names  []string // in their order
	stacks []pathStack
	flat   []uint32 // of all stacks: indexes in names, root first
}

// pathStack is one stack: its place among the comparison's stacks, and flat[from:to].
type pathStack struct {
	at       int
	from, to int
}

// Path is one call path with what the stacks of it add up to.
type Path struct {
	Functions []string // root first; valid until the next path. Empty for a stack without frames
	Change    Change
}

// NewPaths sorts the stacks of a comparison by their names.
func NewPaths(c *Comparison) *Paths {
	names := newNamer(c.Table, byFunction)
	p := &Paths{c: c, stacks: make([]pathStack, len(c.stacks))}
	for i, s := range c.stacks {
		from := len(p.flat)
		for f := range c.Table.FrameIDs(s.stack) {
			p.flat = append(p.flat, uint32(names.id(f)))
		}
		slices.Reverse(p.flat[from:])
		p.stacks[i] = pathStack{i, from, len(p.flat)}
	}
	p.rank(names.names)
	slices.SortFunc(p.stacks, func(a, b pathStack) int {
		return cmp.Or(slices.Compare(p.flat[a.from:a.to], p.flat[b.from:b.to]), cmp.Compare(a.at, b.at))
	})
	return p
}

// rank numbers the names by their order, so that paths compare as their names do.
func (p *Paths) rank(names []string) {
	order := make([]uint32, len(names))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(names[a], names[b]) })
	ranks := make([]uint32, len(names))
	for rank, i := range order {
		ranks[i] = uint32(rank)
		p.names = append(p.names, names[i])
	}
	for i, id := range p.flat {
		p.flat[i] = ranks[id]
	}
}

// sums returns what each stack adds up to in a column, in the order of the paths.
func (p *Paths) sums(column int) []sum {
	byStack := make([]sum, 0, len(p.stacks))
	for _, s := range p.c.sums(column) {
		byStack = append(byStack, s)
	}
	out := make([]sum, len(byStack)) // none for a column that is not there
	for i := range out {
		out[i] = byStack[p.stacks[i].at]
	}
	return out
}

// All yields every path with its change in one column, those without any value
// too; equal paths are one.
func (p *Paths) All(column int) iter.Seq[Path] {
	return func(yield func(Path) bool) {
		var functions []string
		sums := p.sums(column)
		for i := 0; i < len(sums); {
			path := p.flat[p.stacks[i].from:p.stacks[i].to]
			var total sum
			for ; i < len(sums) && slices.Equal(p.flat[p.stacks[i].from:p.stacks[i].to], path); i++ {
				total.add(sums[i])
			}
			functions = functions[:0]
			for _, name := range path {
				functions = append(functions, p.names[name])
			}
			if !yield(Path{functions, total.change()}) {
				return
			}
		}
	}
}

// Tree returns the call tree of one column as the function [Tree] does, but for
// children: they are in the order of their names, and what holds less than the
// least part of the whole, before as now, is left out with all that it called.
// Whether anything was is the second result.
func (p *Paths) Tree(column int, least float64) (*Node, bool) {
	b := pathTree{Paths: p, sums: p.sums(column)}
	root := &Node{}
	for _, s := range b.sums {
		root.cum.add(s)
	}
	b.least = least * float64(max(abs(root.cum.before), abs(root.cum.after), 1))
	b.fill(root, 0, len(b.sums), 0)
	root.Cum, root.Flat = root.cum.change(), root.flat.change()
	root.Status = root.cum.presence.status(root.Cum.Delta != 0 || root.Flat.Delta != 0)
	return root, b.dropped
}

type pathTree struct {
	*Paths
	sums    []sum
	least   float64
	dropped bool
}

// fill makes the children of a node, whose stacks are from:to and agree in their
// first depth names.
func (b *pathTree) fill(n *Node, from, to, depth int) {
	for ; from < to && b.stacks[from].to-b.stacks[from].from == depth; from++ {
		n.flat.add(b.sums[from])
	}
	for from < to {
		name := b.flat[b.stacks[from].from+depth]
		child, end, top := &Node{}, from, from
		for ; end < to && b.flat[b.stacks[end].from+depth] == name; end++ {
			child.cum.add(b.sums[end])
			if delta := abs(b.sums[end].change().Delta); delta > child.topDelta {
				child.topDelta, top = delta, end
			}
		}
		switch held := float64(max(abs(child.cum.before), abs(child.cum.after))); {
		case held >= b.least:
			b.fill(child, from, end, depth+1)
			child.Frame = b.frame(top, depth)
			child.Cum, child.Flat = child.cum.change(), child.flat.change()
			child.Status = child.cum.presence.status(child.Cum.Delta != 0 || child.Flat.Delta != 0)
			n.Children = append(n.Children, child)
		case held > 0:
			b.dropped = true
		}
		from = end
	}
}

// frame is the frame to show at a depth of one of the stacks.
func (b *pathTree) frame(i, depth int) snapshot.Frame {
	id := b.c.stacks[b.stacks[i].at].stack
	up := b.stacks[i].to - b.stacks[i].from - 1 - depth // frames nearer the leaf
	for f := range b.c.Table.FrameIDs(id) {
		if up == 0 {
			return b.c.frameShown(id, f)
		}
		up--
	}
	return snapshot.Frame{}
}
