package trend_test

import (
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
)

// A cache that one path loads and another refreshes: what the first has
// allocated is replaced, entry by entry, by what the second has. Both end in
// the same function of their own.
func TestGrowthThatMoves(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for at := 0.0; at <= 300; at += 15 {
		moved := int64(at) * mib / 4
		o.Add(shot(at, heapOf(tab,
			record{"lib.clone app.(*Cache).put app.load app.main", 1024, 100*mib - moved, 100 * mib},
			record{"lib.clone app.(*Cache).put app.refresh app.main", 1024, moved, moved},
			record{"lib.clone app.render app.Serve", 1024, 3 * mib, int64(at) * mib},
			record{"app.leak app.main", 1024, moved, moved},
		)))
	}
	refresh := stackOf(tab, "lib.clone app.(*Cache).put app.refresh app.main")
	if h, _ := o.Stack(refresh); h.P.Value > 1e-6 {
		t.Errorf("the refreshing path alone: chance %v", h.P.Value)
	}
	sums := o.Shared(refresh, nil)
	want := []struct {
		function string
		leaf     bool
		stacks   int
		level    bool
	}{
		{"lib.clone", true, 3, true},
		{"app.(*Cache).put", false, 2, true},
		{"app.main", false, 3, false}, // where the leak is, too
	}
	if len(sums) != len(want) {
		t.Fatalf("got %d sums, want %d: %+v", len(sums), len(want), sums)
	}
	for i, w := range want {
		got := sums[i]
		equal(t, "function", got.Function, w.function)
		equal(t, w.function+": leaf", got.Leaf, w.leaf)
		equal(t, w.function+": stacks", len(got.Stacks), w.stacks)
		equal(t, w.function+": level", got.P.Value > 0.5, w.level)
		equal(t, w.function+": stack", got.Stack, snapshot.NoStack)
	}
	if got := sums[1]; got.Growth.Value != 0 || got.FreedBytes.Value != 75*mib || got.Objects.Value != 100*1024 {
		t.Errorf("sum of both paths: %+v", got)
	}
}

func TestSumCountsAStackOnce(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for at := 0.0; at <= 60; at += 15 {
		o.Add(shot(at, leaking(tab, at)))
	}
	id := stackOf(tab, "app.(*Store).Put app.Create")
	h, ok := o.Sum([]snapshot.StackID{id, id, stackOf(tab, "app.never"), 1 << 20})
	if !ok || h.Now != 12*mib {
		t.Errorf("got %v, %v", h.Now, ok)
	}
	if _, ok := o.Sum(nil); ok {
		t.Error("the sum of nothing has a trend")
	}
}
