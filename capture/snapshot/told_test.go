package snapshot

import (
	"reflect"
	"testing"
)

// A profile takes from a dump what that says of its stacks; of two that a dump
// shows as one, the one of the most goroutines has it.
func TestToldByADump(t *testing.T) {
	table := NewTable()
	park, send := frame("runtime.gopark", 1), frame("runtime.chansend1", 2)
	waits := table.intern(park, send, frame("main.wait", 3))
	runs := table.intern(frame("runtime.asyncPreempt", 1), frame("main.wait", 3))
	other := table.intern(park, frame("main.other", 4))
	by := table.InternFrame(bare("main.start", 5))
	d := &Dump{Goroutines: []DumpedGoroutine{
		{ID: 4, Stack: table.Dumped(waits), Creator: by, Minutes: 7, Lock: 0xc000012345},
		{ID: 5, Stack: table.Dumped(waits), Creator: by, Minutes: 40, Lock: 0xc000012345, Locked: true},
		{ID: 6, Stack: NoStack},
	}}
	b := NewBuilder(Profile{Kind: Goroutine, Types: []SampleType{{Name: "goroutine", Unit: "count"}}})
	b.Add(Key{Stack: runs}, []int64{1})
	b.Add(Key{Stack: waits}, []int64{2})
	b.Add(Key{Stack: other}, []int64{3})
	p := b.Profile()
	got := p.ToldBy(d.Told(), table)
	want := map[StackID]Told{waits: {Creators: []CreatorCount{{by, 2}}, Least: 7, Most: 40, Long: 1, Locks: []LockCount{{0xc000012345, 2, 40}}, Locked: 1}}
	if !reflect.DeepEqual(got.Told, want) {
		t.Errorf("it tells %+v, want %+v", got.Told, want)
	}
	if p.Told != nil {
		t.Error("the profile itself was changed")
	}
	// A dump knows itself, and a heap has no goroutines.
	dump := groupedDump(table).Profile(table)
	if dump.ToldBy(d.Told(), table) != dump || p.ToldBy(nil, table) != p {
		t.Error("what has nothing to be told is not the same")
	}
	heap := &Profile{Kind: Heap}
	if heap.ToldBy(d.Told(), table) != heap {
		t.Error("a heap is told of goroutines")
	}
}

// Of locks with as many waiters the one that is waited for the longest comes first,
// and what several stacks wait for is added up.
func TestLocksAreAddedUp(t *testing.T) {
	sum, ok := SumTold(map[StackID]Told{
		1: {Creators: []CreatorCount{{1, 1}}, Locks: []LockCount{{0xa0, 1, 3}, {0xb0, 1, 2}}, Locked: 1},
		2: {Creators: []CreatorCount{{1, 1}}, Locks: []LockCount{{0xb0, 2, 1}, {0xc0, 1, 9}}, Locked: 2},
	}, []StackID{1, 2})
	if want := []LockCount{{0xb0, 3, 2}, {0xc0, 1, 9}, {0xa0, 1, 3}}; !ok || !reflect.DeepEqual(sum.Locks, want) || sum.Locked != 3 {
		t.Errorf("the locks are %v and %d are locked to threads, want %v and 3", sum.Locks, sum.Locked, want)
	}
}
