package leak_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// Growth that the process does not show took the place of what was freed elsewhere, and
// is no leak as long as that lasts. A goal that does not follow the live heap is none.
func TestGrowthThatTheProcessDoesNotShow(t *testing.T) {
	const leaks, replaces = "leak state-kept app/shop.(*Cart).add by api.Add", "growing state-kept app/shop.(*Cart).add by api.Add"
	jitter := func(second int) int64 { return 140<<20 + int64(second*7919%11)<<18 }
	for name, test := range map[string]struct {
		freed int64 // objects elsewhere with each snapshot
		goal  func(second int) int64
		want  string
	}{
		"goal grows":                             {0, func(second int) int64 { return 140<<20 + int64(second)*300<<10 }, leaks},
		"goal is level and as much was freed":    {1, jitter, replaces},
		"goal is level but nothing was freed":    {0, jitter, leaks},
		"a memory limit holds down the goal":     {0, func(int) int64 { return 100 << 20 }, leaks},
		"goal is not known":                      {0, func(int) int64 { return -1 }, leaks},
		"goal is not known and as much is freed": {1, func(int) int64 { return -1 }, leaks},
	} {
		s := story{
			rate: goRate, snapshots: after(5 * time.Minute),
			heap: []line{
				{stack: "app/page.(*Page).render app/jobs.Run", count: func(i int) int64 { return 100 - test.freed*int64(i) }, allocated: grows(1000, 20)},
				{stack: "app/shop.(*Cart).add app/api.Add" + served, count: grows(0, 1)},
			},
			vitals: func(second int, v *snapshot.Vitals) { v.Set(snapshot.NextGC, test.goal(second)) },
		}
		r := s.judge(t)
		if got := told(r); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
			continue
		}
		why := strings.Contains(strings.Join(r.Findings[0].Evidence(), "\n"), "took the place of what was freed elsewhere")
		if why != (test.want == replaces) {
			t.Errorf("%s: that it took the place of something is told: %v", name, why)
		}
	}
}
