package leak

import (
	"leaktop/capture/snapshot"
)

// OffHeap is memory outside of the Go heap that grows. Its claim has the
// value now (bytes).
const OffHeap Check = "off-heap"

// leastOffHeap is how much memory outside of the Go heap must grow: the pages of
// the program's own file come in at the start, and are not more than this.
const leastOffHeap = 8 << 20

// offHeap finds memory that the process takes and the Go runtime does not know
// of: C, mmap, or what a library maps. What the runtime has obtained and not
// returned is its own; the rest of the resident set is somebody else's.
func offHeap() detector[*rising] {
	return detector[*rising]{
		check: OffHeap,
		finds: (*scene).growsOutside,
		claim: func(_ *scene, r *rising) Fact {
			return Fact{}.With(claimNow, r.curve.medians[bins-1], Bytes)
		},
		says: func(f Fact) string {
			return "memory outside of the Go heap grows: " + f.bytes(claimNow) + " that the Go runtime does not know of"
		},
		facts: func(_ *scene, r *rising) []Fact {
			rose := r.rose(OutsideRose)
			rose.Words = []string{r.what}
			return []Fact{rose, Fact{Kind: LastHalfShare}.With("share", r.curve.lasts(), Ratio)}
		},
		remedy: remedy{
			inGo: "look at cgo, mmap and libraries that allocate by themselves: free or unmap what they return on every path; a heap profile does not show it, so use the library's own counters, or pmap and perf on the target",
		},
	}
}

func (s *scene) growsOutside(r *rising) bool {
	outside := func(resident snapshot.Vital) func(v *snapshot.Vitals) (float64, bool) {
		return func(v *snapshot.Vitals) (float64, bool) {
			rss, known := v.Get(resident)
			sys, knownSys := v.Get(snapshot.Sys)
			released, knownReleased := v.Get(snapshot.HeapReleased)
			// What the runtime has and nobody touched yet is not resident.
			return max(float64(rss-(sys-released)), 0), known && knownSys && knownReleased
		}
	}
	r.what = "RSS"
	b, ok := s.curves.bin(r.from, outside(snapshot.RSS))
	if !ok {
		r.what = "the highest RSS so far"
		if b, ok = s.curves.bin(r.from, outside(snapshot.MaxRSS)); !ok {
			return false
		}
	}
	if b.growth() < leastOffHeap || !b.rising() {
		return false
	}
	r.curve, r.holds = b, true
	r.now.Bytes = snapshot.Known(int64(b.medians[bins-1]))
	return true
}

// rose is from where to where the curve went.
func (r *rising) rose(kind FactKind) Fact {
	return Fact{Kind: kind}.With("from", r.curve.medians[0], Bytes).With("to", r.curve.medians[bins-1], Bytes).lasting(r.curve.span)
}
