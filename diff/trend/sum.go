package trend

import (
	"slices"

	"leaktop/capture/snapshot"
)

// unique returns ids in order, each once.
func unique(ids []snapshot.StackID) []snapshot.StackID {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Through returns the heap stacks that pass through a function or end in it, in
// the order in which they were first seen. The caller must not change the slice.
func (o *Observer) Through(function string) []snapshot.StackID {
	o.frames.extend(o.table, o.heap.stacks)
	return o.frames.through[function]
}

// frameIndex finds the heap stacks through a function.
type frameIndex struct {
	indexed int // of the stacks
	through map[string][]snapshot.StackID
}

// extend takes in the stacks that are new since the last time.
func (x *frameIndex) extend(t *snapshot.Table, stacks []snapshot.StackID) {
	if x.through == nil {
		x.through = make(map[string][]snapshot.StackID)
	}
	for _, id := range stacks[x.indexed:] {
		for f := range t.Frames(id) {
			// A function that calls itself stands in a stack more than once.
			if at := x.through[f.Function]; len(at) == 0 || at[len(at)-1] != id {
				x.through[f.Function] = append(at, id)
			}
		}
	}
	x.indexed = len(stacks)
}
