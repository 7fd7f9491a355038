package snapshot

import (
	"iter"
	"sync"
)

// Table interns frames, stacks and label sets for the life of the program.
//
// Stacks are kept as a tree: a node is a frame and a pointer to its caller, so
// that the frames which stacks share near the root are stored once. Ids grow
// from 1 in order of first appearance and are never reused.
//
// A Table is safe for concurrent use: the sampler interns while a screen reads.
type Table struct {
	mu       sync.RWMutex
	frames   []Frame // index is FrameID; element 0 is unused
	frameIDs map[Frame]FrameID
	nodes    []node // index is StackID; element 0 is the root, NoStack
	children map[node]StackID
	told     map[told]StackID // the nodes that are no part of the tree; nil for none
	states   map[StackID]told // the other way round
	labels   []Labels         // index is LabelsID; element 0 is the empty set
	labelIDs map[string]LabelsID
}

// node is one stack: a leaf frame on top of its caller's stack.
type node struct {
	caller StackID
	frame  FrameID
}

// NewTable returns an empty table.
func NewTable() *Table {
	return &Table{
		frames:   make([]Frame, 1),
		frameIDs: make(map[Frame]FrameID),
		nodes:    make([]node, 1),
		children: make(map[node]StackID),
		labels:   make([]Labels, 1),
		labelIDs: make(map[string]LabelsID),
	}
}

// InternFrame returns the id of f, the same for equal frames.
func (t *Table) InternFrame(f Frame) FrameID {
	t.mu.RLock()
	id, ok := t.frameIDs[f]
	t.mu.RUnlock()
	if ok {
		return id
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.frameIDs[f]; ok {
		return id
	}
	id = FrameID(len(t.frames))
	t.frames = append(t.frames, f)
	t.frameIDs[f] = id
	return id
}

// InternStack returns the id of the stack with these frames, leaf first, as
// pprof orders them. No frames give [NoStack].
func (t *Table) InternStack(leafFirst []FrameID) StackID {
	t.mu.RLock()
	id, missing := t.find(leafFirst)
	t.mu.RUnlock()
	if missing == 0 {
		return id
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id, missing = t.find(leafFirst) // another writer may have added part of it
	for i := missing - 1; i >= 0; i-- {
		n := node{caller: id, frame: leafFirst[i]}
		id = StackID(len(t.nodes))
		t.nodes = append(t.nodes, n)
		t.children[n] = id
	}
	return id
}

// InternOn interns a stack on top of its caller's and appends the ids of all
// stacks on the way to path, one a frame. Frames come root first. Who interns
// many stacks in an order in which neighbours share their root side saves the
// walk over what they share.
func (t *Table) InternOn(caller StackID, rootFirst []FrameID, path []StackID) []StackID {
	from := len(path)
	t.mu.RLock()
	path = t.walk(caller, rootFirst, path)
	t.mu.RUnlock()
	if len(path)-from == len(rootFirst) {
		return path
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	path = t.walk(caller, rootFirst, path[:from]) // another writer may have added part of it
	if n := len(path); n > from {
		caller = path[n-1]
	}
	for _, f := range rootFirst[len(path)-from:] {
		n := node{caller: caller, frame: f}
		caller = StackID(len(t.nodes))
		t.nodes = append(t.nodes, n)
		t.children[n] = caller
		path = append(path, caller)
	}
	return path
}

// walk appends the ids of the stacks on the way, as far as the tree knows them.
func (t *Table) walk(caller StackID, rootFirst []FrameID, path []StackID) []StackID {
	for _, f := range rootFirst {
		child, ok := t.children[node{caller: caller, frame: f}]
		if !ok {
			break
		}
		path = append(path, child)
		caller = child
	}
	return path
}

// find walks from the root as far as the tree knows the stack. It returns the
// node it reached and how many frames, counted from the leaf, are missing.
func (t *Table) find(leafFirst []FrameID) (id StackID, missing int) {
	for i := len(leafFirst) - 1; i >= 0; i-- {
		child, ok := t.children[node{caller: id, frame: leafFirst[i]}]
		if !ok {
			return id, i + 1
		}
		id = child
	}
	return id, 0
}

// Frame returns an interned frame. An id that is not of this table gives the zero Frame.
func (t *Table) Frame(id FrameID) Frame {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if int(id) >= len(t.frames) {
		return Frame{}
	}
	return t.frames[id]
}

// FrameIDs yields the frames of a stack, leaf to root.
func (t *Table) FrameIDs(id StackID) iter.Seq[FrameID] {
	return func(yield func(FrameID) bool) {
		for id != NoStack {
			n := t.node(id)
			if n.frame == 0 || !yield(n.frame) {
				return
			}
			id = n.caller
		}
	}
}

// Frames yields the frames of a stack, leaf to root, by value.
func (t *Table) Frames(id StackID) iter.Seq[Frame] {
	return func(yield func(Frame) bool) {
		for f := range t.FrameIDs(id) {
			if !yield(t.Frame(f)) {
				return
			}
		}
	}
}

// Stack returns the frames of a stack, leaf to root, in a new slice.
func (t *Table) Stack(id StackID) []Frame {
	var out []Frame
	for f := range t.Frames(id) {
		out = append(out, f)
	}
	return out
}

// Leaf returns the leaf frame of a stack; the zero Frame for [NoStack].
func (t *Table) Leaf(id StackID) Frame { return t.Frame(t.node(id).frame) }

// Entry returns the root frame of a stack, which is the goroutine's entry
// function; the zero Frame for [NoStack].
func (t *Table) Entry(id StackID) Frame {
	var root FrameID
	for f := range t.FrameIDs(id) {
		root = f
	}
	return t.Frame(root)
}

// Size returns how many distinct frames and stacks (inner nodes included) the table holds.
func (t *Table) Size() (frames, stacks int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.frames) - 1, len(t.nodes) - 1
}

func (t *Table) node(id StackID) node {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if int(id) >= len(t.nodes) {
		return node{}
	}
	return t.nodes[id]
}
