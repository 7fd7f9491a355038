package sampler

import (
	"testing"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

func TestPause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(20*time.Second + 500*ms)
		w.SetPaused(true)
		after(0)
		before := f.total()
		schedule := all[snapshot.Scheduled](w.recorder)
		if last := schedule[len(schedule)-1]; !last.Paused || !last.Next.IsZero() {
			t.Errorf("the schedule is %+v", last)
		}
		after(5 * time.Hour)
		if n := f.total() - before; n != 0 {
			t.Errorf("%d requests came in the pause", n)
		}
		w.Snapshot()
		w.SetEvery(time.Second)
		after(time.Hour)
		if n := f.total() - before; n != 0 {
			t.Errorf("%d requests came in the pause, after commands", n)
		}
		resumed := time.Now()
		w.SetPaused(false)
		after(500 * ms)
		w.end()
		if shot := w.newest(); shot.Seq != 3 || shot.Run != 0 || shot.Time.Sub(resumed) > 100*ms {
			t.Errorf("the newest is #%d of run %d, %s after the pause", shot.Seq, shot.Run, shot.Time.Sub(resumed))
		}
	})
}

func TestARestartInAPause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5 * time.Second)
		w.SetPaused(true)
		after(time.Hour)
		f.restart(young())
		after(time.Hour)
		w.SetPaused(false)
		after(5 * time.Second)
		w.end()
		w.check("attached #1/0 restarted attached #2/1")
	})
}

func TestAPauseInAnOutage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(5 * time.Second)
		f.kill()
		after(5 * time.Second)
		w.SetPaused(true)
		after(0)
		before := f.total()
		after(2 * time.Hour)
		if n := f.total() - before; n != 0 {
			t.Errorf("%d tries came in the pause", n)
		}
		f.do(func() { f.down = nil })
		w.SetPaused(false)
		after(time.Second)
		w.end()
		if shot := w.newest(); shot.Seq != 2 || shot.Run != 0 {
			t.Errorf("the newest is #%d of run %d: %s", shot.Seq, shot.Run, w.story())
		}
	})
}

func TestAPauseWhileWaiting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		f.kill()
		w := watch(t, f, func(c *Config) { c.Wait = true })
		after(2 * time.Second)
		w.SetPaused(true)
		after(0)
		before := f.total()
		after(time.Hour)
		if n := f.total() - before; n != 0 {
			t.Errorf("%d tries came in the pause", n)
		}
		f.do(func() { f.down = nil })
		w.SetPaused(false)
		after(time.Second)
		w.end()
		if shot := w.newest(); shot.Seq != 1 {
			t.Errorf("the newest is #%d", shot.Seq)
		}
	})
}

func TestSetEvery(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(20 * time.Second)
		w.SetEvery(5 * time.Second) // the last one is 5 s old: due at once
		after(10*time.Second + 500*ms)
		if seq := w.newest().Seq; seq != 5 {
			t.Errorf("#%d is the newest after 10 s at 5 s, want #5", seq)
		}
		w.SetEvery(time.Minute)
		after(58 * time.Second)
		if seq := w.newest().Seq; seq != 5 {
			t.Errorf("#%d is the newest before the minute is over, want #5", seq)
		}
		w.SetEvery(0)
		after(10 * time.Second)
		w.end()
		if seq := w.newest().Seq; seq < 14 || seq > 16 {
			t.Errorf("#%d is the newest after 10 s at the shortest interval, want about #15", seq)
		}
		if d := shortest(f.asked(pathHeap)); d < time.Second-20*ms {
			t.Errorf("snapshots were %s apart", d)
		}
		schedule := all[snapshot.Scheduled](w.recorder)
		if last := schedule[len(schedule)-1]; last.Every != time.Second || last.Actual != time.Second {
			t.Errorf("the schedule is %+v", last)
		}
	})
}

// At the shortest interval the snapshots bring the points of the curves.
func TestSnapshotsEachSecond(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, func(c *Config) { c.Every = time.Second })
		after(time.Minute)
		w.end()
		if n := w.newest().Seq; n < 59 || n > 61 {
			t.Errorf("%d snapshots in a minute", n)
		}
		if n := len(f.asked(pathMetrics)); n > 61 {
			t.Errorf("/metrics was asked for %d times", n)
		}
	})
}

func TestASnapshotOnDemand(t *testing.T) {
	for _, test := range []struct {
		name    string
		latency time.Duration // of the heap
		within  time.Duration
	}{
		{"of a quick target", ms, 10 * ms},
		{"of a slow one, as soon as the pace allows", 120 * ms, 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				f.latency[pathHeap] = test.latency
				w := watch(t, f, func(c *Config) { c.Every = time.Hour })
				after(3*time.Second + 500*ms)
				wanted := time.Now()
				w.Snapshot()
				w.Snapshot()
				w.SetEvery(2 * time.Hour) // must not forget it
				after(time.Minute)
				w.end()
				w.check("attached #1/0 #2/0")
				if d := w.newest().Time.Sub(wanted); d > test.within {
					t.Errorf("it came after %s", d)
				}
				if d := shortest(f.asked(pathHeap)); d < costRatio*test.latency {
					t.Errorf("the heap was asked for again after %s", d)
				}
			})
		})
	}
}

// No command is lost while a request keeps the sampler.
func TestManyCommandsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake(t, pathMetrics)
		w := watch(t, f, nil)
		after(10 * time.Second)
		f.do(func() { f.latency[pathHeap] = 20 * time.Second })
		after(10 * time.Second) // it is under way
		for range 1000 {
			w.SetEvery(time.Hour)
			w.SetPaused(true)
			w.SetPaused(false)
		}
		w.SetEvery(42 * time.Second)
		w.SetPaused(true)
		after(20 * time.Second)
		w.end()
		schedule := all[snapshot.Scheduled](w.recorder)
		if last := schedule[len(schedule)-1]; !last.Paused || last.Every != 42*time.Second {
			t.Errorf("the schedule is %+v", last)
		}
	})
}

// A cancelled context ends Run at once and as no error, whatever it is about.
// The bubble checks that no goroutine is left.
func TestCancel(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(f *fake)
		at     time.Duration
	}{
		{"while attaching", func(f *fake) { f.latency[pathIndex] = time.Hour }, time.Second},
		{"in the command line", func(f *fake) { f.latency[pathCmdline] = 2 * time.Second }, time.Second},
		{"while choosing a source", func(f *fake) { f.latency[pathMetrics] = 2 * time.Second }, time.Second},
		{"in the first heap", func(f *fake) { f.latency[pathHeap] = time.Hour }, time.Second},
		{"in the first goroutines", func(f *fake) { f.latency[pathGoroutine] = time.Hour }, time.Second},
		{"between two ticks", nil, 3500 * ms},
		{"in a tick", func(f *fake) { f.latency[pathMetrics] = 10 * ms }, 2*time.Second + 20*ms},
		{"in an outage", func(f *fake) {
			f.rule(pathMetrics, func(n int) reply {
				if n > 2 {
					return reply{err: &fetch.Error{Kind: fetch.Refused}}
				}
				return reply{}
			})
		}, 10 * time.Second},
		{"waiting for the target", func(f *fake) { f.kill() }, 10 * time.Second},
		{"before it begins", nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := newFake(t, pathMetrics)
				if test.change != nil {
					test.change(f)
				}
				w := watch(t, f, func(c *Config) { c.Wait = true })
				time.Sleep(test.at)
				w.end()
			})
		})
	}
}

// At whatever moment of a minute: with an outage, a restart and a pause in it.
func TestCancelAtAnyMoment(t *testing.T) {
	t.Parallel()
	for at := time.Duration(0); at < 60*time.Second; at += 1231 * ms {
		bubble(t, func(t *testing.T) {
			f := newFake(t, pathMetrics)
			for page := range f.served {
				f.latency[page] = 150 * ms
			}
			w := watch(t, f, nil)
			for _, moment := range []struct {
				at time.Duration
				do func()
			}{{20 * time.Second, f.kill}, {30 * time.Second, func() { f.restart(young()) }}, {50 * time.Second, func() { w.SetPaused(true) }}} {
				time.AfterFunc(moment.at, moment.do)
			}
			time.Sleep(at)
			w.end()
			time.Sleep(time.Minute) // until the timers of the test are through
		})
	}
}

func TestCommandsAfterTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := watch(t, newFake(t), nil)
		after(time.Second)
		w.end()
		for range 100 {
			w.Snapshot()
			w.SetPaused(true)
			w.SetEvery(time.Second)
			w.AllowCostly()
		}
	})
}
