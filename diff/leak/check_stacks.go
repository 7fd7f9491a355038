package leak

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// Limits of when the stacks of goroutines are worth a finding.
const (
	leastStacks = 8 << 20  // growth
	deepStack   = 16 << 10 // a goroutine on average; most have 2 to 8 KiB
)

// goroutineStacks finds stacks that grow: goroutines that wait deep in a
// recursion, or with large values on their stacks.
func (s *scene) goroutineStacks(from time.Time) (Finding, bool) {
	b, ok := s.curves.bin(from, vital(snapshot.StackInuse))
	if !ok || b.growth() < leastStacks || !b.rising() {
		return Finding{}, false
	}
	goroutines, known := s.curves.last(snapshot.Goroutines)
	each := b.medians[bins-1] / float64(max(goroutines, 1))
	if !known || each < deepStack {
		return Finding{}, false
	}
	f := s.processFinding(GoroutineStacks, b)
	f.Summary = fmt.Sprintf("the stacks of %s grow, to %s each on average", units.Plural(goroutines, "goroutine"), bytesOf(each))
	f.Now = Amounts{Bytes: snapshot.Known(int64(b.medians[bins-1])), Goroutines: snapshot.Known(goroutines)}
	f.Holds = f.Now.Bytes
	f.Evidence = []string{fmt.Sprintf("stack memory in use went from %s to %s in %s", bytesOf(b.medians[0]), bytesOf(b.medians[bins-1]), units.Duration(b.span))}
	f.Remedy = "look for goroutines that wait deep in a recursion, and for large arrays and structs passed by value: a stack shrinks only when a GC finds three quarters of it unused"
	return f, true
}

// vital is one figure as a curve.
func vital(k snapshot.Vital) func(*snapshot.Vitals) (float64, bool) {
	return func(v *snapshot.Vitals) (float64, bool) {
		n, ok := v.Get(k)
		return float64(n), ok
	}
}
