package leak

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

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
	what, least := "memory that is of no file", float64(leastOffHeap)
	b, ok := s.curves.bin(from, outside(snapshot.RSSAnon))
	_, exact := s.curves.last(snapshot.RSSAnon)
	if !exact {
		what, least = "RSS", leastResident
		if b, ok = s.curves.bin(from, outside(snapshot.RSS)); !ok {
			what = "the highest RSS so far"
			b, ok = s.curves.bin(from, outside(snapshot.MaxRSS))
		}
	}
	if !ok || b.growth() < least || !b.rising() {
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
	if !exact {
		// A database that maps its file looks the same.
		f.Verdict, f.Confidence = Growing, min(f.Confidence, residentSure)
		f.Evidence = append(f.Evidence, "RSS holds the pages of files, too: those of the program itself and of files that it maps; watched on its own machine, a process tells them apart")
	}
	f.Remedy = "look at cgo, mmap and libraries that allocate by themselves: free or unmap what they return on every path; a heap profile does not show it, so use the library's own counters, or pmap and perf on the target"
	return f, true
}
