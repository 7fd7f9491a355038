package leak

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// Limits of when fragmentation is worth a finding.
const (
	leastFragmented = 64 << 20
	shareFragmented = 0.5 // of the heap in use
)

// fragmentation finds spans that are in use for few objects each: heap in use
// stays far above the size at which the next GC starts, which bounds what is
// live and what is garbage together.
func (s *scene) fragmentation(from time.Time) (Finding, bool) {
	least := 1.0
	b, ok := s.curves.bin(from, func(v *snapshot.Vitals) (float64, bool) {
		inuse, known := v.Get(snapshot.HeapInuse)
		next, knownNext := v.Get(snapshot.NextGC)
		if !known || !knownNext || inuse <= 0 {
			return 0, false
		}
		beyond := float64(inuse - next)
		least = min(least, beyond/float64(inuse))
		return max(beyond, 0), true
	})
	if !ok || least < shareFragmented || b.medians[bins-1] < leastFragmented {
		return Finding{}, false
	}
	f := s.processFinding(Fragmentation, b)
	if !b.rising() {
		f.Verdict = Plateau
	} else {
		f.Verdict = Growing
	}
	now := b.medians[bins-1]
	f.Summary = "the heap is fragmented: " + bytesOf(now) + " of spans in use hold nothing"
	f.Now.Bytes = snapshot.Known(int64(now))
	f.Evidence = []string{fmt.Sprintf("at least %s of the heap in use lay beyond the next GC's start for %s", percent(least), units.Duration(b.span))}
	f.Remedy = "objects of one size that live long among many that do not keep their spans: pool the long-lived ones, or keep them in slices of their own"
	return f, true
}
