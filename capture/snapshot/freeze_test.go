package snapshot_test

import (
	"math/rand/v2"
	"testing"

	"leaktop/capture/snapshot"
)

// A frozen history tells what it told when it was frozen, while the other takes
// in more and thins out what it has: the race detector looks on.
func TestFrozenHistory(t *testing.T) {
	p := busy()
	w := watch(p, 40, func(*snapshot.Snapshot) {})
	frozen := watched{w.Freeze(nil), w.shots}
	again := frozen.Freeze(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		next := w.Newest().Seq + 1
		for i, heap := range session(snapshot.Heap, 40, p) {
			w.Apply(snapshot.Taken{Snapshot: &snapshot.Snapshot{Seq: next + i, Time: w.Newest().Time.Add(1), Heap: heap, Advanced: true}})
			w.Thin()
		}
	}()
	r := rand.New(rand.NewPCG(1, 2))
	frozen.want(t, r)
	frozen.wantFollowed(t, r)
	<-done
	if n := len(frozen.Snapshots()); n != 40 {
		t.Errorf("the frozen history has %d snapshots, had 40", n)
	}

	// What was unpacked is handed on.
	first := frozen.Snapshots()[0]
	unpacked := frozen.Profile(first, snapshot.Heap)
	if w.Freeze(frozen.History).Profile(first, snapshot.Heap) != unpacked {
		t.Error("the profile was unpacked again")
	}
	if again.Profile(first, snapshot.Heap) == unpacked {
		t.Error("two frozen histories share what they unpack")
	}
}
