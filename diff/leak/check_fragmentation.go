package leak

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// Limits of when fragmentation is worth a finding.
const (
	leastFragmented = 32 << 20
	shareFragmented = 0.5 // of the heap in use
)

// fragmentation finds spans that are in use for few objects each: heap in use
// stays far above the size at which the next GC starts, which bounds what is
// live and what is garbage together. The last half of the window decides.
func (s *scene) fragmentation(from time.Time) (Finding, bool) {
	inuse, ok := s.curves.bin(from, vital(snapshot.HeapInuse))
	beyond, okBeyond := s.curves.bin(from, func(v *snapshot.Vitals) (float64, bool) {
		n, known := v.Get(snapshot.HeapInuse)
		next, knownNext := v.Get(snapshot.NextGC)
		return max(float64(n-next), 0), known && knownNext
	})
	if !ok || !okBeyond {
		return Finding{}, false
	}
	least := 1.0
	for i := bins / 2; i < bins; i++ {
		if beyond.medians[i] < leastFragmented || beyond.medians[i] < shareFragmented*inuse.medians[i] {
			return Finding{}, false
		}
		least = min(least, beyond.medians[i]/inuse.medians[i])
	}
	f := s.processFinding(Fragmentation, beyond)
	f.Verdict = Plateau
	if beyond.rising() {
		f.Verdict = Growing
	}
	now := beyond.medians[bins-1]
	f.Summary = "the heap is fragmented: " + bytesOf(now) + " of spans in use hold nothing"
	f.Now.Bytes = snapshot.Known(int64(now))
	f.Evidence = []string{fmt.Sprintf("at least %s of the heap in use lay beyond the next GC's start for %s", percent(least), units.Duration(beyond.span/2))}
	f.Remedy = "objects of one size that live long among many that do not keep their spans: pool the long-lived ones, or keep them in slices of their own"
	return f, true
}
