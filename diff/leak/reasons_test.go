package leak_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// Of a cache that fills up and levels off it is told that it had seemed to grow,
// until when, and why it does not.
func TestReasonOfAPlateau(t *testing.T) {
	const fills = 100 * time.Second
	var grew time.Duration // when it was last told to grow
	s := story{rate: goRate, snapshots: after(4 * time.Minute), heap: []line{
		passing(),
		{stack: "app/lru.(*Cache).Add app/api.Show" + served, count: until(after(fills), 12), allocated: grows(0, 12)},
	}}
	s.each(t, func(i int, r *leak.Result) {
		if len(told(r)) > 0 {
			grew = time.Duration(i) * every
		}
		if i < s.snapshots-1 {
			return
		}
		if len(r.Findings) != 1 || r.Findings[0].Verdict != leak.Plateau || r.Outcome != leak.Clean {
			t.Fatalf("%+v, want one plateau", r.Findings)
		}
		first := r.Findings[0].Facts[0]
		at := noon.Add(grew + every)
		want := "was GROWING until " + at.Format("15:04:05") + ": growth has ended"
		if first.Kind != leak.VerdictLeft || first.Text() != want {
			t.Errorf("the first fact is %q, want %q", first.Text(), want)
		}
		if !slices.Equal(first.Words, []string{string(leak.Growing), string(leak.HasLevelled)}) || !slices.Equal(first.Times, []time.Time{at}) {
			t.Errorf("the first fact is %+v", first)
		}
	})
	if grew < fills-30*time.Second || grew > fills+time.Minute {
		t.Errorf("it was told to grow until %s, want about %s", grew, fills)
	}
}

// Goroutines that each hold much are no workers which idle: they are a leak as
// soon as their number is sure.
func TestGoroutinesThatHoldMuch(t *testing.T) {
	for _, test := range []struct {
		name string
		size int64
		leak bool // within 45 s
	}{
		{"1 MiB", 1 << 20, true},
		{"4 KiB", 4 << 10, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := story{snapshots: after(45 * time.Second), heap: []line{
				{stack: "app/jobs.(*Runner).run", size: test.size, count: grows(0, 2)},
			}, goroutines: []line{{stack: receiving + "app/jobs.(*Runner).run", count: grows(0, 2)}}}.judge(t)
			want := "growing never-ending-task app/jobs.(*Runner).run"
			if test.leak {
				want = "leak never-ending-task app/jobs.(*Runner).run"
			}
			if got := told(r); !slices.Equal(got, []string{want}) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A pool of receivers that starts its workers ever more slowly is never taken for a
// leak for long, one that doubles until it has all of them not for long after that,
// and both have levelled off in the end.
func TestPoolThatFills(t *testing.T) {
	const full = 2 * time.Minute
	for _, test := range []struct {
		name    string
		workers func(i int) int64
		from    time.Duration // when it is a leak for two snapshots at most
	}{
		{"approaches 64", func(i int) int64 { return int64(math.Round(-64 * math.Expm1(-float64(i)/8))) }, 0},
		{"doubles", func(i int) int64 { return int64(math.Exp2(float64(min(i, after(full)-1)) / 4)) }, full + 10*time.Second},
	} {
		s := story{snapshots: after(6 * time.Minute), heap: []line{passing()}, goroutines: []line{{stack: receiving + "app/pool.work", count: test.workers}}}
		leaks := 0
		s.each(t, func(i int, r *leak.Result) {
			for _, f := range r.Findings {
				if f.Verdict.Fails() && i >= after(test.from) {
					leaks++
				}
			}
			if i == s.snapshots-1 && (len(r.Findings) != 1 || r.Findings[0].Verdict != leak.Plateau) {
				t.Errorf("one that %s is told of as %+v in the end, want a plateau", test.name, r.Findings)
			}
		})
		if leaks > 2 {
			t.Errorf("one that %s is a leak at %d snapshots", test.name, leaks)
		}
	}
}

// Goroutines that receive, were a leak for a minute and stay are stuck when no more
// come; those of a server's clients are not.
func TestGoroutinesThatStay(t *testing.T) {
	for _, test := range []struct {
		name, stack string
		want        leak.Verdict
	}{
		{"in a receive", receiving + "app/jobs.wait", leak.Stuck},
		{"in a lock", locking + "app/jobs.wait", leak.Stuck},
		{"asleep", sleeping + "app/jobs.wait", leak.Plateau},
		{"idle clients", idling, leak.Plateau},
	} {
		r := story{snapshots: after(9 * time.Minute), goroutines: []line{{stack: test.stack, count: until(after(5*time.Minute), 2)}}}.judge(t)
		if len(r.Findings) != 1 || r.Findings[0].Verdict != test.want {
			t.Errorf("%s: %+v, want %s", test.name, r.Findings, test.want)
		}
	}
}

// A target with MemProfileRate = 0 has an empty heap profile. That its heap grows
// is told by the runtime's own figures, and it is never clean.
func TestHeapThatIsNotSampled(t *testing.T) {
	table := snapshot.NewTable()
	j := newJudge(t, table)
	s := story{snapshots: after(3 * time.Minute), vitals: func(second int, v *snapshot.Vitals) {
		v.Set(snapshot.HeapAlloc, 64<<20+int64(second)*96<<20/60+int64(second%4)<<23)
		v.Set(snapshot.NumGC, int64(second/4))
	}}
	found := false
	for _, e := range s.events(table) {
		taken, isSnapshot := e.(snapshot.Taken)
		if isSnapshot {
			taken.Snapshot.Heap.Period = 0
		}
		j.Apply(e)
		r := j.Result()
		if r.Outcome == leak.Clean {
			t.Fatalf("it is clean at %s", r.To)
		}
		for _, f := range r.Findings {
			found = found || f.Check == leak.UnattributedGrowth
		}
	}
	r := j.Result()
	if got := told(r); !slices.Equal(got, []string{"growing unattributed-growth"}) || r.Outcome != leak.Inconclusive && r.Outcome != leak.Grows {
		t.Errorf("%s %q, found %v, want it growing or inconclusive", r.Outcome, got, found)
	}
	if !strings.Contains(r.Reason, "its heap profiling is off") {
		t.Errorf("the reason is %q", r.Reason)
	}
}
