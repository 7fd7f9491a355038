package leak

import (
	"fmt"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// GoroutineStacks is goroutines whose stacks grow. Its claim has the values
// goroutines and each (bytes, on average).
const GoroutineStacks Check = "goroutine-stacks"

// Limits of when the stacks of goroutines are worth a finding.
const (
	leastStacks = 8 << 20  // growth
	deepStack   = 16 << 10 // a goroutine on average; most have 2 to 8 KiB
)

// goroutineStacks finds stacks that grow: goroutines that wait deep in a
// recursion, or with large values on their stacks.
func goroutineStacks() detector[*rising] {
	return detector[*rising]{
		check: GoroutineStacks,
		finds: (*scene).stacksGrow,
		claim: func(_ *scene, r *rising) Fact {
			bytes, _ := r.now.Bytes.Get()
			goroutines, _ := r.now.Goroutines.Get()
			return Fact{}.With("goroutines", float64(goroutines), Goroutines).With("each", float64(bytes)/float64(max(goroutines, 1)), Bytes)
		},
		says: func(f Fact) string {
			return fmt.Sprintf("the stacks of %s grow, to %s each on average", units.Plural(f.whole("goroutines"), "goroutine"), f.bytes("each"))
		},
		facts: func(_ *scene, r *rising) []Fact { return []Fact{r.rose(StacksRose)} },
		remedy: remedy{
			inGo: "look for goroutines that wait deep in a recursion, and for large arrays and structs passed by value: a stack shrinks only when a GC finds three quarters of it unused",
		},
	}
}

func (s *scene) stacksGrow(r *rising) bool {
	b, ok := s.curves.bin(r.from, vital(snapshot.StackInuse))
	if r.explained || !ok || b.growth() < leastStacks || !b.rising() {
		return false
	}
	goroutines, known := s.curves.last(snapshot.Goroutines)
	if !known || b.medians[bins-1]/float64(max(goroutines, 1)) < deepStack {
		return false
	}
	r.curve, r.holds = b, true
	r.now = Amounts{Bytes: snapshot.Known(int64(b.medians[bins-1])), Goroutines: snapshot.Known(goroutines)}
	return true
}

// vital is one figure as a curve.
func vital(k snapshot.Vital) func(*snapshot.Vitals) (float64, bool) {
	return func(v *snapshot.Vitals) (float64, bool) {
		n, ok := v.Get(k)
		return float64(n), ok
	}
}
