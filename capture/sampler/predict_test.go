package sampler

import (
	"math"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// TestCostOfAnyCount predicts from counts that nobody has checked: an index page
// and a profile may claim any.
func TestCostOfAnyCount(t *testing.T) {
	const most = math.MaxInt64
	for _, c := range []struct{ name, got, want string }{
		{"a list", listCost(312_000), "about 1.2 s of CPU and 238 MiB of garbage, for 312,000 goroutines"},
		{"a list of very many", listCost(90_000_000), "about 360.0 s of CPU and 68665 MiB of garbage, for 90,000,000 goroutines"},
		{"a list of the most, fault 08", listCost(most), "about a day or more of CPU and 1 TiB or more of garbage, for the 9,223,372,036,854,775,807 goroutines that the target claims to have"},
		{"a list of half of that", listCost(most / 2), "about a day or more of CPU and 1 TiB or more of garbage, for the 4,611,686,018,427,387,903 goroutines that the target claims to have"},
		{"a list that takes days", listCost(30_000_000_000), "about a day or more of CPU and 1 TiB or more of garbage, for the 30,000,000,000 goroutines that the target claims to have"},
		{"leaks", leakCost(25_000, snapshot.Known(1<<30)), "a GC of up to 700 ms of CPU and a pause of about 10 ms, for 25,000 goroutines"},
		{"leaks among the most", leakCost(most, snapshot.Known(most)), "a GC of up to a day or more of CPU and a pause of about a day or more, for the 9,223,372,036,854,775,807 goroutines that the target claims to have"},
		{"a dump of the most", dumpCost{goroutines: most, frames: most, bytes: most}.String(), "a standstill of about a day or more in 7 pauses and 64.0 MiB of text, for the 9,223,372,036,854,775,807 goroutines that the target claims to have with 9,223,372,036,854,775,807 frames"},
		{"a dump of more", dumpCost{goroutines: 1e30, frames: 1e40, bytes: math.Inf(1)}.String(), "a standstill of about a day or more in 7 pauses and 64.0 MiB of text, for the 9,223,372,036,854,775,807 goroutines that the target claims to have with 9,223,372,036,854,775,807 frames"},
	} {
		if strings.ReplaceAll(c.got, "\u00a0", " ") != c.want {
			t.Errorf("%s costs\n%s, want\n%s", c.name, c.got, c.want)
		}
	}
}

// An index page that lies is no reason to ask for ever or all the time.
func TestAnIndexThatLies(t *testing.T) {
	t.Parallel()
	for _, goroutines := range []int64{math.MaxInt64, math.MaxInt64 / 2, 1 << 52, 1 << 40} {
		for _, costly := range []bool{false, true} {
			bubble(t, func(t *testing.T) {
				f := newFake(t)
				f.process.goroutines = goroutines
				w := watch(t, f, func(c *Config) { c.AllowCostly = costly })
				after(time.Minute)
				w.end()
				for _, e := range all[snapshot.Scheduled](w.recorder) {
					if e.Actual < e.Every || strings.Contains(e.Slowed, "-") {
						t.Errorf("%d goroutines: a snapshot comes each %s (%s)", goroutines, e.Actual, e.Slowed)
					}
				}
				asked := all[snapshot.Asked](w.recorder)
				if costly {
					if n := len(f.asked(pathGoroutine)); len(asked) > 0 || n != 1 {
						t.Errorf("%d goroutines: their profile was fetched %d times in a minute", goroutines, n)
					}
					return
				}
				if len(asked) != 1 || !strings.Contains(asked[0].Cost, "a day or more of CPU") || !strings.Contains(asked[0].Cost, "claims to have") {
					t.Errorf("%d goroutines: asked %v", goroutines, asked)
				}
			})
		}
	}
}
