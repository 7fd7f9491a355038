package leak_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/fixtures/bench/day"
)

// Memory outside of the Go heap that grows for days, by a point of the curves a
// second, is found at any time of them: what is old is thinned, and not given up.
func TestOffHeapOverDays(t *testing.T) {
	table := snapshot.NewTable()
	handlers, err := handler.New(table, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := leak.NewJudge(leak.Config{Table: table, Handlers: handlers})
	const day = 24 * 60 * 60
	for second := range 2 * day {
		v := snapshot.Vitals{Time: noon.Add(time.Duration(second) * time.Second)}
		v.Set(snapshot.Sys, 200<<20)
		v.Set(snapshot.HeapReleased, 0)
		v.Set(snapshot.RSSAnon, 220<<20+int64(second)*4000+int64(second*7%31)<<20)
		j.Apply(snapshot.VitalsTaken{Vitals: v})
		if second == 60*60 || second == 6*60*60 || second == day || second == 2*day-1 {
			if got := told(j.Result()); !slices.Equal(got, []string{"leak off-heap"}) {
				t.Errorf("after %s: %q", time.Duration(second)*time.Second, got)
			}
		}
	}
}

// A process that has been up for long has filled its caches, so that memory which
// grows is a leak sooner, outside of the heap as in it.
func TestOffHeapOfAnOldProcess(t *testing.T) {
	const watched = 200 * time.Second
	for up, want := range map[time.Duration]string{time.Minute: "growing off-heap", time.Hour: "leak off-heap"} {
		s := story{snapshots: int(watched / every), heap: []line{passing()}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.StartTime, noon.Add(-up).UnixNano())
			v.Set(snapshot.Sys, 40<<20)
			v.Set(snapshot.HeapReleased, 4<<20)
			v.Set(snapshot.RSSAnon, 50<<20+int64(second)<<19)
		}}
		if got := told(s.judge(t)); !slices.Equal(got, []string{want}) {
			t.Errorf("up for %s when it was first seen: %q, want %q", up, got, want)
		}
	}
}

// A target that begins to sample at another rate is watched anew: what its stacks
// did before is not taken for what others do now.
func TestHeapAtAnotherRate(t *testing.T) {
	table := snapshot.NewTable()
	j := newJudge(t, table)
	const put = "app/cache.(*Store).Put app/api.Show"
	before := story{snapshots: 24, rate: goRate, heap: []line{passing(), {stack: "app/stock.load main.main", count: level(9)}}}
	after := story{snapshots: 24, rate: goRate / 2, heap: []line{{stack: put + served, count: rising(3, 43)}, passing()}}
	for _, e := range before.events(table) {
		j.Apply(e)
	}
	for _, e := range after.events(table) {
		switch e := e.(type) {
		case snapshot.Taken:
			e.Snapshot.Seq += before.snapshots
			e.Snapshot.Time = e.Snapshot.Time.Add(time.Duration(before.snapshots) * every)
			j.Apply(e)
		}
	}
	got, want := j.Result(), after.judge(t)
	if !slices.Equal(told(got), []string{"growing state-kept app/cache.(*Store).Put by api.Show"}) || got.Findings[0].ID != want.Findings[0].ID {
		t.Errorf("%q with the id %s, want that of %q, %s", told(got), got.Findings[0].ID, told(want), want.Findings[0].ID)
	}
}

// What a judge keeps is bounded by the program that it judges, and not by the time.
func TestJudgeOverDays(t *testing.T) {
	const stacks, warm, more = 500, 140, 200
	table := snapshot.NewTable()
	s := day.New(table, 4, day.Program{Stacks: stacks, Groups: 100, Changing: 0.1, Leaks: 2, Every: 5 * time.Minute})
	j := newJudge(t, table)
	empty := inUse()
	run := func(snapshots int) uint64 {
		for range snapshots {
			for _, e := range s.Next() {
				j.Apply(e)
			}
		}
		return inUse() - empty
	}
	first := run(warm)
	if each := first / stacks; each > 8<<10 {
		t.Errorf("%d bytes are kept of each stack", each)
	}
	if later := run(more); later > first+first/4 {
		t.Errorf("%d bytes are kept after %d snapshots, and %d after %d more", first, warm, later, more)
	}
	found := make(map[snapshot.StackID]bool)
	for _, f := range j.Result().Findings {
		for _, id := range f.Stacks {
			found[id] = found[id] || f.Verdict == leak.Leak
		}
	}
	for _, id := range s.Leaks() {
		if !found[id] {
			t.Errorf("stack %d leaked all the time and is no leak", id)
		}
	}
}

// inUse is how many bytes live.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
