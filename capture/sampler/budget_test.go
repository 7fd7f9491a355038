package sampler

import (
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// What each page may cost alone is too much together: then all intervals are
// stretched by the same factor, and it is said why.
func TestAllIntervalsAreStretchedTogether(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		latency       map[string]time.Duration // else a millisecond
		goroutines    int64
		shots, curves time.Duration // the intervals, to a tenth
		slowed        string        // what is said of it
	}{
		{name: "a small process", goroutines: 1000, shots: 15 * time.Second, curves: time.Second},
		{name: "two profiles that are cheap enough each",
			latency: map[string]time.Duration{pathHeap: 120 * ms, pathGoroutine: 100 * ms}, goroutines: 1000,
			shots: 24 * time.Second, curves: 1600 * ms, slowed: "(heap profile 121 ms, goroutine profile 101 ms)"},
		// 400 ms for the goroutines, and 53 ms for 81 MB of garbage.
		{name: "what is predicted for goroutines, however quick the answer",
			goroutines: 100_000, shots: 46 * time.Second, curves: 3200 * ms, slowed: "(goroutine profile 453 ms)"},
		{name: "what answers took, where that is more",
			latency: map[string]time.Duration{pathGoroutine: 900 * ms}, goroutines: 100_000,
			shots: 105 * time.Second, curves: 1150 * ms, slowed: "(goroutine profile 953 ms)"},
		{name: "the way to a target far away costs it nothing",
			latency: map[string]time.Duration{pathIndex: 60 * ms, pathCmdline: 60 * ms, pathMetrics: 60 * ms, pathHeap: 65 * ms, pathGoroutine: 62 * ms},
			shots:   15 * time.Second, curves: 7500 * ms},
		{name: "goroutines that are not listed cost nothing",
			goroutines: askAbove + 1, shots: 15 * time.Second, curves: time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				f.process.goroutines = test.goroutines
				for page, d := range test.latency {
					f.latency[page] = d
				}
				w := watch(t, f, nil)
				after(10 * time.Minute)
				w.end()
				for page, want := range map[string]time.Duration{pathHeap: test.shots, pathMetrics: test.curves} {
					got := gaps(f.asked(page))
					var sum time.Duration
					for _, d := range got[1:] {
						sum += d
					}
					if mean := sum / time.Duration(len(got)-1); mean < want*9/10 || mean > want*11/10 {
						t.Errorf("%s was asked for every %s on average, want %s", page, mean, want)
					}
				}
				schedule := all[snapshot.Scheduled](w.recorder)
				last := schedule[len(schedule)-1]
				if last.Actual < test.shots*9/10 || last.Actual > test.shots*11/10 || last.Every != 15*time.Second {
					t.Errorf("the interval is said to be %s of %s, want %s of 15s", last.Actual, last.Every, test.shots)
				}
				const why = "more often would keep the target busy for over 1 % of a core "
				if want := test.slowed; want == "" && last.Slowed != "" || want != "" && last.Slowed != why+want {
					t.Errorf("it is said to be slowed, since %q, want %q", last.Slowed, test.slowed)
				}
			})
		})
	}
}

// The cost that is predicted follows the index, which comes before the profile.
func TestTheIntervalFollowsTheGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		interval := func() time.Duration {
			schedule := all[snapshot.Scheduled](w.recorder)
			return schedule[len(schedule)-1].Actual
		}
		after(20 * time.Second)
		if got := interval(); got != 15*time.Second {
			t.Errorf("the interval is %s at 40 goroutines", got)
		}
		f.do(func() { f.process.goroutines = 200_000 })
		after(5 * time.Second)
		before := interval()
		if after(7 * time.Second); before != 15*time.Second || interval() < 85*time.Second {
			t.Errorf("the interval is %s before and %s after a snapshot at 200,000", before, interval())
		}
		f.do(func() { f.process.goroutines = 40 })
		after(100 * time.Second)
		if got := interval(); got != 15*time.Second {
			t.Errorf("the interval is %s once they are gone", got)
		}
		w.end()
	})
}

// A snapshot that somebody asks for comes at once where that is cheap, else once
// the one before is paid for.
func TestWhoeverWantsASnapshotTheBudgetHolds(t *testing.T) {
	for goroutines, want := range map[int64]time.Duration{1000: 8 * time.Second, 100_000: 46 * time.Second} {
		bubble(t, func(t *testing.T) {
			f := newFake(t, pathMetrics)
			f.process.goroutines = goroutines
			w := watch(t, f, nil)
			after(8 * time.Second)
			w.Snapshot()
			after(time.Minute)
			w.end()
			if got := gaps(f.asked(pathGoroutine))[0]; got < want-time.Second || got > want+time.Second {
				t.Errorf("with %d goroutines it came after %s, want %s", goroutines, got, want)
			}
		})
	}
}

func TestATimeoutIsNamedAsTheReason(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.rule(pathHeap, func(n int) reply {
			if n == 2 {
				return reply{after: 30 * time.Second, err: &fetch.Error{Kind: fetch.TimedOut, After: 30 * time.Second}}
			}
			return reply{}
		})
		w := watch(t, f, nil)
		after(50 * time.Second)
		schedule := all[snapshot.Scheduled](w.recorder)
		if last := schedule[len(schedule)-1]; last.Actual <= last.Every || !strings.Contains(last.Slowed, "did not come in time") {
			t.Errorf("the interval is %s, since %q", last.Actual, last.Slowed)
		}
		w.end()
	})
}

// Whatever is slow, all together stays below 1 % of the time.
func TestTheBudgetOfAll(t *testing.T) {
	t.Parallel()
	for _, source := range []string{pathMetrics, pathVars, pathTrailer, pathIndex} {
		for slow, latency := range map[string]time.Duration{pathIndex: 130 * ms, pathHeap: 250 * ms, pathGoroutine: 140 * ms} {
			t.Run(source+" with a slow "+slow, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					f := newFake(t, source)
					f.served[pathTrailer] = source == pathTrailer
					f.latency[source], f.latency[slow] = 9*ms, latency
					w := watch(t, f, nil)
					after(time.Minute) // attaching costs what it costs
					begun := f.busy()
					after(20 * time.Minute)
					w.end()
					if share := float64(f.busy()-begun) / float64(20*time.Minute); share > 0.01 || share < 0.005 {
						t.Errorf("the target was busy for %.2f %% of the time", 100*share)
					}
				})
			})
		}
	}
}
