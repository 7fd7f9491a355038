package snapshot

import (
	"reflect"
	"testing"
)

// Additions that are interned in their order give the very same ids.
func TestAdditionsGiveTheSameIDs(t *testing.T) {
	from := NewTable()
	var extent Extent
	to := NewTable()
	for round := range 3 {
		for i := range 4 {
			root := from.InternFrame(Frame{Function: "main.main", File: "main.go", Line: 10 + round})
			leaf := from.InternFrame(Frame{Function: "main.f", Line: i + round})
			stack := from.InternStack([]FrameID{leaf, root})
			from.InState(stack, "select")
			from.InternLabels([]Label{{Key: "n", Value: string(rune('a' + i + round))}})
		}
		a := from.Since(extent)
		if a.Empty() {
			t.Fatalf("round %d added nothing", round)
		}
		for _, f := range a.Frames {
			to.InternFrame(f)
		}
		for _, stack := range a.Stacks {
			if stack.State != "" {
				to.InState(stack.Bare, stack.State)
			} else {
				to.InternStack(stack.Frames)
			}
		}
		for _, l := range a.Labels {
			to.InternLabels(l)
		}
		extent = a.End()
	}
	if a := from.Since(extent); !a.Empty() {
		t.Errorf("%+v was left out", a)
	}
	if got, want := to.Since(Extent{}), from.Since(Extent{}); !reflect.DeepEqual(got, want) {
		t.Errorf("the copy holds %+v, want %+v", got, want)
	}
}
