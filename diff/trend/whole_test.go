package trend_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// goroutinesAt is a snapshot with so many goroutines in each of two states of
// one poller.
func goroutinesAt(table *snapshot.Table, seq int, sleeping, running int64) *snapshot.Snapshot {
	stack := func(functions ...string) snapshot.StackID {
		var ids []snapshot.FrameID
		for _, f := range functions {
			ids = append(ids, table.InternFrame(snapshot.Frame{Function: f, File: "/src/" + f + ".go", Line: 7, StartLine: 1}))
		}
		return table.InternStack(ids)
	}
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}})
	b.Add(snapshot.Key{Stack: stack("runtime.gopark", "time.Sleep", "app.poll")}, []int64{sleeping})
	b.Add(snapshot.Key{Stack: stack("app.read", "app.poll")}, []int64{running})
	return &snapshot.Snapshot{Seq: seq, Time: start.Add(time.Duration(seq) * 5 * time.Second), Goroutines: b.Profile()}
}

// A poller is now here, now there: neither of its groups rises without a fall,
// but their sum does.
func TestGroupSum(t *testing.T) {
	table := snapshot.NewTable()
	o := trend.NewObserver(table, 0)
	for i := range 12 {
		moved := int64(i % 3)
		o.Add(goroutinesAt(table, i, int64(4+2*i)-moved, moved))
	}
	var keys []diff.GroupKey
	for key, s := range o.Standing() {
		keys = append(keys, key)
		if s.Now > 20 && (s.First != 4 || s.Changes == 0) {
			t.Errorf("%v stands as %+v, want 4 at first and some changes", key, s)
		}
	}
	if len(keys) != 2 {
		t.Fatalf("%d groups stand, want 2", len(keys))
	}
	sum, ok := o.GroupSum(keys, time.Time{})
	if !ok || sum.First != 4 || sum.Now != 26 || sum.Falls != 0 || sum.Rises != 11 {
		t.Errorf("the sum went %d → %d with %d rises and %d falls, want 4 → 26 with 11 and 0", sum.First, sum.Now, sum.Rises, sum.Falls)
	}
	if sum.Factor.Value < tellable || !sum.Held.Equal(start) {
		t.Errorf("factor %v, held since %s", sum.Factor, sum.Held)
	}
	if perMinute := 60 * sum.Slope.Value; perMinute < 23 || perMinute > 25 {
		t.Errorf("%.1f more per minute, want 24", perMinute)
	}
	if none, ok := o.GroupSum(nil, time.Time{}); !ok || none.Now != 0 {
		t.Errorf("no groups sum up to %d", none.Now)
	}
}

// All that one program leaks adds up to the growth of its heap.
func TestTotal(t *testing.T) {
	if _, ok := trend.NewObserver(snapshot.NewTable(), 0).Total(time.Time{}); ok {
		t.Error("there is a total of nothing")
	}
	r := rand.New(rand.NewPCG(1, 2))
	p := newProgram(r, 2, 120, leak(r, 500e3, 4096, 120), leak(r, 1500e3, 512, 120))
	total, ok := watch(p, 5, 120, 10).Total(time.Time{})
	if !ok || total.Factor.Value < tellable || total.Shape != trend.Steady {
		t.Fatalf("factor %v, %s", total.Factor, total.Shape)
	}
	if total.Slope.Low > 2e6 || total.Slope.High < 2e6 {
		t.Errorf("%.0f to %.0f bytes per second, want 2e6", total.Slope.Low, total.Slope.High)
	}
}

// Since a time, only what came after it counts.
func TestTotalSince(t *testing.T) {
	table := snapshot.NewTable()
	o := trend.NewObserver(table, 0)
	for at := 0.0; at <= 240; at += 10 {
		kept := int64(min(at, 120)) * mib / 4
		o.Add(shot(at, heapOf(table,
			record{"app.keep app.main", 4096, 8*mib + kept, 8*mib + kept},
			record{"app.pass app.main", 4096, 4 * mib, int64(at+1) * mib},
		)))
	}
	whole, _ := o.Total(time.Time{})
	late, ok := o.Total(start.Add(130 * time.Second))
	if !ok || whole.Growth.Value != 30*mib || late.Growth.Value != 0 || late.N != 12 {
		t.Errorf("grew by %v in all and by %v over the last %d points", whole.Growth.Value, late.Growth.Value, late.N)
	}
}
