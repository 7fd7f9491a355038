package snapshot

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func frame(name string, line int) Frame {
	return Frame{Function: name, File: name + ".go", Line: line, StartLine: 10}
}

func (t *Table) intern(leafFirst ...Frame) StackID {
	var ids []FrameID
	for _, f := range leafFirst {
		ids = append(ids, t.InternFrame(f))
	}
	return t.InternStack(ids)
}

func TestStacksAreInternedByContent(t *testing.T) {
	table := NewTable()
	main, serve, put := frame("main.main", 12), frame("http.serve", 20), frame("cache.Put", 41)
	a := table.intern(put, serve, main)
	b := table.intern(put, serve, main)
	if a != b {
		t.Errorf("equal stacks have ids %d and %d", a, b)
	}
	otherLine := put
	otherLine.Line++
	if c := table.intern(otherLine, serve, main); c == a {
		t.Error("a stack with another line has the same id")
	}
	inlined := put
	inlined.Inlined = true
	if c := table.intern(inlined, serve, main); c == a {
		t.Error("a stack whose leaf was inlined has the same id")
	}
	if got, want := table.Stack(a), []Frame{put, serve, main}; !slices.Equal(got, want) {
		t.Errorf("Stack = %v, want %v", got, want)
	}
	if table.Leaf(a) != put || table.Entry(a) != main {
		t.Errorf("leaf %v and entry %v, want %v and %v", table.Leaf(a), table.Entry(a), put, main)
	}
}

func TestEmptyAndForeignStacks(t *testing.T) {
	table := NewTable()
	if id := table.InternStack(nil); id != NoStack {
		t.Errorf("the empty stack has id %d", id)
	}
	for _, id := range []StackID{NoStack, 99} {
		if s := table.Stack(id); len(s) != 0 {
			t.Errorf("Stack(%d) = %v, want none", id, s)
		}
		if f := table.Entry(id); f != (Frame{}) {
			t.Errorf("Entry(%d) = %v, want none", id, f)
		}
	}
}

func TestRecursionKeepsEveryFrame(t *testing.T) {
	table := NewTable()
	walk := frame("tree.Walk", 7)
	id := table.intern(walk, walk, walk)
	if got := table.Stack(id); len(got) != 3 {
		t.Errorf("three recursive calls became %d frames", len(got))
	}
}

func TestLabelsHaveNoOrder(t *testing.T) {
	table := NewTable()
	a := table.InternLabels([]Label{{"user", "7"}, {"route", "/orders"}})
	b := table.InternLabels([]Label{{"route", "/orders"}, {"user", "7"}})
	if a != b {
		t.Errorf("one label set has ids %d and %d", a, b)
	}
	if got, want := table.Labels(a).String(), "route=/orders user=7"; got != want {
		t.Errorf("labels read %q, want %q", got, want)
	}
	if id := table.InternLabels(nil); id != 0 || table.Labels(id) != nil {
		t.Errorf("the empty set has id %d and labels %v", id, table.Labels(id))
	}
}

func TestLabelSetsAreBounded(t *testing.T) {
	table := NewTable()
	first := table.InternLabels([]Label{{"request", "0"}})
	var last LabelsID
	for i := range maxLabelSets + 1000 {
		last = table.InternLabels([]Label{{"request", fmt.Sprint(i)}})
	}
	if last > maxLabelSets+2 {
		t.Errorf("the table holds %d label sets", last)
	}
	if got := table.Labels(last).String(); got != "request=…" {
		t.Errorf("a set above the bound reads %q", got)
	}
	if again := table.InternLabels([]Label{{"request", "0"}}); again != first {
		t.Error("a set from before the bound has another id now")
	}
}

func TestTableIsSafeForConcurrentUse(t *testing.T) {
	table := NewTable()
	var wg sync.WaitGroup
	ids := make([][]StackID, 8)
	for g := range ids {
		wg.Go(func() {
			for i := range 200 {
				id := table.intern(frame("leaf", i%50), frame("mid", i%7), frame("root", 1))
				ids[g] = append(ids[g], id)
				if n := len(table.Stack(id)); n != 3 {
					t.Errorf("a stack of 3 frames reads back as %d", n)
				}
			}
		})
	}
	wg.Wait()
	for g := range ids {
		if !slices.Equal(ids[g], ids[0]) {
			t.Errorf("goroutine %d was given other ids for the same stacks", g)
		}
	}
}

func BenchmarkInternStack(b *testing.B) {
	table := NewTable()
	stacks := make([][]FrameID, 1000)
	for i := range stacks {
		for depth := range 20 {
			stacks[i] = append(stacks[i], table.InternFrame(frame(fmt.Sprint("f", i%(depth+1)), depth)))
		}
	}
	for b.Loop() {
		for _, s := range stacks {
			table.InternStack(s)
		}
	}
}
