package sampler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

func TestBackoffAndRecovery(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5*time.Second + 500*ms)
		killed := time.Now()
		f.kill()
		before := f.total()
		after(2 * time.Minute)
		tries := all[snapshot.Unreachable](w.recorder)
		var waits []time.Duration
		for i, e := range tries {
			if e.Since.Sub(killed) > time.Second || !e.Since.Equal(tries[0].Since) {
				t.Errorf("try %d: no answer since %s", i, e.Since)
			}
			if i > 0 {
				waits = append(waits, e.Next.Sub(tries[i-1].Next).Round(10*ms))
			}
		}
		s := time.Second
		if want := []time.Duration{2 * s, 4 * s, 8 * s, 16 * s, 30 * s, 30 * s, 30 * s}; !slices.Equal(waits, want) {
			t.Errorf("the next try is put off by %v, want %v", waits, want)
		}
		// A try asks for the index and, where that gives no answer, for nothing else.
		for _, r := range f.requests[before+1:] {
			if r.url != pathIndex {
				t.Errorf("%s was asked for in an outage", r.url)
			}
		}
		f.do(func() { f.down = nil })
		after(31 * time.Second)
		w.end()
		w.check("attached #1/0" + strings.Repeat(" unreachable", len(tries)) + " attached #2/0 #3/0")
		if taken := all[snapshot.Taken](w.recorder); taken[1].Snapshot.Time.Sub(killed) < 2*time.Minute {
			t.Error("a snapshot was taken in the outage")
		}
	})
}

// What an outage broke off is made up for, and does not wait for the next interval.
func TestASnapshotFollowsAnOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, func(c *Config) { c.Every = time.Hour })
		after(5*time.Second + 500*ms)
		f.kill()
		after(time.Second)
		f.do(func() { f.down = nil })
		after(2 * time.Second)
		w.end()
		w.check("attached #1/0 unreachable attached #2/0")
	})
}

func TestARestartAcrossAnOutage(t *testing.T) {
	for _, test := range []struct {
		name     string
		pages    []string
		tellsNot bool
		evidence string
	}{
		{"start time", []string{pathMetrics}, false, "its start time changed"},
		{"counters", []string{pathVars}, false, "NumGC fell from 30 to 1"},
		{"mappings", nil, true, "its memory mappings changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, test.pages...)
				f.process.records = 1000
				w := watch(t, f, nil)
				after(5*time.Second + 500*ms)
				f.kill()
				after(5 * time.Second)
				p := young()
				p.records = 1000
				f.restart(p)
				after(20 * time.Second)
				w.end()
				story := w.story()
				if !strings.HasPrefix(story, "attached #1/0 unreachable unreachable unreachable ") || strings.Count(story, "restarted") != 1 || !strings.Contains(story, "#2/1") {
					t.Error(story)
				}
				if r := all[snapshot.Restarted](w.recorder); len(r) != 1 || r[0].Evidence != test.evidence {
					t.Errorf("restarts: %+v, want one for %q", r, test.evidence)
				}
			})
		})
	}
}

// The new process comes back with another way to tell its figures.
func TestAnotherSourceAfterAnOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5 * time.Second)
		f.kill()
		after(5 * time.Second)
		f.do(func() { f.served[pathMetrics], f.served[pathVars] = false, true })
		f.restart(young())
		after(10 * time.Second)
		w.end()
		if got := w.source(); got != "/debug/vars" {
			t.Errorf("the source is %q", got)
		}
		if n := len(all[snapshot.Restarted](w.recorder)); n != 1 {
			t.Errorf("%d restarts", n)
		}
	})
}

// Some failures speak of one request alone; others of the target.
func TestWhatIsAnOutage(t *testing.T) {
	t.Parallel()
	kinds := map[string]*fetch.Error{
		"refused": {Kind: fetch.Refused}, "no host": {Kind: fetch.NoHost}, "no route": {Kind: fetch.NoRoute},
		"no socket": {Kind: fetch.Socket}, "proxy": {Kind: fetch.Proxy},
		"closed": {Kind: fetch.Closed}, "truncated": {Kind: fetch.Truncated}, "502": {Kind: fetch.Status, Status: 502},
		"timed out": {Kind: fetch.TimedOut, After: time.Millisecond},
	}
	for name, fault := range kinds {
		t.Run(name, func(t *testing.T) {
			for _, page := range []string{pathMetrics, pathHeap} {
				bubble(t, func(t *testing.T) {
					f := newFake(t, pathMetrics)
					w := watch(t, f, nil)
					after(10*time.Second + 500*ms)
					f.rule(page, func(n int) reply {
						if n == 1 {
							return reply{err: fault}
						}
						return reply{}
					})
					after(10 * time.Second)
					w.end()
					outage := len(all[snapshot.Unreachable](w.recorder)) > 0
					if outage != unreached(fault) {
						t.Errorf("%s: outage %v", page, outage)
					}
				})
			}
			// Where the index gives no answer either, the target is gone.
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				w := watch(t, f, nil)
				after(10*time.Second + 500*ms)
				f.do(func() { f.down = fault })
				after(time.Second)
				w.end()
				if len(all[snapshot.Unreachable](w.recorder)) == 0 {
					t.Error("no outage was told")
				}
			})
		})
	}
}

// A stopped process takes connections and never answers. After a timeout the
// target is left alone for as long again.
func TestATargetThatHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5 * time.Second)
		timeout := &fetch.Error{Kind: fetch.TimedOut, After: 30 * time.Second}
		hang := func(int) reply { return reply{after: 30 * time.Second, err: timeout} }
		for _, page := range []string{pathIndex, pathCmdline, pathMetrics, pathHeap, pathGoroutine} {
			f.rule(page, hang)
		}
		hung := time.Now()
		after(5 * time.Minute)
		tries := all[snapshot.Unreachable](w.recorder)
		if len(tries) == 0 || tries[0].Since.Sub(hung) > 35*time.Second {
			t.Fatalf("outages: %+v", tries)
		}
		if at := f.asked(pathIndex); shortest(at[1:]) < time.Minute-ms {
			t.Errorf("it was asked again %s after a request that hung for 30s", shortest(at[1:]))
		}
		for _, page := range []string{pathIndex, pathCmdline, pathMetrics, pathHeap, pathGoroutine} {
			f.rule(page, func(int) reply { return reply{} })
		}
		after(2 * time.Minute)
		w.end()
		story := w.story()
		if strings.Contains(story, "restarted") || !strings.HasPrefix(story[strings.LastIndex(story, "unreachable"):], "unreachable attached #2/0") {
			t.Error(story)
		}
	})
}

// Without an index a profile that gives no answer is all there is to go by.
func TestAnOutageWithoutAnIndex(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t)
		f.served[pathIndex] = false
		w := watch(t, f, nil)
		after(5 * time.Second)
		f.kill()
		after(16 * time.Second)
		f.restart(young())
		after(30 * time.Second)
		w.end()
		story := w.story()
		if !strings.HasPrefix(story, "attached #1/0 unreachable") || strings.Count(story, "restarted") != 1 || !strings.Contains(story, "#2/1") {
			t.Error(story)
		}
	})
}

// Something else took over the port: it answers, but it is not pprof.
func TestAnotherProgramOnThePort(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5 * time.Second)
		f.do(func() { clear(f.served) })
		after(30 * time.Second)
		if len(all[snapshot.Unreachable](w.recorder)) == 0 {
			t.Error("it passes for the target")
		}
		w.end()
	})
}

// An index that fails once is no outage, even where it is the curve source.
func TestABadIndexAnswer(t *testing.T) {
	for name, err := range map[string]error{"503": failure(503), "500": failure(500), "closed": &fetch.Error{Kind: fetch.Closed}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t)
				f.process.records = 1000
				w := watch(t, f, nil)
				after(500 * ms)
				f.rule(pathIndex, func(n int) reply {
					if n%3 == 0 {
						return reply{err: err}
					}
					return reply{}
				})
				after(time.Minute)
				w.end()
				w.check("attached #1/0 #2/0 #3/0 #4/0 #5/0")
			})
		})
	}
}

// What an answer asks to wait is waited, by the page that asks for it and, where
// the whole target does, by all; also where it is longer than any other wait.
func TestRetryAfterIsObeyed(t *testing.T) {
	busy := &fetch.Error{Kind: fetch.Status, Status: 429, RetryAfter: time.Minute}
	away := &fetch.Error{Kind: fetch.Status, Status: 503, RetryAfter: 5 * time.Minute}
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, func(c *Config) { c.Every = 5 * time.Second })
		after(6*time.Second + 500*ms)
		f.rule(pathHeap, always(busy))
		after(10 * time.Minute)
		w.end()
		asked := f.asked(pathHeap)
		for _, gap := range gaps(asked)[2:] {
			if gap < time.Minute {
				t.Errorf("the heap was asked for again after %s", gap)
			}
		}
		if len(asked) < 8 {
			t.Errorf("the heap was asked for %d times in ten minutes", len(asked))
		}
	})
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, func(c *Config) { c.Every = 5 * time.Second })
		after(6*time.Second + 500*ms)
		f.do(func() { f.down = away })
		down := time.Now()
		after(14 * time.Minute)
		f.do(func() { f.down = nil })
		after(time.Minute + time.Second)
		w.end()
		var tries []time.Time
		for _, r := range f.requests {
			if r.begun.After(down.Add(5*time.Second)) && r.begun.Before(down.Add(14*time.Minute)) {
				tries = append(tries, r.begun)
			}
		}
		if len(tries) < 2 || len(tries) > 4 {
			t.Errorf("a target that is away for five minutes was asked %d times in 14", len(tries))
		}
		if taken := all[snapshot.Taken](w.recorder); len(taken) < 3 {
			t.Errorf("there are %d snapshots", len(taken))
		}
	})
}
