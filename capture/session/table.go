package session

import (
	"iter"

	"leaktop/capture/snapshot"
)

// What one record of stacks holds at most, so that its payload stays small.
const (
	maxTableFrames = 1 << 16
	maxTableLines  = 1 << 19 // frames of stacks
	maxTableLabels = 1 << 14
	maxTableText   = 16 << 20 // bytes of the names of frames, or of labels
)

// maxLabels bounds the sets of labels in a file. See [load] for all else.
const maxLabels = 1 << 18

// parts splits additions into what fits into one record each, frames first:
// a stack names frames that come before it.
func parts(a snapshot.Additions) iter.Seq[snapshot.Additions] {
	return func(yield func(snapshot.Additions) bool) {
		for !a.Empty() {
			part := snapshot.Additions{After: a.After}
			part.Frames, a.Frames = cut(a.Frames, fewFrames(a.Frames))
			if len(a.Frames) == 0 {
				part.Stacks, a.Stacks = cut(a.Stacks, few(a.Stacks))
				part.Labels, a.Labels = cut(a.Labels, fewLabels(a.Labels))
			}
			a.After = part.End()
			if !yield(part) {
				return
			}
		}
	}
}

func cut[T any](all []T, most int) (part, rest []T) {
	n := min(len(all), most)
	return all[:n], all[n:]
}

// fewFrames is how many of the frames fit into one record, at least one.
func fewFrames(frames []snapshot.Frame) int {
	text := 0
	for i, f := range frames {
		if text += len(f.Function) + len(f.File); i == maxTableFrames || text > maxTableText {
			return max(i, 1)
		}
	}
	return len(frames)
}

// few is how many of the stacks fit into one record, at least one.
func few(stacks []snapshot.AddedStack) int {
	lines := 0
	for i, stack := range stacks {
		if lines += len(stack.Frames) + 1; lines > maxTableLines {
			return max(i, 1)
		}
	}
	return len(stacks)
}

// fewLabels is how many of the sets of labels fit into one record, at least one.
func fewLabels(sets []snapshot.Labels) int {
	var l load
	for i, set := range sets {
		for _, of := range set {
			l.label(of)
		}
		if i == maxTableLabels || l.labelText > maxTableText {
			return max(i, 1)
		}
	}
	return len(sets)
}

// additions writes what a table took in, and counts it. A name is written where it first
// occurs in the record, as 0 and the text; then as its number. Sets of labels for
// which there is no room are written as empty ones; it returns how many.
func (p *payload) additions(a snapshot.Additions, l *load) (unlabelled int) {
	p.uint(uint64(a.After.Frames))
	p.uint(uint64(a.After.Stacks))
	p.uint(uint64(a.After.Labels))
	names := make(map[string]uint64)
	put := func(s string) (first bool) {
		n := names[s]
		p.uint(n)
		if n == 0 {
			names[s] = uint64(len(names) + 1)
			p.string(s)
		}
		return n == 0
	}
	name := func(s string) {
		if put(s) {
			l.name(s)
		}
	}
	p.uint(uint64(len(a.Frames)))
	for _, f := range a.Frames {
		l.frame(f)
		name(f.Function)
		name(f.File)
		p.int(int64(f.Line))
		p.int(int64(f.StartLine))
		p.bool(f.Inlined)
	}
	p.uint(uint64(len(a.Stacks)))
	var last []snapshot.FrameID
	for _, stack := range a.Stacks {
		if stack.State != "" {
			p.uint(0) // a stack that shares nothing and has nothing of its own
			p.uint(0)
			p.uint(uint64(stack.Bare))
			name(stack.State)
			continue
		}
		l.lines += len(stack.Frames)
		p.stack(stack.Frames, last)
		last = stack.Frames
	}
	p.uint(uint64(len(a.Labels)))
	for _, set := range a.Labels {
		if !l.take(set) {
			unlabelled++
			set = nil
		}
		p.uint(uint64(len(set)))
		for _, of := range set {
			put(of.Key)
			put(of.Value)
		}
	}
	return unlabelled
}

// stack writes one stack: how many frames it shares with the last one, counted
// from the root, and its others from the leaf.
func (p *payload) stack(stack, last []snapshot.FrameID) {
	shared := 0
	for shared < len(stack) && shared < len(last) && stack[len(stack)-1-shared] == last[len(last)-1-shared] {
		shared++
	}
	p.uint(uint64(shared))
	p.uint(uint64(len(stack) - shared))
	for _, f := range stack[:len(stack)-shared] {
		p.uint(uint64(f))
	}
}
