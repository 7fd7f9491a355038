package leak

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// leastOffHeap is how much memory outside of the Go heap must grow: the pages of
// the program's own file come in at the start, and are not more than this.
const leastOffHeap = 8 << 20

// offHeap finds memory that the process takes and the Go runtime does not know
// of: C, mmap, or what a library maps. What the runtime has obtained and not
// returned is its own; the rest of the resident set is somebody else's.
func (s *scene) offHeap(from time.Time) (Finding, bool) {
	outside := func(resident snapshot.Vital) func(v *snapshot.Vitals) (float64, bool) {
		return func(v *snapshot.Vitals) (float64, bool) {
			rss, known := v.Get(resident)
			sys, knownSys := v.Get(snapshot.Sys)
			released, knownReleased := v.Get(snapshot.HeapReleased)
			// What the runtime has and nobody touched yet is not resident.
			return max(float64(rss-(sys-released)), 0), known && knownSys && knownReleased
		}
	}
	what := "RSS"
	b, ok := s.curves.bin(from, outside(snapshot.RSS))
	if !ok {
		what = "the highest RSS so far"
		if b, ok = s.curves.bin(from, outside(snapshot.MaxRSS)); !ok {
			return Finding{}, false
		}
	}
	if b.growth() < leastOffHeap || !b.rising() {
		return Finding{}, false
	}
	now := b.medians[bins-1]
	f := s.processFinding(OffHeap, b)
	f.Summary = "memory outside of the Go heap grows: " + bytesOf(now) + " that the Go runtime does not know of"
	f.Now.Bytes = snapshot.Known(int64(now))
	f.Holds = f.Now.Bytes
	f.Evidence = []string{
		fmt.Sprintf("%s less what the runtime obtained and kept went from %s to %s in %s", what, bytesOf(b.medians[0]), bytesOf(now), units.Duration(b.span)),
		"the last half of it grew " + percent(b.lasts()) + " of that",
	}
	f.Remedy = "look at cgo, mmap and libraries that allocate by themselves: free or unmap what they return on every path; a heap profile does not show it, so use the library's own counters, or pmap and perf on the target"
	return f, true
}
