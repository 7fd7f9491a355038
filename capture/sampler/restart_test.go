package sampler

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

func recorded(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "profiles", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each kind of evidence tells a restart by itself, once, and a snapshot of the
// new run follows at once.
func TestEvidenceOfARestart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		pages    []string
		tellsNot bool // no start time
		records  int64
		change   func(p *process)
		want     string // the evidence
		within   time.Duration
	}{
		{"start time", []string{pathMetrics}, false, 100, func(p *process) { p.start = time.Now() }, "its start time changed", 2 * time.Second},
		{"NumGC", []string{pathMetrics}, true, 100, func(p *process) { p.numGC = 2 }, "NumGC fell from 30 to 2", 2 * time.Second},
		{"TotalAlloc", []string{pathVars}, true, 100, func(p *process) { p.totalAlloc = 5 }, "TotalAlloc fell from 1073741824 to 5", 2 * time.Second},
		{"Mallocs", nil, true, 100, func(p *process) { p.mallocs = 7 }, "Mallocs fell from 5000 to 7", 2 * time.Second},
		{"mappings", []string{pathVars}, true, 100, func(p *process) { p.mappings += 4096 }, "its memory mappings changed", 15 * time.Second},
		{"mappings, by the profiles alone", nil, true, 1000, func(p *process) { p.mappings += 4096 }, "its memory mappings changed", 15 * time.Second},
		{"alloc_objects", nil, true, 1000, func(p *process) { p.allocs-- }, "objects ever allocated fell", 15 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, test.pages...)
				f.tellsNot, f.process.records = test.tellsNot, test.records
				w := watch(t, f, nil)
				after(20*time.Second + 500*ms)
				changed := time.Now()
				f.do(func() { test.change(&f.process) })
				after(30 * time.Second)
				w.end()
				w.check("attached #1/0 #2/0 restarted attached #3/1 #4/1")
				restarts := all[snapshot.Restarted](w.recorder)
				if len(restarts) != 1 || restarts[0].Evidence != test.want {
					t.Fatalf("restarts: %+v, want one for %q", restarts, test.want)
				}
				if d := restarts[0].At.Sub(changed); d > test.within {
					t.Errorf("it was noticed after %s", d)
				}
				first := all[snapshot.Taken](w.recorder)[2].Snapshot
				// Where the profiles told it, their pace is due to the new process, too.
				if d := first.Time.Sub(restarts[0].At); d > 100*ms {
					t.Errorf("the first snapshot of the new run came %s after", d)
				}
				if !first.Advanced {
					t.Error("the first snapshot of a run counts")
				}
			})
		})
	}
}

// What the process before cost is of no concern to the new one.
func TestANewRunBeginsAtOnceAtASlowTargetToo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.latency[pathHeap] = time.Second
		w := watch(t, f, nil)
		after(20 * time.Second)
		f.restart(young())
		after(5 * time.Second)
		w.end()
		w.check("attached #1/0 restarted attached #2/1")
	})
}

func TestNoFalseRestart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		pages    []string
		tellsNot bool
		change   func(p *process)
	}{
		{"all grows", []string{pathMetrics}, true, func(p *process) {
			p.numGC++
			p.totalAlloc *= 2
			p.mallocs *= 2
			p.allocs *= 2
			p.goroutines *= 3
		}},
		{"the start time is equal, whatever else", []string{pathMetrics}, false, func(p *process) {
			p.numGC, p.totalAlloc, p.mallocs, p.mappings, p.allocs = 1, 1, 1, 0x700000, 1
		}},
		{"live objects fall", nil, true, func(p *process) { p.live = 1 }},
		{"another sampling rate", nil, true, func(p *process) { p.period, p.allocs = 4096, 5 }},
		{"a start time that is rounded otherwise", []string{pathMetrics}, false, func(p *process) { p.start = p.start.Add(5 * ms) }},
		{"a start time that drifts with the clock", []string{pathMetrics}, false, func(p *process) { p.start = p.start.Add(-time.Second); p.numGC++ }},
		{"a clock that was set", []string{pathMetrics}, false, func(p *process) { p.start = p.start.Add(20 * time.Minute); p.numGC++ }},
		{"a clock that was set back", []string{pathMetrics}, false, func(p *process) { p.start = p.start.Add(-20 * time.Minute) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, test.pages...)
				f.tellsNot = test.tellsNot
				f.process.records = 1000
				w := watch(t, f, nil)
				after(20*time.Second + 500*ms)
				f.do(func() { test.change(&f.process) })
				after(30 * time.Second)
				w.end()
				w.check("attached #1/0 #2/0 #3/0 #4/0")
			})
		})
	}
}

// The two ways to count what was allocated differ a little, so that a change
// of source is no restart; a falling NumGC still is one.
func TestAnotherSourceIsNoRestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics, pathVars)
		f.tellsNot = true
		w := watch(t, f, nil)
		after(20 * time.Second)
		f.do(func() {
			f.served[pathMetrics] = false
			f.process.totalAlloc -= 4096
			f.process.mallocs -= 8
		})
		after(15 * time.Second)
		w.check("attached #1/0 #2/0 attached warned #3/0")
		f.do(func() { f.process.numGC = 3 })
		after(2 * time.Second)
		w.end()
		if r := all[snapshot.Restarted](w.recorder); len(r) != 1 || r[0].Evidence != "NumGC fell from 30 to 3" {
			t.Errorf("restarts: %+v", r)
		}
	})
}

// A bad answer between the old and the new process hides nothing.
func TestARestartBehindABadAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5*time.Second + 500*ms)
		f.rule(pathMetrics, func(n int) reply {
			if n < 3 {
				return reply{err: failure(503)}
			}
			return reply{}
		})
		f.restart(young())
		after(4 * time.Second)
		w.end()
		w.check("attached #1/0 restarted attached #2/1")
	})
}

// The target restarts within a snapshot. What was fetched of it is of two
// processes, and must not be shown.
func TestARestartDuringASnapshot(t *testing.T) {
	t.Parallel()
	for _, pages := range [][]string{{pathMetrics}, {pathVars}, nil} {
		for _, page := range []string{pathIndex, pathHeap, pathGoroutine} {
			t.Run(strings.Join(append(slices.Clone(pages), page), " "), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					f := newFake(t, pages...)
					if pages == nil {
						f.process.records = 1000 // no source but the index
					}
					w := watch(t, f, nil)
					after(14*time.Second + 500*ms)
					f.rule(page, func(n int) reply {
						if n == 1 {
							f.process = young() // answers this request, too
							f.process.records = 1000
							f.process.live, f.process.allocs = 7777, 9999
						}
						return reply{}
					})
					after(30 * time.Second)
					w.end()
					w.check("attached #1/0 restarted attached #2/1 #3/1")
					for _, e := range all[snapshot.Taken](w.recorder) {
						shot := e.Snapshot
						if got := shot.Heap.Mappings != shot.Goroutines.Mappings; got {
							t.Errorf("#%d is of two processes", shot.Seq)
						}
						live := shot.Heap.Total(shot.Heap.Columns().LiveObjects)
						if (live == 7777) != (shot.Run == 1) {
							t.Errorf("#%d of run %d has %d live objects", shot.Seq, shot.Run, live)
						}
					}
				})
			})
		}
	}
}

// The same while attaching, when there is nothing to compare with yet.
func TestARestartWhileAttaching(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.records = 1000
		f.rule(pathGoroutine, func(n int) reply {
			if n == 1 {
				f.process = young()
			}
			return reply{}
		})
		w := watch(t, f, nil)
		after(time.Second)
		w.end()
		w.check("attached restarted attached #1/1")
	})
}

// A library that is loaded later moves the mappings of the same process.
func TestMappingsThatMoveWithoutARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(14*time.Second + 500*ms)
		f.rule(pathGoroutine, func(int) reply {
			f.process.mappings = 0x600000
			return reply{}
		})
		after(30 * time.Second)
		w.end()
		w.check("attached #1/0 #2/0 #3/0")
	})
}

// The new process dies while it is looked at: that is one restart, and an
// outage, and what is known of the target is not half forgotten.
func TestTheNewProcessDiesAtOnce(t *testing.T) {
	for _, page := range []string{pathIndex, pathCmdline, pathMetrics, pathHeap, pathGoroutine} {
		t.Run(page, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				w := watch(t, f, nil)
				after(5*time.Second + 500*ms)
				f.restart(young())
				last := 1
				if page == pathMetrics {
					last = 2 // the first one tells the restart
				}
				f.rule(page, func(n int) reply {
					if n == last {
						f.down = &fetch.Error{Kind: fetch.Refused}
					}
					return reply{}
				})
				after(4 * time.Second)
				if r := all[snapshot.Restarted](w.recorder); len(r) != 1 {
					t.Errorf("restarts: %+v", r)
				}
				if len(all[snapshot.Unreachable](w.recorder)) == 0 {
					t.Error("no outage was told")
				}
				if story := w.story(); strings.Contains(story, "#2") {
					t.Error(story)
				}
				f.restart(young())
				after(10 * time.Second)
				w.end()
				// Where the process that died had told its start time, the third one shows to be another.
				story := w.story()
				if n := strings.Count(story, "restarted"); n != 1 && !(n == 2 && (page == pathHeap || page == pathGoroutine)) {
					t.Errorf("%d restarts: %s", n, story)
				}
				if shot := w.newest(); shot.Seq != 2 || shot.Run != strings.Count(story, "restarted") {
					t.Errorf("the newest is #%d of run %d: %s", shot.Seq, shot.Run, story)
				}
				if got := w.source(); got != "/metrics" {
					t.Errorf("the source is %q", got)
				}
			})
		})
	}
}

// A crash loop is as many restarts, and each is watched for as long as it lives.
func TestACrashLoop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		for range 5 {
			after(7 * time.Second)
			f.kill()
			after(3 * time.Second)
			f.restart(young())
		}
		after(7 * time.Second)
		w.end()
		if n := len(all[snapshot.Restarted](w.recorder)); n != 5 {
			t.Errorf("%d restarts, want 5: %s", n, w.story())
		}
		if shot := w.newest(); shot.Run != 5 || shot.Seq != 6 {
			t.Errorf("the newest is #%d of run %d", shot.Seq, shot.Run)
		}
	})
}
