package sampler

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// An attach that fails gives a typed error, and no event before it.
func TestAttachErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(f *fake)
		kind   fetch.Kind
	}{
		{"nobody listens", func(f *fake) { f.kill() }, fetch.Refused},
		{"a login page", func(f *fake) {
			f.rule(pathIndex, func(int) reply { return reply{body: []byte("<html>log in</html>")} })
		}, fetch.NotPprof},
		{"401", func(f *fake) { f.rule(pathIndex, always(&fetch.Error{Kind: fetch.Unauthorized, Status: 401})) }, fetch.Unauthorized},
		{"500", func(f *fake) { f.rule(pathIndex, always(failure(500))) }, fetch.Status},
		{"nothing of pprof", func(f *fake) { clear(f.served) }, fetch.NotFound},
		{"an index alone", func(f *fake) { f.served[pathHeap], f.served[pathGoroutine] = false, false }, fetch.NotFound},
		{"HTML for every name", func(f *fake) {
			for _, page := range []string{pathHeap, pathGoroutine} {
				f.rule(page, func(int) reply { return reply{body: []byte("<html>")} })
			}
		}, fetch.HTML},
		{"it dies after the index", func(f *fake) { f.rule(pathCmdline, always(&fetch.Error{Kind: fetch.Refused})) }, fetch.Refused},
		{"it dies before the metrics", func(f *fake) { f.rule(pathMetrics, always(&fetch.Error{Kind: fetch.Refused})) }, fetch.Refused},
		{"it dies before the heap", func(f *fake) { f.rule(pathHeap, always(&fetch.Error{Kind: fetch.Refused})) }, fetch.Refused},
		{"it dies before the goroutines", func(f *fake) { f.rule(pathGoroutine, always(&fetch.Error{Kind: fetch.Refused})) }, fetch.Refused},
		{"the index never comes", func(f *fake) { f.latency[pathIndex] = time.Hour }, fetch.TimedOut},
		{"the heap never comes", func(f *fake) { f.latency[pathHeap] = time.Hour }, fetch.TimedOut},
		{"all but the index never comes", func(f *fake) {
			for page := range f.served {
				if page != pathIndex {
					f.latency[page] = time.Hour
				}
			}
		}, fetch.TimedOut},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				test.change(f)
				var r recorder
				begun := time.Now()
				err := New(config(t, f, func(c *Config) { c.AttachTimeout = 10 * time.Second })).Run(t.Context(), r.emit)
				if !isKind(err, test.kind) {
					t.Errorf("Run failed with %#v, want kind %d", err, test.kind)
				}
				if fault, ok := errors.AsType[*fetch.Error](err); ok && fault.Timeout() && fault.After < time.Second {
					t.Errorf("the error names a request that was given %s", fault.After)
				}
				if len(r.events) > 0 {
					t.Errorf("events came before: %s", r.story())
				}
				// What answers is not counted, and did so at once.
				if took := time.Since(begun); took > 10*time.Second+100*ms {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// A target that is slow but answers is attached, whatever that takes; what it
// is too slow for is left out.
func TestAttachToASlowTarget(t *testing.T) {
	for _, latency := range []time.Duration{2900 * ms, 4 * time.Second, 8 * time.Second} {
		bubble(t, func(t *testing.T) {
			f := newFake(t, pathMetrics, pathVars)
			for page := range f.served {
				f.latency[page] = latency
			}
			shot, info, err := New(config(t, f, func(c *Config) { c.AttachTimeout = 15 * time.Second })).One(t.Context())
			if err != nil || shot.Heap == nil || shot.Goroutines == nil {
				t.Errorf("a target that takes %s gave %+v of %+v and %v", latency, shot, info, err)
			}
		})
	}
}

// Where pages that are of no need do not answer, most of a short time is left for
// the profiles, and no request is made with no time at all.
func TestAttachInLittleTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics, pathVars)
		for page := range f.served {
			if page != pathIndex && page != pathHeap && page != pathGoroutine {
				f.latency[page] = time.Hour
			}
		}
		f.latency[pathHeap] = 100 * ms
		shot, _, err := New(config(t, f, func(c *Config) { c.AttachTimeout = 500 * ms })).One(t.Context())
		if err != nil || shot.Heap == nil || shot.Goroutines == nil {
			t.Errorf("it gave %+v and %v", shot, err)
		}
	})
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics, pathVars)
		for page := range f.served {
			if page != pathIndex {
				f.latency[page] = time.Hour
			}
		}
		for _, limit := range []time.Duration{500 * ms, time.Second, 10 * time.Second} {
			_, _, err := New(config(t, f, func(c *Config) { c.AttachTimeout = limit })).One(t.Context())
			if err == nil || strings.Contains(err.Error(), "after 0s") {
				t.Errorf("within %s it fails with %v", limit, err)
			}
		}
	})
}

// Too many goroutines to list and no heap: a yes can still give something to watch.
func TestAttachWithAQuestion(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.process.goroutines = 1_000_000
		f.rule(pathHeap, always(failure(500)))
		w := watch(t, f, nil)
		after(time.Second)
		w.check("attached #1/0 asked")
		w.AllowCostly()
		after(time.Second)
		w.end()
		if shot := w.newest(); shot.Goroutines == nil || len(shot.Missing) != 1 {
			t.Errorf("the snapshot is %+v", shot)
		}
	})
}

func TestWaitForATarget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.kill()
		w := watch(t, f, func(c *Config) { c.Wait = true })
		after(10 * time.Second)
		if got, want := w.story(), strings.TrimSpace(strings.Repeat("unreachable ", 4)); got != want {
			t.Errorf("what happened: %s, want %s", got, want)
		}
		f.restart(young())
		after(10 * time.Second)
		w.end()
		w.check("unreachable unreachable unreachable unreachable attached #1/0")
		schedule := all[snapshot.Scheduled](w.recorder)
		if cost := schedule[len(schedule)-1].Cost; cost.Requests > 10 || cost.Elapsed > 10*time.Second {
			t.Errorf("the cost counts what the target never got: %+v", cost)
		}
	})
}

// A gateway may answer for a target that is starting; what cannot get better is
// an error even so.
func TestWaitOnlyForWhatMayCome(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.do(func() { f.down = failure(503) })
		w := watch(t, f, func(c *Config) { c.Wait = true })
		after(5 * time.Second)
		f.do(func() { f.down = &fetch.Error{Kind: fetch.Unauthorized, Status: 401} })
		after(5 * time.Second)
		if err := <-w.done; !isKind(err, fetch.Unauthorized) {
			t.Errorf("Run ended with %v", err)
		}
		w.stop()
	})
}

// The wait respects the pace: a heap that hung once is not asked for soon.
func TestWaitAfterAHeapThatHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.latency[pathHeap] = time.Hour
		w := watch(t, f, func(c *Config) { c.Wait, c.AttachTimeout = true, 10*time.Second })
		after(10 * time.Minute)
		w.end()
		at := f.asked(pathHeap)
		for i, d := range gaps(at) {
			if want := 10 * time.Second << min(i+1, 6); d < want {
				t.Errorf("gap %d is %s, want %s at least", i, d, want)
			}
		}
		if len(at) < 3 {
			t.Errorf("it was tried %d times", len(at))
		}
	})
}

func TestOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		shot, info, err := New(config(t, f, nil)).One(t.Context())
		if err != nil || shot == nil || shot.Seq != 1 || shot.Heap == nil || shot.Goroutines == nil {
			t.Fatalf("One gave %+v, %v", shot, err)
		}
		if info.Name != "orders" || info.CurveSource != "/metrics" {
			t.Errorf("info is %+v", info)
		}
		if n := f.total(); n != 5 {
			t.Errorf("it took %d requests, want 5", n)
		}
	})
}

func TestOneFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t)
		f.kill()
		shot, info, err := New(config(t, f, nil)).One(t.Context())
		if shot != nil || !isKind(err, fetch.Refused) || info.Address != "http://orders.test:6060/debug/pprof/" {
			t.Errorf("One gave %v, %+v, %v", shot, info, err)
		}
		f.do(func() { f.down = nil })
		f.latency[pathHeap] = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := New(config(t, f, nil)).One(ctx); !isKind(err, fetch.TimedOut) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("One gave %v after its time was up", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, _, err := New(config(t, f, nil)).One(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("One gave %v after it was interrupted", err)
		}
	})
}
