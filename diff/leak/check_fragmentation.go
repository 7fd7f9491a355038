package leak

import (
	"leaktop/capture/snapshot"
)

// Fragmentation is heap in use that holds next to nothing. Its claim has the value
// now (bytes).
const Fragmentation Check = "fragmentation"

// Limits of when fragmentation is worth a finding.
const (
	leastFragmented = 32 << 20
	shareFragmented = 0.5 // of the heap in use
)

// fragmentation finds spans that are in use for few objects each: heap in use
// stays far above the size at which the next GC starts, which bounds what is
// live and what is garbage together. The last half of the window decides.
func fragmentation() detector[*rising] {
	return detector[*rising]{
		check: Fragmentation,
		finds: (*scene).fragmented,
		claim: (*scene).risenTo,
		says: func(f Fact) string {
			return "the heap is fragmented: " + f.bytes(claimNow) + " of spans in use hold nothing"
		},
		facts: func(_ *scene, r *rising) []Fact {
			return []Fact{Fact{Kind: BeyondNextGC}.With("share", r.least, Ratio).lasting(r.curve.span / 2)}
		},
		remedy: remedy{
			inGo: "a few long-lived objects among many short-lived ones of their size keep whole spans: pool the long-lived ones, or keep them in slices of their own",
		},
	}
}

func (s *scene) fragmented(r *rising) bool {
	inuse, ok := s.curves.bin(r.from, vital(snapshot.HeapInuse))
	beyond, okBeyond := s.curves.bin(r.from, func(v *snapshot.Vitals) (float64, bool) {
		n, known := v.Get(snapshot.HeapInuse)
		next, knownNext := v.Get(snapshot.NextGC)
		return max(float64(n-next), 0), known && knownNext
	})
	if !ok || !okBeyond {
		return false
	}
	r.curve, r.verdict, r.least = beyond, Plateau, 1
	if beyond.rising() {
		r.verdict = Growing
	}
	for i := bins / 2; i < bins; i++ {
		if beyond.medians[i] < leastFragmented || beyond.medians[i] < shareFragmented*inuse.medians[i] {
			return false
		}
		r.least = min(r.least, beyond.medians[i]/inuse.medians[i])
	}
	r.now.Bytes = snapshot.Known(int64(beyond.medians[bins-1]))
	return true
}
