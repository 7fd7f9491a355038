package sampler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// The fake target itself checks in every test that one request is in flight at
// a time and that no URL is asked for which the plan forbids.

func TestThePlanAtAQuickTarget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(61 * time.Second)
		w.end()
		w.check("attached #1/0 #2/0 #3/0 #4/0 #5/0")
		first := []string{pathIndex, pathCmdline, pathMetrics, pathHeap, pathGoroutine}
		var got []string
		for _, r := range f.requests[:len(first)] {
			got = append(got, r.url)
		}
		if !slices.Equal(got, first) {
			t.Errorf("attaching asked for %v, want %v", got, first)
		}
		for _, page := range []string{pathHeap, pathGoroutine} {
			got := gaps(f.asked(page))
			for i, d := range got {
				got[i] = d.Round(10 * ms) // the parts of a snapshot are asked for one after the other
			}
			if !slices.Equal(got, slices.Repeat([]time.Duration{15 * time.Second}, 4)) {
				t.Errorf("%s was asked for at intervals of %v", page, got)
			}
		}
		if at := f.asked(pathMetrics); len(at) < 55 || len(at) > 62 || shortest(at) < time.Second-10*ms {
			t.Errorf("/metrics was asked for %d times in a minute, %s apart at least", len(at), shortest(at))
		}
		if n := len(f.asked(pathHeapGC)) + len(f.asked(pathTrailer)) + len(f.asked(pathVars)); n != 0 {
			t.Errorf("%d requests were for what nobody needs", n)
		}
	})
}

// Every URL keeps at least 100 times its median latency, whichever it is that is
// slow, and all together keep the target busy for at most 1 % of the time.
func TestSlowPagesAreAskedAtTheirOwnPace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		page      string
		latency   time.Duration
		snapshots int // in ten minutes
	}{
		{pathHeap, 500 * ms, 11},      // one each 55 s, with what else is asked for
		{pathGoroutine, 300 * ms, 18}, // one each 33 s
		{pathIndex, 100 * ms, 40},
		{pathIndex, 2 * time.Second, 36}, // left out of most snapshots
		{pathMetrics, 100 * ms, 39},
		{pathMetrics, time.Second, 39},
	} {
		t.Run(test.page+" "+test.latency.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				f.latency[test.page] = test.latency
				w := watch(t, f, nil)
				after(10 * time.Minute)
				w.end()
				for _, page := range []string{pathIndex, pathMetrics, pathHeap, pathGoroutine} {
					want := costRatio * ms
					if page == test.page {
						want = costRatio * test.latency
					}
					if got := shortest(f.asked(page)); got < want {
						t.Errorf("%s was asked for again after %s, want %s at least", page, got, want)
					}
				}
				taken := all[snapshot.Taken](w.recorder)
				if n := len(taken); n < test.snapshots-1 || n > test.snapshots+1 {
					t.Errorf("%d snapshots were taken, want about %d", n, test.snapshots)
				}
				schedule := all[snapshot.Scheduled](w.recorder)
				last := schedule[len(schedule)-1]
				if want := time.Duration(max(15*time.Second, 10*time.Minute/time.Duration(test.snapshots))); last.Actual < want-2*time.Second || last.Actual > want+2*time.Second {
					t.Errorf("the interval in force is said to be %s, want about %s", last.Actual, want)
				}
				attaching := schedule[0].Cost.Busy // which nothing was known for
				if share := float64(last.Cost.Busy-attaching) / float64(10*time.Minute); share > 0.01 {
					t.Errorf("watching kept the target busy for %.2f %% of the time", 100*share)
				}
			})
		})
	}
}

// After a timeout the work goes on inside the target: the interval doubles,
// nothing is asked again soon, and the other profile is still taken.
func TestATimeoutDoublesTheInterval(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		timeout := &fetch.Error{Kind: fetch.TimedOut, After: 30 * time.Second}
		f.rule(pathHeap, func(n int) reply {
			if n >= 3 && n <= 5 {
				return reply{after: 30 * time.Second, err: timeout}
			}
			return reply{}
		})
		w := watch(t, f, nil)
		after(15 * time.Minute)
		w.end()
		got := gaps(f.asked(pathHeap))[:9]
		for i, d := range got {
			got[i] = d.Round(time.Second)
		}
		s := time.Second
		// 30 s of waiting, then that long times the slowdown; then the slowdown halves with each answer.
		want := []time.Duration{15 * s, 15 * s, 90 * s, 150 * s, 270 * s, 60 * s, 30 * s, 15 * s, 15 * s}
		if !slices.Equal(got, want) {
			t.Errorf("heap was asked for at intervals of\n%v, want\n%v", got, want)
		}
		if unreachable := all[snapshot.Unreachable](w.recorder); len(unreachable) > 0 {
			t.Errorf("the target answered all else, and yet: %+v", unreachable)
		}
		for _, e := range all[snapshot.Taken](w.recorder)[2:5] {
			if e.Snapshot.Heap != nil || e.Snapshot.Goroutines == nil || len(e.Snapshot.Missing) != 1 {
				t.Errorf("#%d has heap %v, goroutines %v, missing %q", e.Snapshot.Seq, e.Snapshot.Heap != nil, e.Snapshot.Goroutines != nil, e.Snapshot.Missing)
			}
		}
	})
}

// An error that takes the target long costs it as much as an answer.
func TestSlowErrorsSetThePaceToo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.rule(pathHeap, func(int) reply { return reply{after: 500 * ms, err: failure(500)} })
		w := watch(t, f, nil)
		after(5 * time.Minute)
		w.end()
		if got := shortest(f.asked(pathHeap)); got < costRatio*500*ms {
			t.Errorf("the heap was asked for again after %s", got)
		}
	})
}

func TestGCIsForcedOnlyWhereAllowed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathVars)
		w := watch(t, f, func(c *Config) { c.AllowGC = true })
		after(61 * time.Second)
		w.end()
		if len(f.asked(pathHeapGC)) != 5 || len(f.asked(pathHeap)) != 0 {
			t.Errorf("heap?gc=1 was asked for %d times, heap %d times, want 5 and 0", len(f.asked(pathHeapGC)), len(f.asked(pathHeap)))
		}
		for _, e := range all[snapshot.Taken](w.recorder) {
			if !e.Snapshot.ForcedGC || !e.Snapshot.Advanced {
				t.Errorf("#%d: forced %v, advanced %v, want both", e.Snapshot.Seq, e.Snapshot.ForcedGC, e.Snapshot.Advanced)
			}
		}
	})
}

func TestManyGoroutinesAreListedOnlyAfterAYes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.process.goroutines = 312_000
		w := watch(t, f, nil)
		after(61 * time.Second)
		w.check("attached #1/0 asked #2/0 #3/0 #4/0 #5/0")
		question := all[snapshot.Asked](w.recorder)[0]
		if want := "about 1.2 s of CPU and 238 MiB of garbage, for 312,000 goroutines"; question.Call != "goroutine profile" || question.Cost != want {
			t.Errorf("the question is %+v, want the cost to be %q", question, want)
		}
		if len(f.asked(pathGoroutine)) != 0 {
			t.Error("goroutines were listed without a yes")
		}
		if missing := w.newest().Missing; len(missing) != 1 || !strings.Contains(missing[0], question.Cost) {
			t.Errorf("missing is %q", missing)
		}
		if n, _ := w.newest().Vitals.Get(snapshot.Goroutines); n != 312_000 {
			t.Errorf("the curves know %d goroutines", n)
		}
		w.AllowCostly()
		after(time.Second)
		if shot := w.newest(); shot.Seq != 6 || shot.Goroutines == nil || shot.Missing != nil {
			t.Errorf("after the yes #%d has goroutines: %v, missing %q", shot.Seq, shot.Goroutines != nil, shot.Missing)
		}
		after(10 * time.Minute)
		w.end()
		if n := len(f.asked(pathGoroutine)); n != 5 { // 1.25 s of CPU and the garbage each
			t.Errorf("goroutines were listed %d times after the yes, want 5", n)
		}
	})
}

func TestTheBoundOfGoroutines(t *testing.T) {
	for _, test := range []struct {
		name    string
		n       int64
		allowed bool
		noIndex bool
		listed  int
	}{
		{"at the bound", askAbove, false, false, 5},
		{"above it", askAbove + 1, false, false, 0},
		{"above it with a yes beforehand", askAbove + 1, true, false, 5},
		{"above it, but only the profile tells", askAbove + 1, false, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathVars)
				f.process.goroutines = test.n
				f.served[pathIndex] = !test.noIndex
				w := watch(t, f, func(c *Config) { c.AllowCostly = test.allowed })
				after(8 * time.Minute) // each takes a second of CPU
				w.end()
				if n := len(f.asked(pathGoroutine)); n != test.listed {
					t.Errorf("goroutines were listed %d times, want %d", n, test.listed)
				}
			})
		})
	}
}

func TestTheCostIsCounted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.latency[pathHeap] = 40 * ms
		w := watch(t, f, nil)
		after(30*time.Second - ms)
		w.end()
		schedule := all[snapshot.Scheduled](w.recorder)
		first, last := schedule[0], schedule[len(schedule)-1]
		var busy time.Duration
		for _, r := range f.requests {
			busy += r.ended.Sub(r.begun)
		}
		if last.Cost.Requests != f.total() || last.Cost.Busy != busy || last.Cost.Bytes < 1000 {
			t.Errorf("the cost is %+v, want %d requests that took %s", last.Cost, f.total(), busy)
		}
		if last.Cost.Latency != 40*ms || last.Cost.CPU >= 0 {
			t.Errorf("latency is %s and CPU %s, want 40ms and none: the target is not local", last.Cost.Latency, last.Cost.CPU)
		}
		if d := 30*time.Second - last.Cost.Elapsed; d < 0 || d > 2*time.Second {
			t.Errorf("elapsed is %s, want about 30s", last.Cost.Elapsed)
		}
		if share := first.Cost.Share(); share <= 0 || share > 1 {
			t.Errorf("the share is %f right after attaching: what attaching took must count", share)
		}
		if share := last.Cost.Share(); share < 0.002 || share > 0.01 {
			t.Errorf("the share is %f", share)
		}
		if last.Every != 15*time.Second || last.Actual != 15*time.Second || last.Next.IsZero() || last.Paused {
			t.Errorf("the schedule is %+v", last)
		}
	})
}
