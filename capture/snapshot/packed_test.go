package snapshot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/fixtures/bench/day"
)

// watched is a history and the snapshots that went into it.
type watched struct {
	*snapshot.History
	shots map[int]*snapshot.Snapshot
}

// watch takes the snapshots of a session into a history.
func watch(p day.Program, snapshots int, change func(*snapshot.Snapshot)) watched {
	table := snapshot.NewTable()
	w := watched{snapshot.NewHistory(table), make(map[int]*snapshot.Snapshot)}
	s := day.New(table, 7, p)
	for range snapshots {
		for _, e := range s.Next() {
			if taken, ok := e.(snapshot.Taken); ok {
				change(taken.Snapshot)
				w.shots[taken.Snapshot.Seq] = taken.Snapshot
			}
			w.Apply(e)
		}
	}
	return w
}

// want compares every profile that is kept with what went in, in a random order.
func (w watched) want(t *testing.T, r *rand.Rand) {
	t.Helper()
	entries := slices.Clone(w.Snapshots())
	r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, e := range entries {
		for _, k := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine, snapshot.GoroutineLeak} {
			got, want := w.Profile(e, k), w.shots[e.Seq].Profile(k)
			if e.Has(k) != (want != nil) {
				t.Fatalf("#%d has %s: %v", e.Seq, k, e.Has(k))
			}
			if want != nil {
				equalProfiles(t, fmt.Sprintf("#%d %s", e.Seq, k), got, want)
			} else if got != nil {
				t.Fatalf("#%d has a %s profile and never had one", e.Seq, k)
			}
		}
	}
}

// wantFollowed compares what is read of some stacks alone with what is read of
// the profiles.
func (w watched) wantFollowed(t *testing.T, r *rand.Rand) {
	t.Helper()
	for range 20 {
		upTo := w.Snapshots()[r.IntN(len(w.Snapshots()))]
		kind := []snapshot.Kind{snapshot.Heap, snapshot.Goroutine}[r.IntN(2)]
		column := []string{"inuse_space", "alloc_objects", "goroutine", "none"}[r.IntN(4)]
		var some *snapshot.Profile
		for _, e := range w.Snapshots() {
			if e.Has(kind) {
				some = w.shots[e.Seq].Profile(kind)
			}
		}
		var stacks []snapshot.StackID
		for range 1 + r.IntN(4) {
			stacks = append(stacks, some.Keys[r.IntN(len(some.Keys))].Stack)
		}
		slices.Sort(stacks)
		stacks = slices.Compact(stacks)
		r.Shuffle(len(stacks), func(i, j int) { stacks[i], stacks[j] = stacks[j], stacks[i] })

		entries, values := w.Follow(kind, stacks, column, upTo)
		at := 0
		for _, e := range w.RunOf(upTo) {
			p := w.shots[e.Seq].Profile(kind)
			if e.Seq > upTo.Seq || p == nil {
				continue
			}
			var want int64
			for _, id := range stacks {
				want += p.StackTotal(id, p.Column(column))
			}
			if at >= len(entries) || entries[at] != e || values[at] != want {
				t.Fatalf("%s of %v in %s of #%d differs", column, stacks, kind, e.Seq)
			}
			at++
		}
		if at != len(entries) || len(values) != len(entries) {
			t.Fatalf("%d snapshots are followed, want %d", len(entries), at)
		}
	}
}

// Every profile of a history is what it was when it came, whatever was thinned
// out around it; and so are single stacks of all of them.
func TestHistoryKeepsProfilesAsTheyWere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	w := watch(day.Program{Stacks: 700, Groups: 200, Changing: 0.1, Leaks: 7, Every: 30 * time.Second}, 260, func(s *snapshot.Snapshot) {
		switch {
		case s.Seq%11 == 0:
			s.Heap = nil
		case s.Seq%13 == 0:
			s.Goroutines = nil
		case s.Seq%50 == 0:
			s.Leaked = s.Goroutines
		}
		if s.Seq > 200 {
			s.Run = 1
		}
	})
	first := w.Profile(w.Find(1), snapshot.Heap)
	w.Keep(5, 6)
	for {
		w.want(t, r)
		w.wantFollowed(t, r)
		if len(w.Snapshots()) < 60 {
			break
		}
		for range 40 {
			w.Thin()
		}
	}
	equalProfiles(t, "a profile that was handed out", first, w.shots[1].Heap)
	for _, seq := range []int{1, 5, 6, 201, 259, 260} {
		if w.Find(seq) == nil {
			t.Errorf("#%d was thinned out", seq)
		}
	}
	// Down to a few, in which case the oldest go, and on again.
	for len(w.Snapshots()) > 3 {
		w.Thin()
	}
	w.want(t, r)
	again := *w.shots[260]
	again.Seq = 261
	w.shots[261] = &again
	w.Apply(snapshot.Taken{Snapshot: &again})
	w.want(t, r)
}

// However much changes, packed profiles stay within their bound, and the newest
// snapshots are all there.
func TestPackedProfilesAreBounded(t *testing.T) {
	w := watch(day.Program{Stacks: 20_000, Changing: 3, Every: 30 * time.Second}, 230, func(*snapshot.Snapshot) {})
	if n := w.PackedBytes(); n > snapshot.MaxPacked || n < snapshot.MaxPacked*9/10 {
		t.Errorf("%d bytes are packed, want up to %d", n, snapshot.MaxPacked)
	}
	kept := len(w.Snapshots())
	for seq := 230; seq > 230-kept/2+2; seq-- {
		if w.Find(seq) == nil {
			t.Fatalf("#%d is gone of %d that are kept", seq, kept)
		}
	}
	w.want(t, rand.New(rand.NewPCG(1, 1)))
}

// BenchmarkFollow reads one stack of 20,000 over the day of 2,880 snapshots.
func BenchmarkFollow(b *testing.B) {
	w := watch(day.Program{Stacks: 20_000, Changing: 0.1, Every: 30 * time.Second}, 1000, func(*snapshot.Snapshot) {})
	b.ReportMetric(float64(len(w.Snapshots())), "snapshots")
	stack := []snapshot.StackID{w.shots[1].Heap.Keys[10_000].Stack}
	for b.Loop() {
		w.Follow(snapshot.Heap, stack, "inuse_space", w.Newest())
	}
}
