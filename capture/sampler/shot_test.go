package sampler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// advanced returns what the snapshots say of the GC.
func advanced(w *watcher) []bool {
	var out []bool
	for _, e := range all[snapshot.Taken](w.recorder) {
		out = append(out, e.Snapshot.Advanced)
	}
	return out
}

func TestASnapshotCountsOnlyAfterAGC(t *testing.T) {
	for _, test := range []struct {
		name   string
		pages  []string
		change func(p *process) // between the second and the third of four snapshots
		want   []bool
	}{
		{"no GC at all", []string{pathVars}, func(*process) {}, []bool{true, false, false, false}},
		{"a GC", []string{pathVars}, func(p *process) { p.numGC++ }, []bool{true, false, true, false}},
		{"a GC, by the metrics", []string{pathMetrics}, func(p *process) { p.numGC++ }, []bool{true, false, true, false}},
		{"a heap that changed", nil, func(p *process) { p.live++ }, []bool{true, false, true, false}},
		{"more goroutines only", []string{pathVars}, func(p *process) { p.goroutines++ }, []bool{true, false, false, false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, test.pages...)
				w := watch(t, f, nil)
				after(20 * time.Second)
				f.do(func() { test.change(&f.process) })
				after(30 * time.Second)
				w.end()
				if got := advanced(w); !slices.Equal(got, test.want) {
					t.Errorf("the snapshots count as %v, want %v", got, test.want)
				}
			})
		})
	}
}

// A GC that ends between the heap profile and the figures of one snapshot shows
// in the heap of the next one: the first must not count for it.
func TestAGCDuringASnapshot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathVars)
		w := watch(t, f, nil)
		after(5 * time.Second)
		f.rule(pathGoroutine, func(n int) reply {
			if n == 1 {
				f.process.numGC++
			}
			return reply{}
		})
		after(41 * time.Second)
		w.end()
		if got, want := advanced(w), []bool{true, false, true, false}; !slices.Equal(got, want) {
			t.Errorf("the snapshots count as %v, want %v", got, want)
		}
	})
}

func TestOneProfileThatFails(t *testing.T) {
	garbage := []byte("\x1f\x8bgarbage")
	for _, test := range []struct {
		name  string
		page  string
		reply reply
	}{
		{"heap 500", pathHeap, reply{err: failure(500)}},
		{"heap 503", pathHeap, reply{err: failure(503)}},
		{"heap unknown", pathHeap, reply{err: &fetch.Error{Kind: fetch.NoProfile, Status: 404}}},
		{"heap cut", pathHeap, reply{err: &fetch.Error{Kind: fetch.Truncated}}},
		{"heap closed", pathHeap, reply{err: &fetch.Error{Kind: fetch.Closed}}},
		{"heap over the cap", pathHeap, reply{err: &fetch.Error{Kind: fetch.TooLarge}}},
		{"heap garbage", pathHeap, reply{body: garbage}},
		{"heap HTML", pathHeap, reply{body: []byte("<html>")}},
		{"goroutine 500", pathGoroutine, reply{err: failure(500)}},
		{"goroutine garbage", pathGoroutine, reply{body: garbage}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				f.rule(test.page, func(int) reply { return test.reply })
				w := watch(t, f, nil)
				after(31 * time.Second)
				w.end()
				want := "attached #1/0 #2/0 #3/0"
				if isKind(test.reply.err, fetch.NoProfile) {
					want = "attached #1/0 warned #2/0 #3/0"
				}
				w.check(want)
				for _, e := range all[snapshot.Taken](w.recorder) {
					shot := e.Snapshot
					heap, goroutines := shot.Heap != nil, shot.Goroutines != nil
					if heap == (test.page == pathHeap) || goroutines == (test.page == pathGoroutine) {
						t.Errorf("#%d has heap %v, goroutines %v", shot.Seq, heap, goroutines)
					}
					if len(shot.Missing) != 1 || len(shot.Raw) != 1 || strings.ContainsRune(shot.Missing[0], '\n') {
						t.Errorf("#%d: missing %q, %d raw profiles", shot.Seq, shot.Missing, len(shot.Raw))
					}
				}
			})
		})
	}
}

// Once attached, a target that answers goes on being watched even while it
// gives no profile at all.
func TestBothProfilesFailForAWhile(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5 * time.Second)
		f.do(func() { f.served[pathHeap], f.served[pathGoroutine] = false, false })
		after(30 * time.Second)
		if shot := w.newest(); shot.Heap != nil || shot.Goroutines != nil || len(shot.Missing) != 2 {
			t.Errorf("the snapshot is %+v", shot)
		}
		f.do(func() { f.served[pathHeap], f.served[pathGoroutine] = true, true })
		after(15 * time.Second)
		w.end()
		w.check("attached #1/0 #2/0 #3/0 #4/0")
		if shot := w.newest(); shot.Heap == nil || shot.Goroutines == nil || shot.Missing != nil {
			t.Errorf("the snapshot is %+v", shot)
		}
	})
}

func TestWhatASnapshotHolds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathVars)
		w := watch(t, f, nil)
		begun := time.Now()
		after(16 * time.Second)
		w.end()
		shot := w.newest()
		if shot.Seq != 2 || shot.Run != 0 || shot.ForcedGC || shot.Missing != nil {
			t.Errorf("the snapshot is %+v", shot)
		}
		if d := shot.Time.Sub(begun); d < 15*time.Second || d > 15*time.Second+10*ms {
			t.Errorf("it was taken after %s", d)
		}
		if shot.Heap.Kind != snapshot.Heap || shot.Goroutines.Kind != snapshot.Goroutine || len(shot.Raw) != 2 {
			t.Errorf("it holds %q, %q and %d raw profiles", shot.Heap.Kind, shot.Goroutines.Kind, len(shot.Raw))
		}
		for vital, want := range map[snapshot.Vital]int64{
			snapshot.LiveHeap: 6400, snapshot.LiveObjects: 100, snapshot.Goroutines: 40, snapshot.HeapRecords: 100, snapshot.NumGC: 30,
		} {
			if n, known := shot.Vitals.Get(vital); !known || n != want {
				t.Errorf("vital %d is %d, want %d", vital, n, want)
			}
		}
	})
}

// Profiles of the real runtime, of two builds.
func TestRecordedProfiles(t *testing.T) {
	for _, name := range []string{"go", "prometheus"} {
		t.Run(name, func(t *testing.T) {
			heap, goroutine := recorded(t, name+"-heap.pb.gz"), recorded(t, name+"-goroutine.pb.gz")
			bubble(t, func(t *testing.T) {
				f := newFake(t)
				f.rule(pathHeap, func(int) reply { return reply{body: heap} })
				f.rule(pathGoroutine, func(int) reply { return reply{body: goroutine} })
				f.process.records = 1000
				w := watch(t, f, nil)
				after(31 * time.Second)
				w.end()
				w.check("attached #1/0 #2/0 #3/0")
				if got := advanced(w); !slices.Equal(got, []bool{true, false, false}) {
					t.Errorf("the snapshots count as %v: it is the same observation three times", got)
				}
				live, _ := w.newest().Vitals.Get(snapshot.LiveHeap)
				if live <= 0 {
					t.Errorf("the live heap is %d", live)
				}
			})
		})
	}
}

// A profile that nothing is served for, as in other languages that of goroutines, is
// asked for twice, and not again until the target restarts. That is said once.
func TestProfileThatIsNotServed(t *testing.T) {
	for page, kind := range map[string]snapshot.Kind{pathGoroutine: snapshot.Goroutine, pathHeap: snapshot.Heap} {
		t.Run(string(kind), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				f.rule(page, always(&fetch.Error{Kind: fetch.NotFound, Status: 404}))
				w := watch(t, f, nil)
				after(5 * time.Minute)
				if n := len(f.asked(page)); n != maxUnserved {
					t.Errorf("%s was asked for %d times, want %d", page, n, maxUnserved)
				}
				for _, e := range all[snapshot.Taken](w.recorder) {
					if len(e.Snapshot.Missing) != 1 {
						t.Errorf("#%d lacks %q, want the one profile", e.Snapshot.Seq, e.Snapshot.Missing)
					}
				}
				if n := len(all[snapshot.Warned](w.recorder)); n != 1 {
					t.Errorf("it was said %d times, want once", n)
				}
				f.rule(page, func(int) reply { return reply{} })
				f.restart(young())
				after(time.Minute)
				w.end()
				if shot := w.newest(); shot.Profile(kind) == nil {
					t.Errorf("after a restart #%d lacks it still: %q", shot.Seq, shot.Missing)
				}
			})
		})
	}
}
