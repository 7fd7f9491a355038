package leak_test

import (
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// still is a program at rest: its heap comes and goes about a level, and its
// goroutines stay.
func still(snapshots int) story {
	return story{
		snapshots:  snapshots,
		heap:       []line{{stack: "app/api.decode app/api.Create" + served, count: func(i int) int64 { return 40 + int64(i*7%5) }, allocated: grows(1000, 400)}},
		goroutines: []line{{stack: receiving + "app/pool.work", count: level(8)}},
	}
}

// Nothing is clean before more goroutines could have been called a leak.
func TestNotCleanTooEarly(t *testing.T) {
	for _, test := range []struct {
		snapshots int
		want      leak.Outcome
		reason    string
	}{
		{3, leak.Inconclusive, "only 10s was seen since the warm-up, and goroutine growth cannot be called a leak before 30s; watch for 20s longer"},
		{6, leak.Inconclusive, "only 25s was seen since the warm-up, and goroutine growth cannot be called a leak before 30s; watch for 5s longer"},
		{7, leak.Clean, ""},
		{60, leak.Clean, ""},
	} {
		r := still(test.snapshots).judge(t)
		if r.Outcome != test.want || r.Reason != test.reason {
			t.Errorf("%d snapshots: %s %q, want %s %q", test.snapshots, r.Outcome, r.Reason, test.want, test.reason)
		}
		if r.Outcome == leak.Clean && r.Detection.Text() == "" {
			t.Errorf("%d snapshots are clean, and it is not said of what", test.snapshots)
		}
	}
}

// A whole heap that grows is not clean because no place of it can be named yet.
func TestNotCleanWhileTheHeapGrows(t *testing.T) {
	s := still(12)
	for _, name := range strings.Fields("a b c d e f g h i j k l m n o p q r s t") {
		s.heap = append(s.heap, line{stack: "app/" + name + ".Put", size: 256 << 10, count: func(i int) int64 { return 20 + int64(i)/7 + int64(i+len(name))/4 }})
	}
	r := s.judge(t)
	if len(told(r)) > 0 {
		t.Fatalf("places were named: %q", told(r))
	}
	if r.Outcome != leak.Inconclusive || !strings.Contains(r.Reason, "MiB/min, and no place in the code explains it yet") {
		t.Errorf("%s %q at %+.0f a minute, want it inconclusive because the heap grows", r.Outcome, r.Reason, r.Heap.Value)
	}
}

// The limit falls as more is seen, and the time until a leak can be called one
// runs out.
func TestDetectionLimit(t *testing.T) {
	before := still(4).judge(t).Detection
	if !before.BytesPerSecond.Known || !before.GoroutinesPerMinute.Known {
		t.Fatalf("nothing is known after four snapshots: %+v", before)
	}
	for _, snapshots := range []int{8, 24, 48, 96} {
		d := still(snapshots).judge(t).Detection
		if !(d.BytesPerSecond.Value < before.BytesPerSecond.Value) || !(d.GoroutinesPerMinute.Value < before.GoroutinesPerMinute.Value) || d.ObjectEvery <= before.ObjectEvery {
			t.Errorf("%d snapshots: %+v, after %+v of fewer", snapshots, d, before)
		}
		span := time.Duration(snapshots-1) * every
		if want := max(leakAfter-span, 0); d.HeapLeakIn != want {
			t.Errorf("%d snapshots: a leak of the heap in %s, want %s", snapshots, d.HeapLeakIn, want)
		}
		if want := max(30*time.Second-span, 0); d.GoroutineLeakIn != want {
			t.Errorf("%d snapshots: a leak of goroutines in %s, want %s", snapshots, d.GoroutineLeakIn, want)
		}
		before = d
	}
	if d := still(2).judge(t).Detection; d.BytesPerSecond.Known || d.GoroutinesPerMinute.Known || d.Text() != "" {
		t.Errorf("two snapshots: %+v", d)
	}
	none := leak.Detection{HeapLeakIn: -1, GoroutineLeakIn: -1}
	if none.Text() != "" || none.Short() != "" || none.Waits() != "" {
		t.Errorf("of nothing it says %q, %q, %q", none.Text(), none.Short(), none.Waits())
	}
}

// A heap that is not sampled is never clean, and its growth is found by the
// runtime's own figures.
func TestHiddenHeap(t *testing.T) {
	hidden := func(snapshots int, alloc func(second int) int64) story {
		s := still(snapshots)
		s.heap = []line{{stack: "app/api.decode", count: level(1)}}
		s.vitals = func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.HeapAlloc, alloc(second))
			v.Set(snapshot.NumGC, int64(second/2))
		}
		return s
	}
	saw := func(second int) int64 { return int64(second%2) << 22 }
	leaking := func(second int) int64 { return 64<<20 + int64(second)*1600<<10 + saw(second) }
	for _, test := range []struct {
		name    string
		story   story
		outcome leak.Outcome
		reason  string
		found   string
	}{
		{"grows", hidden(24, leaking), leak.Inconclusive, "the heap profile shows 64.0 KiB of at least", "growing unattributed-growth"},
		{"grows for long", hidden(60, leaking), leak.Leaks, "", "leak unattributed-growth"},
		{"is level", hidden(24, func(second int) int64 { return 64<<20 + saw(second) }), leak.Inconclusive, "the heap profile shows 64.0 KiB of at least 64.0 MiB", ""},
		{"is small", hidden(24, func(second int) int64 { return 2<<20 + saw(second) }), leak.Clean, "", ""},
		{"is small after each GC", hidden(24, func(second int) int64 { return 2<<20 + int64(second%10)<<26 }), leak.Clean, "", ""},
	} {
		r := test.story.judge(t)
		if r.Outcome != test.outcome || !strings.HasPrefix(r.Reason, test.reason) || strings.Join(told(r), " ") != test.found {
			t.Errorf("a heap that %s: %s %q %q, want %s %q %q", test.name, r.Outcome, r.Reason, told(r), test.outcome, test.reason, test.found)
		}
		if d := r.Detection; test.reason != "" && (d.BytesPerSecond.Known || d.HeapLeakIn >= 0) {
			t.Errorf("a heap that %s: %+v is promised", test.name, d)
		}
	}
}

// One sample in a GiB tells nothing of a heap of some MiB.
func TestCoarseHeap(t *testing.T) {
	table := snapshot.NewTable()
	j := newJudge(t, table)
	s := still(24)
	s.heap = append(s.heap, line{stack: "app/store.keep", count: grows(2, 40), size: 1 << 20}) // more than there is
	s.vitals = func(second int, v *snapshot.Vitals) {
		v.Set(snapshot.HeapAlloc, 64<<20)
		v.Set(snapshot.NumGC, int64(second/2))
	}
	for _, e := range s.events(table) {
		if taken, ok := e.(snapshot.Taken); ok {
			taken.Snapshot.Heap.Period = 1 << 30
		}
		j.Apply(e)
	}
	want := "the target samples its heap once in 1.0 GiB (runtime.MemProfileRate), too rarely to show anything of the 64.0 MiB that is allocated"
	if r := j.Result(); r.Outcome != leak.Inconclusive || r.Reason != want || r.Detection.BytesPerSecond.Known || len(told(r)) > 0 {
		t.Errorf("%s %q, %q, with a limit of %.0f B/s", r.Outcome, r.Reason, told(r), r.Detection.BytesPerSecond.Value)
	}
}

// What has levelled off, or stands still, has no rate: that of the whole run is
// over.
func TestNoRateOfThePast(t *testing.T) {
	r := story{snapshots: 48, heap: []line{
		{stack: "app/api.decode app/api.Create" + served, count: level(40), allocated: grows(1000, 400)},
		{stack: "app/lru.(*Cache).Add app/api.Show" + served, count: until(16, 12)},
	}, goroutines: []line{{stack: locking + "app/stock.take app/stock.loop", count: level(3)}}}.judge(t)
	verdicts := make(map[leak.Verdict]bool)
	for _, f := range r.Findings {
		verdicts[f.Verdict] = true
		if f.Growth.Known {
			t.Errorf("%s %s grows by %.1f a minute", f.Verdict, f.Check, f.Growth.Value)
		}
	}
	if !verdicts[leak.Plateau] || !verdicts[leak.Stuck] {
		t.Errorf("got %v, want what levelled off and what is stuck", verdicts)
	}
	if r.HeapGrows || r.GoroutinesGrow || r.Heap.Value != 0 || r.RatesOver != 2*time.Minute {
		t.Errorf("the heap goes by %.1f a minute over %s", r.Heap.Value, r.RatesOver)
	}
}
