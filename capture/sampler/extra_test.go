package sampler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// allowing returns a target that serves the full dump and the leak profile and
// may be asked for them.
func allowing(t *testing.T, pages ...string) *fake {
	f := newFake(t, append(pages, pathDump, pathLeak)...)
	f.mayBeAsked[pathDump], f.mayBeAsked[pathLeak] = true, true
	return f
}

func allowBoth(c *Config) { c.AllowDump, c.AllowLeakProfile = true, true }

// What is not allowed is not asked for: the fake target checks that.
func TestNothingExtraWithoutLeave(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics, pathDump, pathLeak)
		w := watch(t, f, func(c *Config) { c.AllowCostly, c.AllowGC = true, true })
		after(61 * time.Second)
		w.end()
		w.check("attached #1/0 #2/0 #3/0 #4/0 #5/0")
	})
}

func TestDumpAndLeaksComeWithEachSnapshot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := allowing(t, pathMetrics)
		w := watch(t, f, allowBoth)
		after(61 * time.Second)
		w.end()
		w.check("attached #1/0 #2/0 #3/0 #4/0 #5/0")
		for _, page := range []string{pathDump, pathLeak} {
			if got := f.asked(page); len(got) != 5 || shortest(got) < 14*time.Second {
				t.Errorf("%s was asked for at intervals of %v", page, gaps(got))
			}
		}
		for _, e := range all[snapshot.Taken](w.recorder) {
			s := e.Snapshot
			if s.Leaked == nil || s.Leaked.Total(s.Leaked.Column("goroutineleak")) != 40 || s.Dump == nil || len(s.Dump.Goroutines) != 40 || s.Missing != nil {
				t.Fatalf("#%d has leaked goroutines %v, a dump %v, missing %q", s.Seq, s.Leaked, s.Dump, s.Missing)
			}
			if age := s.Dump.Time.Sub(s.Time); age <= 0 || age > 100*ms {
				t.Errorf("the dump of #%d is of %s after it", s.Seq, age)
			}
			if s.Profile(snapshot.GoroutineLeak) != s.Leaked || len(s.Raw[snapshot.GoroutineLeak]) == 0 || len(s.Raw[snapshot.GoroutineDump]) == 0 {
				t.Errorf("#%d has raw parts of %d kinds", s.Seq, len(s.Raw))
			}
		}
		var order []string
		for _, r := range f.requests {
			if strings.HasPrefix(r.url, pathGoroutine) {
				order = append(order, r.url)
			}
		}
		if want := slices.Repeat([]string{pathGoroutine, pathDump, pathLeak}, 5); !slices.Equal(order, want) {
			t.Errorf("the order is %v", order)
		}
	})
}

// The extras keep to their own pace and hold up no snapshot.
func TestSlowExtrasAreLeftOut(t *testing.T) {
	for _, page := range []string{pathDump, pathLeak} {
		t.Run(page, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := allowing(t, pathMetrics)
				f.latency[page] = 500 * ms
				w := watch(t, f, allowBoth)
				after(10 * time.Minute)
				w.end()
				if n := len(all[snapshot.Taken](w.recorder)); n < 38 || n > 41 {
					t.Errorf("%d snapshots in ten minutes, want about 40", n)
				}
				if at := f.asked(page); shortest(at) < costRatio*500*ms || len(at) < 8 {
					t.Errorf("%s was asked for %d times, %s apart at least", page, len(at), shortest(at))
				}
			})
		})
	}
}

func TestATargetWithoutTheLeakProfile(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(f *fake)
	}{
		{"that its index does not list", func(f *fake) { f.served[pathLeak], f.mayBeAsked[pathLeak] = false, false }},
		{"without an index", func(f *fake) { f.served[pathIndex], f.mayBeAsked[pathLeak] = false, false }},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := allowing(t, pathMetrics)
				test.change(f)
				w := watch(t, f, allowBoth)
				after(31 * time.Second)
				w.end()
				w.check("attached #1/0 warned #2/0 #3/0")
				if text := all[snapshot.Warned](w.recorder)[0].Text; !strings.Contains(text, "GOEXPERIMENT=goroutineleakprofile") {
					t.Errorf("it says %q", text)
				}
				if s := w.newest(); s.Leaked != nil || s.Dump == nil || s.Missing != nil {
					t.Errorf("the snapshot is %+v", s)
				}
			})
		})
	}
}

func TestExtrasThatFail(t *testing.T) {
	for _, test := range []struct {
		name  string
		reply reply
		says  string
	}{
		{"status 500", reply{err: failure(500)}, ""},
		{"HTML", reply{body: []byte("<html>")}, "HTML"},
		{"another profile", reply{body: []byte("heap profile: 0: 0 [0: 0] @ heap/1048576\n")}, ""},
		{"garbage", reply{body: []byte("\x1f\x8bgarbage")}, ""},
		{"no answer in time", reply{after: 30 * time.Second, err: &fetch.Error{Kind: fetch.TimedOut, After: 30 * time.Second}}, ""},
	} {
		for _, page := range []string{pathDump, pathLeak} {
			t.Run(test.name+" "+page, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					f := allowing(t, pathMetrics)
					f.rule(page, func(n int) reply {
						if n == 4 {
							return reply{} // it works again, then fails anew
						}
						return test.reply
					})
					w := watch(t, f, allowBoth)
					after(15 * time.Minute)
					w.end()
					if s := w.newest(); (s.Dump == nil) != (page == pathDump) && (s.Leaked == nil) != (page == pathLeak) || s.Missing != nil || s.Heap == nil {
						t.Errorf("the snapshot is %+v", s)
					}
					if n := len(all[snapshot.Unreachable](w.recorder)); n > 0 {
						t.Errorf("the target was unreachable %d times", n)
					}
					warned := all[snapshot.Warned](w.recorder)
					if len(warned) != 2 || strings.Contains(warned[0].Text, "\n") || !strings.Contains(warned[0].Text, test.says) {
						t.Errorf("it was said %d times, want twice: %+v", len(warned), warned)
					}
				})
			})
		}
	}
}

func TestATargetThatIsGoneDuringADump(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := allowing(t, pathMetrics)
		w := watch(t, f, allowBoth)
		after(5 * time.Second)
		f.rule(pathDump, func(int) reply { f.down = &fetch.Error{Kind: fetch.Refused}; return reply{} })
		after(12 * time.Second)
		f.rule(pathDump, func(int) reply { return reply{} })
		f.restart(young())
		after(30 * time.Second)
		w.end()
		if got := w.story(); !strings.HasPrefix(got, "attached #1/0 unreachable ") || !strings.Contains(got, "restarted attached #2/1") || strings.Contains(got, "warned") {
			t.Errorf("what happened: %s", got)
		}
	})
}

// Beyond the bounds of the plan there is one question, and nothing is asked of
// the target before there is a yes.
func TestExtrasBeyondThePlan(t *testing.T) {
	const dumped = "a standstill of about 84 ms in 3 pauses and 2.9 MiB of text, for 28,000 goroutines with 28,000 frames, every time"
	const searched = "a GC of up to 1 ms of CPU and a pause of about 12 ms, for 28,000 goroutines, every time"
	for _, test := range []struct {
		name       string
		goroutines int64
		change     func(c *Config)
		call, cost string
		dumps      int // without a yes
		leaks      int
	}{
		{"at the bound of the dump", 8_000, allowBoth, "", "", 5, 5},
		{"above it", 8_001, allowBoth, "full goroutine dump", "a standstill of about 8 ms and 0.8 MiB of text, for 8,001 goroutines with 8,001 frames, every time", 0, 5},
		{"at the bound of the leaks", 20_000, func(c *Config) { c.AllowLeakProfile = true }, "", "", 0, 5},
		{"above it, without dumps", 28_000, func(c *Config) { c.AllowLeakProfile = true }, "goroutineleak profile", searched, 0, 0},
		{"above both", 28_000, allowBoth, "full goroutine dump and the goroutineleak profile", dumped + ", and " + searched, 0, 0},
		{"above both, with a yes beforehand", 28_000, func(c *Config) { allowBoth(c); c.AllowCostly = true }, "", "", 5, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := allowing(t, pathMetrics)
				f.process.goroutines = test.goroutines
				w := watch(t, f, test.change)
				after(61 * time.Second)
				questions := all[snapshot.Asked](w.recorder)
				switch {
				case test.call == "" && len(questions) > 0:
					t.Errorf("it was asked %+v", questions)
				case test.call != "" && !slices.Equal(questions, []snapshot.Asked{{Call: test.call, Cost: test.cost}}):
					t.Errorf("it was asked\n%+v\nwant\n%q\n%q", questions, test.call, test.cost)
				}
				if dumps, leaks := len(f.asked(pathDump)), len(f.asked(pathLeak)); dumps != test.dumps || leaks != test.leaks {
					t.Errorf("%d dumps and %d leak profiles, want %d and %d", dumps, leaks, test.dumps, test.leaks)
				}
				w.AllowCostly()
				after(time.Second)
				if s := w.newest(); (s.Dump != nil) != w.cfg.AllowDump || s.Leaked == nil {
					t.Errorf("after a yes there is a dump: %v, and leaks: %v", s.Dump != nil, s.Leaked != nil)
				}
				after(31 * time.Second)
				w.end()
				if s := w.newest(); (s.Dump != nil) != w.cfg.AllowDump || s.Leaked == nil || s.Missing != nil {
					t.Errorf("later there is a dump: %v, and leaks: %v, missing %q", s.Dump != nil, s.Leaked != nil, s.Missing)
				}
			})
		})
	}
}

// An answer holds until there are twice as many goroutines as the question named.
func TestAnAnswerHoldsForAWhile(t *testing.T) {
	for _, yes := range []bool{true, false} {
		t.Run(fmt.Sprintf("yes %v", yes), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := allowing(t, pathMetrics)
				f.process.goroutines = 10_000
				w := watch(t, f, func(c *Config) { c.AllowDump = true })
				after(5 * time.Second)
				if yes {
					w.AllowCostly()
				}
				for _, step := range []struct {
					goroutines int64
					questions  int
				}{{20_000, 1}, {20_001, 2}, {20_001, 2}, {50, 2}, {40_000, 2}, {40_003, 3}} {
					f.do(func() { f.process.goroutines = step.goroutines })
					after(20 * time.Second) // 40,000 of them take longer than 15 s
					covered := yes && step.goroutines <= 20_000 || step.goroutines < smallFrames
					if n, dump := len(all[snapshot.Asked](w.recorder)), w.newest().Dump != nil; n != step.questions || dump != covered {
						t.Errorf("with %d goroutines: %d questions and a dump: %v, want %d and %v", step.goroutines, n, dump, step.questions, covered)
					}
				}
				w.end()
			})
		})
	}
}

// A single dump is asked for by a key: its cost is named first, whatever it is,
// unless dumps are allowed anyway.
func TestADumpOnDemand(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := allowing(t, pathMetrics)
		w := watch(t, f, func(c *Config) { c.AllowLeakProfile = true })
		after(5 * time.Second)
		for round := range 3 {
			asked, shots := len(f.asked(pathGoroutine)), w.newest().Seq
			w.Dump()
			after(time.Second)
			if len(f.asked(pathGoroutine)) != asked || w.newest().Seq != shots {
				t.Errorf("the target was asked for a snapshot before the yes to dump %d", round+1)
			}
			questions := all[snapshot.Asked](w.recorder)
			want := snapshot.Asked{Call: "full goroutine dump", Cost: "a standstill of about 1 ms and 0.1 MiB of text, for 40 goroutines with 40 frames"}
			if len(questions) != round+1 || questions[round] != want {
				t.Fatalf("it was asked %+v", questions)
			}
			if n := len(f.asked(pathDump)); n != round {
				t.Fatalf("%d dumps before the yes to number %d", n, round+1)
			}
			w.AllowCostly()
			after(time.Second)
			if w.newest().Dump == nil {
				t.Fatalf("no dump came")
			}
			after(31 * time.Second)
			if n := len(f.asked(pathDump)); n != round+1 {
				t.Fatalf("%d dumps, want none but those that were asked for, %d", n, round+1)
			}
		}
		w.end()
	})
}

// A dump that was said yes to is asked about again where it has become much larger.
func TestADumpOnDemandThatGrew(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := allowing(t, pathMetrics)
		w := watch(t, f, nil)
		after(5 * time.Second)
		w.Dump()
		after(time.Second)
		f.do(func() { f.process.goroutines = 4000 })
		w.AllowCostly()
		after(5 * time.Second)
		questions := all[snapshot.Asked](w.recorder)
		if len(questions) != 2 || !strings.Contains(questions[1].Cost, "4,000 goroutines") || len(f.asked(pathDump)) > 0 {
			t.Fatalf("it was asked %+v, with %d dumps", questions, len(f.asked(pathDump)))
		}
		w.AllowCostly()
		after(5 * time.Second)
		w.end()
		if w.newest().Dump == nil || len(f.asked(pathDump)) != 1 {
			t.Errorf("after the second yes there are %d dumps", len(f.asked(pathDump)))
		}
	})
}

func TestADumpOnDemandWhereAllowed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := allowing(t, pathMetrics)
		f.latency[pathDump] = 200 * ms
		w := watch(t, f, func(c *Config) { c.AllowDump, c.Every = true, time.Hour })
		after(5 * time.Second)
		w.Dump() // too early for the pace: it comes with a later snapshot
		after(time.Second)
		if s := w.newest(); s.Seq != 2 || s.Dump != nil {
			t.Errorf("#%d came, with a dump: %v", s.Seq, s.Dump != nil)
		}
		after(20 * time.Second)
		w.Dump()
		after(time.Second)
		w.end()
		if s := w.newest(); s.Seq != 3 || s.Dump == nil {
			t.Errorf("#%d came, with a dump: %v", s.Seq, s.Dump != nil)
		}
		w.check("attached #1/0 #2/0 #3/0")
	})
}

func TestADumpOnDemandThatCannotBe(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := allowing(t, pathMetrics)
		f.rule(pathGoroutine, func(int) reply { return reply{err: failure(500)} })
		w := watch(t, f, nil)
		after(5 * time.Second)
		for range 2 {
			w.Dump()
			after(time.Second)
		}
		after(60 * time.Second)
		w.end()
		if warned := all[snapshot.Warned](w.recorder); len(warned) != 2 || !strings.HasPrefix(warned[0].Text, "full goroutine dump: left out") {
			t.Errorf("it says %+v", warned)
		}
	})
}

func TestLargeDumpsAreNotKeptAsText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := allowing(t, pathMetrics)
		f.rule(pathDump, func(int) reply { return reply{body: append(f.process.dump(), make([]byte, maxRawDump)...)} })
		w := watch(t, f, allowBoth)
		after(5 * time.Second)
		if s := w.newest(); len(s.Dump.Goroutines) != 40 || s.Raw[snapshot.GoroutineDump] != nil {
			t.Errorf("%d goroutines, %d bytes of text", len(s.Dump.Goroutines), len(s.Raw[snapshot.GoroutineDump]))
		}
		// Its frames are larger than was thought, so the next one is too large.
		after(15 * time.Second)
		w.end()
		w.check("attached #1/0 #2/0 asked")
	})
}

func TestPredictions(t *testing.T) {
	for _, test := range []struct {
		goroutines, frames, bytes float64
		small                     bool
		pauses                    int
		text                      string
	}{
		{100, 800, 88e3, true, 1, "a standstill of about 1 ms and 0.1 MiB of text, for 100 goroutines with 800 frames"},
		{1000, 8000, 88e4, true, 1, "a standstill of about 8 ms and 0.8 MiB of text, for 1,000 goroutines with 8,000 frames"},
		{1000, 8001, 88e4, false, 1, "a standstill of about 8 ms and 0.8 MiB of text, for 1,000 goroutines with 8,001 frames"},
		{1000, 8000, 9e5, false, 1, "a standstill of about 8 ms and 0.9 MiB of text, for 1,000 goroutines with 8,000 frames"},
		{1e4, 8e4, 88e5, false, 5, "a standstill of about 400 ms in 5 pauses and 8.4 MiB of text, for 10,000 goroutines with 80,000 frames"},
		{1e5, 8e5, 88e6, false, 7, "a standstill of about 5.6 s in 7 pauses and 64.0 MiB of text, for 100,000 goroutines with 800,000 frames"},
		{0, 0, 0, true, 1, "a standstill of about 1 ms and 0.1 MiB of text, for 0 goroutines with 0 frames"},
	} {
		c := dumpCost{test.goroutines, test.frames, test.bytes}
		if c.small() != test.small || c.pauses() != test.pauses || c.String() != test.text {
			t.Errorf("%+v: small %v, %d pauses, %q\nwant %v, %d, %q", c, c.small(), c.pauses(), c, test.small, test.pauses, test.text)
		}
	}
	if got, want := leakCost(30_000, snapshot.Known(2<<30)), "a GC of up to 1.4 s of CPU and a pause of about 13 ms, for 30,000 goroutines"; got != want {
		t.Errorf("goroutineleak costs %q, want %q", got, want)
	}
	if got, want := leakCost(30_000, snapshot.Value{}), "a GC and a pause of about 13 ms, for 30,000 goroutines"; got != want {
		t.Errorf("goroutineleak costs %q, want %q", got, want)
	}
}
