package leak_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"leaktop/diff/leak"
)

// spreadOver is what a request builds in some functions, of all of which together
// one object more is sampled with each snapshot.
func spreadOver(functions int64, pkg func(k int64) string, caller string) []line {
	var lines []line
	for k := range functions {
		lines = append(lines, line{
			stack: fmt.Sprintf("%s.build%d %s", pkg(k), k, caller) + served,
			count: func(i int) int64 { return (int64(i) + functions - 1 - k) / functions },
		})
	}
	return lines
}

// Growth that no function shows by itself is that of the handler which they are all
// called by, and is told once.
func TestGrowthSpreadBelowAHandler(t *testing.T) {
	for name, pkg := range map[string]func(k int64) string{
		"a package each": func(k int64) string { return fmt.Sprintf("app/part%d", k) },
		"one package":    func(int64) string { return "app/order" },
	} {
		s := story{rate: goRate, snapshots: after(2 * time.Minute), heap: append(spreadOver(12, pkg, "app/api.Order"), passing())}
		want := []string{"growing state-kept app/api.Order by api.Order"}
		if got := told(s.judge(t)); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// Two places that grow for themselves are no growth of what they have in common.
func TestPlacesThatGrowForThemselves(t *testing.T) {
	s := story{rate: goRate, snapshots: after(3 * time.Minute), heap: []line{
		passing(),
		{stack: "app/shop.(*Cart).add app/api.Add" + served, count: rising(3, 43)},
		{stack: "app/shop.(*Audit).note app/api.Pay" + served, count: rising(5, 35)},
	}}
	want := []string{"growing state-kept app/shop.(*Audit).note by api.Pay", "growing state-kept app/shop.(*Cart).add by api.Add"}
	s.each(t, func(i int, r *leak.Result) {
		got := told(r)
		slices.Sort(got)
		if i == s.snapshots-1 && !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, one := range got {
			if !slices.Contains(want, one) {
				t.Errorf("#%d: %q is told, want none but %q", i, one, want)
			}
		}
	})
}

// A caller that takes over from another one below which as much was freed grows in
// its place, and is not told of.
func TestCallerThatTakesOver(t *testing.T) {
	story{rate: goRate, snapshots: after(3 * time.Minute), heap: []line{
		passing(),
		{stack: "app/table.parse app/table.Load", count: func(i int) int64 { return max(240-10*int64(i), 0) }, allocated: level(240)},
		{stack: "app/table.parse app/table.Refresh", count: func(i int) int64 { return min(10*int64(i), 240) }},
	}}.each(t, func(i int, r *leak.Result) {
		if got := told(r); len(got) > 0 {
			t.Errorf("#%d: %q", i, got)
		}
	})
}
