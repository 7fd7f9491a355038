package snapshot

// Tally counts the snapshots of a target that were fetched whole: with a profile
// of each kind that the target gives. One that never gave a goroutine profile, as
// programs in other languages have none, is whole without.
type Tally struct {
	givesHeap, givesGoroutines bool
	heap, goroutines, both     int
}

// Add takes in a snapshot by which profiles it has. One that does not count tells
// only what the target gives.
func (t *Tally) Add(heap, goroutines, counts bool) {
	t.givesHeap = t.givesHeap || heap
	t.givesGoroutines = t.givesGoroutines || goroutines
	if !counts {
		return
	}
	if heap {
		t.heap++
	}
	if goroutines {
		t.goroutines++
	}
	if heap && goroutines {
		t.both++
	}
}

// Whole is how many of those that count are whole.
func (t *Tally) Whole() int {
	switch {
	case !t.givesGoroutines:
		return t.heap
	case !t.givesHeap:
		return t.goroutines
	}
	return t.both
}
