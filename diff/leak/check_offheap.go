package leak

import (
	"leaktop/capture/snapshot"
)

// OffHeap is memory outside of the Go heap that grows. Its claim has the
// value now (bytes).
const OffHeap Check = "off-heap"

// How much memory outside of the Go heap must grow.
const (
	leastOffHeap = 8 << 20
	// leastResident is for a resident set with the pages of files, which come in
	// as code is run for the first time and as files are mapped and read.
	leastResident = 32 << 20
	// residentSure bounds how sure one is of those.
	residentSure = 0.6
)

// offHeap finds memory that the process takes and the Go runtime does not know
// of: C, mmap, or what a library maps. What the runtime has obtained and not
// returned is its own; the rest of the resident set is somebody else's.
func offHeap() detector[*rising] {
	return detector[*rising]{
		check: OffHeap,
		finds: (*scene).growsOutside,
		claim: (*scene).risenTo,
		says: func(f Fact) string {
			return "memory outside the Go heap grows: " + f.bytes(claimNow) + " that the Go runtime does not know of"
		},
		facts: func(_ *scene, r *rising) []Fact {
			rose := r.rose(OutsideRose)
			rose.Words = []string{r.what}
			facts := []Fact{rose, Fact{Kind: LastHalfShare}.With("share", r.curve.lasts(), Ratio)}
			if !r.exact {
				facts = append(facts, Fact{Kind: FilesResident})
			}
			return facts
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
	r.what, r.exact = "anonymous memory", true
	least := float64(leastOffHeap)
	b, ok := s.curves.bin(r.from, outside(snapshot.RSSAnon))
	if _, known := s.curves.last(snapshot.RSSAnon); !known {
		r.what, r.exact, least = "RSS", false, leastResident
		if b, ok = s.curves.bin(r.from, outside(snapshot.RSS)); !ok {
			r.what = "the highest RSS so far"
			b, ok = s.curves.bin(r.from, outside(snapshot.MaxRSS))
		}
	}
	if !ok || b.growth() < least || !b.rising() {
		return false
	}
	r.curve, r.holds = b, true
	if !r.exact { // a database that maps its file looks the same
		r.verdict, r.most = Growing, residentSure
	}
	r.now.Bytes = snapshot.Known(int64(b.medians[bins-1]))
	return true
}

// rose is from where to where the curve went.
func (r *rising) rose(kind FactKind) Fact {
	return Fact{Kind: kind}.With("from", r.curve.medians[0], Bytes).With("to", r.curve.medians[bins-1], Bytes).lasting(r.curve.span)
}
