package sampler

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// failure is a target's answer that is of no use.
func failure(status int) error { return &fetch.Error{Kind: fetch.Status, Status: status} }

func TestTheOrderOfCurveSources(t *testing.T) {
	t.Parallel()
	processOnly := []byte("process_resident_memory_bytes 5e6\n")
	for _, test := range []struct {
		name    string
		pages   []string
		change  func(*fake)
		want    string
		knows   []snapshot.Vital // with every tick
		unasked []string
	}{
		{"metrics first", []string{pathMetrics, pathVars}, nil, "/metrics",
			[]snapshot.Vital{snapshot.HeapInuse, snapshot.Goroutines, snapshot.StartTime}, []string{pathVars, pathTrailer}},
		{"vars next", []string{pathVars}, nil, "/debug/vars", []snapshot.Vital{snapshot.HeapInuse, snapshot.NumGC}, []string{pathTrailer}},
		{"then the trailer", nil, nil, "heap?debug=1", []snapshot.Vital{snapshot.HeapInuse, snapshot.NumGC}, nil},
		{"the trailer up to 500 records", nil, func(f *fake) { f.process.records = 500 }, "heap?debug=1", []snapshot.Vital{snapshot.HeapInuse}, nil},
		{"but not with more", nil, func(f *fake) { f.process.records = 501 }, "index counts + heap profile",
			[]snapshot.Vital{snapshot.Goroutines, snapshot.HeapRecords}, []string{pathTrailer}},
		{"nor without an index, which tells", nil, func(f *fake) { f.served[pathIndex] = false }, "index counts + heap profile", nil, []string{pathTrailer}},
		{"nor with a large body", nil, func(f *fake) {
			f.rule(pathTrailer, func(int) reply { return reply{body: make([]byte, trailerMaxBytes+1)} })
		}, "index counts + heap profile", []snapshot.Vital{snapshot.Goroutines}, nil},
		{"metrics of the process alone are second best", []string{pathMetrics, pathVars}, func(f *fake) {
			f.rule(pathMetrics, func(int) reply { return reply{body: processOnly} })
		}, "/debug/vars", []snapshot.Vital{snapshot.HeapInuse}, nil},
		{"but better than counts", []string{pathMetrics}, func(f *fake) {
			f.rule(pathMetrics, func(int) reply { return reply{body: processOnly} })
			f.served[pathTrailer] = false
		}, "/metrics", []snapshot.Vital{snapshot.RSS}, nil},
		{"metrics that are something else", []string{pathMetrics, pathVars}, func(f *fake) {
			f.rule(pathMetrics, func(int) reply { return reply{body: []byte("<html>login</html>")} })
		}, "/debug/vars", []snapshot.Vital{snapshot.HeapInuse}, nil},
		{"metrics that are huge", []string{pathMetrics, pathVars}, func(f *fake) {
			f.rule(pathMetrics, func(int) reply { return reply{body: make([]byte, metricsMaxBytes+1)} })
		}, "/debug/vars", []snapshot.Vital{snapshot.HeapInuse}, nil},
		{"metrics that never come", []string{pathMetrics, pathVars}, func(f *fake) { f.latency[pathMetrics] = time.Hour }, "/debug/vars", []snapshot.Vital{snapshot.HeapInuse}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, test.pages...)
				if test.change != nil {
					test.change(f)
				}
				w := watch(t, f, func(c *Config) { c.AttachTimeout = 15 * time.Second })
				after(2 * time.Minute)
				w.end()
				if got := w.source(); got != test.want {
					t.Errorf("the source is %q, want %q", got, test.want)
				}
				points := all[snapshot.VitalsTaken](w.recorder)
				if len(points) < 8 {
					t.Fatalf("%d points came", len(points))
				}
				for _, p := range points {
					for _, vital := range test.knows {
						if _, known := p.Vitals.Get(vital); !known {
							t.Fatalf("vital %d is unknown in %+v", vital, p.Vitals)
						}
					}
				}
				for _, page := range test.unasked {
					if n := len(f.asked(page)); n > 0 {
						t.Errorf("%s was asked for %d times", page, n)
					}
				}
			})
		})
	}
}

// The index counts have no heap, so the heap profile gives the curve.
func TestWithoutASourceTheHeapProfileGivesTheCurve(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.records = 1000
		w := watch(t, f, nil)
		after(61 * time.Second)
		w.end()
		live := 0
		for _, p := range all[snapshot.VitalsTaken](w.recorder) {
			if n, known := p.Vitals.Get(snapshot.LiveHeap); known {
				if live++; n != 6400 {
					t.Errorf("live heap is %d, want 100 objects of 64 bytes", n)
				}
			}
		}
		if live != 5 {
			t.Errorf("%d points have the live heap, want one a snapshot", live)
		}
		if at := f.asked(pathIndex); len(at) < 55 || shortest(at) < costRatio*ms {
			t.Errorf("the index was asked for %d times, %s apart at least", len(at), shortest(at))
		}
	})
}

// Where the metrics tell the live heap, the sampled estimate must not be mixed
// into the same curve.
func TestOneCurveHasOneMeasure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.rule(pathMetrics, func(int) reply {
			return reply{body: []byte("go_memstats_heap_inuse_bytes 9e6\ngo_gc_heap_live_bytes 7777\ngo_goroutines 41\n")}
		})
		w := watch(t, f, nil)
		after(time.Minute)
		w.end()
		for _, p := range all[snapshot.VitalsTaken](w.recorder) {
			live, _ := p.Vitals.Get(snapshot.LiveHeap)
			goroutines, _ := p.Vitals.Get(snapshot.Goroutines)
			if live != 7777 || goroutines != 41 {
				t.Fatalf("a point has %d live bytes and %d goroutines, want 7777 and 41", live, goroutines)
			}
		}
	})
}

// One bad answer now and then neither changes the source nor is an outage.
func TestABadAnswerChangesNothing(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"500":     failure(500),
		"503":     failure(503),
		"404":     &fetch.Error{Kind: fetch.NotFound, Status: 404},
		"closed":  &fetch.Error{Kind: fetch.Closed},
		"cut":     &fetch.Error{Kind: fetch.Truncated},
		"garbage": nil,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics, pathVars)
				w := watch(t, f, nil)
				after(time.Second / 2)
				f.rule(pathMetrics, func(n int) reply {
					if n%4 < 2 {
						return reply{}
					}
					return reply{err: err, body: []byte("garbage")}
				})
				after(5 * time.Minute)
				w.end()
				if got := w.source(); got != "/metrics" {
					t.Errorf("the source is %q now", got)
				}
				if n := len(f.asked(pathVars)); n != 0 {
					t.Errorf("another source was asked %d times", n)
				}
				if story := w.story(); strings.Contains(story, "unreachable") || strings.Contains(story, "restarted") {
					t.Error(story)
				}
				if n := len(all[snapshot.VitalsTaken](w.recorder)); n < 140 {
					t.Errorf("%d points came in 5 minutes, of which half were well", n)
				}
			})
		})
	}
}

func TestASourceThatDisappears(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics, pathVars)
		w := watch(t, f, nil)
		after(20 * time.Second)
		f.do(func() { f.served[pathMetrics] = false })
		after(20 * time.Second)
		if got := w.source(); got != "/debug/vars" {
			t.Errorf("the source is %q, want the next one", got)
		}
		f.do(func() { f.served[pathVars], f.served[pathTrailer] = false, false })
		after(20 * time.Second)
		if got := w.source(); got != "index counts + heap profile" {
			t.Errorf("the source is %q, want the last resort", got)
		}
		gone := f.total()
		after(10 * time.Minute)
		w.end()
		warned := all[snapshot.Warned](w.recorder)
		if len(warned) != 2 || warned[0].Text != "the curves come from /debug/vars now, no longer from /metrics" {
			t.Errorf("warned: %+v", warned)
		}
		for _, r := range f.requests[gone:] {
			if r.url == pathMetrics || r.url == pathVars {
				t.Fatalf("%s was asked for again, though it is not there", r.url)
			}
		}
		if story := w.story(); strings.Contains(story, "unreachable") || strings.Contains(story, "restarted") {
			t.Error(story)
		}
	})
}

// A source that is there but fails is left for another one, and taken again
// once it works; in between it is asked once in five minutes.
func TestASourceThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics, pathVars)
		f.rule(pathMetrics, always(failure(500)))
		w := watch(t, f, nil)
		tries := func(want int, source string) {
			t.Helper()
			if got := w.source(); got != source || len(f.asked(pathMetrics)) != want {
				t.Errorf("the source is %q, and /metrics was asked for %d times, want %q and %d", got, len(f.asked(pathMetrics)), source, want)
			}
		}
		after(4 * time.Minute)
		tries(1, "/debug/vars")
		after(2 * time.Minute)
		tries(2, "/debug/vars")
		f.rule(pathMetrics, func(int) reply { return reply{} })
		after(5 * time.Minute)
		if got := w.source(); got != "/metrics" {
			t.Errorf("the source is %q, want the best one again", got)
		}
		// Later it fails once more.
		f.rule(pathMetrics, always(failure(500)))
		before := len(f.asked(pathMetrics))
		after(4 * time.Minute)
		tries(before+maxStrikes, "/debug/vars")
		f.rule(pathMetrics, func(int) reply { return reply{} })
		after(2 * time.Minute)
		w.end()
		if got := w.source(); got != "/metrics" {
			t.Errorf("the source is %q, want the best one again", got)
		}
		if story := w.story(); strings.Contains(story, "restarted") || strings.Count(story, "attached warned") != 3 {
			t.Error(story)
		}
	})
}

// The trailer is left as soon as it costs too much, not after a few tries.
func TestTheTrailerIsLeftWhenItGrows(t *testing.T) {
	t.Parallel()
	for name, grow := range map[string]func(*fake){
		"in records": func(f *fake) { f.process.records = 20_000 },
		"in bytes": func(f *fake) {
			f.rules[pathTrailer] = func(int) reply { return reply{body: bytes.Repeat([]byte("#"), trailerMaxBytes+1)} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t)
				w := watch(t, f, nil)
				after(15*time.Second - 500*ms)
				before := len(f.asked(pathTrailer))
				f.do(func() { grow(f) })
				after(10 * time.Minute)
				w.end()
				if got := w.source(); got != "index counts + heap profile" {
					t.Errorf("the source is %q", got)
				}
				// Records are counted with each snapshot, so before the next point.
				if n := len(f.asked(pathTrailer)) - before; n > 1 {
					t.Errorf("it was asked for %d times more, want once at most", n)
				}
			})
		})
	}
}

func TestInfoNamesWhatIsKnown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(time.Second)
		w.end()
		info := all[snapshot.Attached](w.recorder)[0].Info
		if info.Name != "orders" || info.GoVersion != "go1.26.8" || info.PID != 0 || info.CurveSource != "/metrics" ||
			info.Address != "http://orders.test:6060/debug/pprof/" || info.Profiles["goroutine"] != 40 {
			t.Errorf("info is %+v", info)
		}
		if d := info.StartTime.Sub(f.process.start); d.Abs() > ms {
			t.Errorf("the start time is off by %s", d)
		}
	})
}

// Below a foreign prefix pprof.Index answers every name with its own page.
func TestAPageIsNoCommandLine(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathVars)
		f.rule(pathCmdline, func(int) reply { return reply{body: indexPage(map[string]int64{"heap": 1})} })
		w := watch(t, f, nil)
		after(time.Second)
		w.end()
		if info := all[snapshot.Attached](w.recorder)[0].Info; info.Name != "" {
			t.Errorf("the name is %q", info.Name)
		}
	})
}

func TestChoiceKeepsTheOrder(t *testing.T) {
	f := newFake(t)
	s := New(config(t, f, nil))
	var names []string
	for _, source := range s.curveSources(map[string]int64{"heap": 1}) {
		names = append(names, source.name)
	}
	if want := []string{"/metrics", "/debug/vars", "heap?debug=1"}; !slices.Equal(names, want) {
		t.Errorf("sources are %v, want %v", names, want)
	}
}
