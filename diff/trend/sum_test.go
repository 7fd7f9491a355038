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
	if h, _ := o.Stack(refresh); h.Factor.Value < 15 {
		t.Errorf("the refreshing path alone: factor %v", h.Factor.Value)
	}
	for _, test := range []struct {
		function string
		ids      []snapshot.StackID
		stacks   int
		net      int64
		level    bool
	}{
		{"lib.clone", o.Through("lib.clone"), 3, 0, true},
		{"app.(*Cache).put", o.Through("app.(*Cache).put"), 2, 0, true},
		{"app.main", o.Through("app.main"), 3, 75 * mib, false}, // where the leak is, too
	} {
		sum, ok := o.Sum(test.ids)
		equal(t, test.function+": known", ok, true)
		equal(t, test.function+": stacks", len(test.ids), test.stacks)
		equal(t, test.function+": net growth", int64(sum.Growth.Value), test.net)
		equal(t, test.function+": level", sum.Factor.Value <= 0, test.level)
		equal(t, test.function+": stack", sum.Stack, snapshot.NoStack)
	}
	if sum, _ := o.Sum(o.Through("app.(*Cache).put")); sum.Growth.Value != 0 || sum.FreedBytes.Value != 75*mib || sum.Objects.Value != 100*1024 {
		t.Errorf("sum of both paths: %+v", sum)
	}
	if got := o.Through("app.never"); got != nil {
		t.Errorf("stacks %v through a function that was never seen", got)
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
