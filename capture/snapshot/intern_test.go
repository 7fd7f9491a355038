package snapshot

import (
	"slices"
	"sync"
	"testing"
)

func TestInternOnEqualsInternStack(t *testing.T) {
	table := NewTable()
	a, b, c := table.InternFrame(Frame{Function: "a"}), table.InternFrame(Frame{Function: "b"}), table.InternFrame(Frame{Function: "c"})
	known := table.InternStack([]FrameID{b, a}) // leaf first: a calls b

	path := table.InternOn(NoStack, []FrameID{a, b, c}, nil)
	if len(path) != 3 || path[1] != known || path[2] != table.InternStack([]FrameID{c, b, a}) {
		t.Errorf("path %d: want the stacks a, a b and a b c", path)
	}
	again := table.InternOn(known, []FrameID{c}, slices.Clone(path[:2]))
	if !slices.Equal(again, path) {
		t.Errorf("on top of a caller: %d, want %d", again, path)
	}
	if got := table.InternOn(known, nil, nil); got != nil {
		t.Errorf("no frames gave %d", got)
	}
}

func TestInternOnFromManyGoroutines(t *testing.T) {
	table := NewTable()
	frames := make([]FrameID, 100)
	for i := range frames {
		frames[i] = table.InternFrame(Frame{Function: "f", Line: i + 1})
	}
	paths := make([][]StackID, 8)
	var wg sync.WaitGroup
	for i := range paths {
		wg.Go(func() { paths[i] = table.InternOn(NoStack, frames, nil) })
	}
	wg.Wait()
	for _, p := range paths {
		if !slices.Equal(p, paths[0]) {
			t.Fatalf("%d and %d for the same stack", p, paths[0])
		}
	}
	if _, stacks := table.Size(); stacks != len(frames) {
		t.Errorf("%d stacks, want %d", stacks, len(frames))
	}
}
