package sampler

import (
	"time"

	"leaktop/capture/snapshot"
)

// run is what was seen of one process of the target: what the next answer is
// compared with. A restart begins a new one.
type run struct {
	number int
	// seen holds the newest known value of each figure, its time the newest
	// answer's; Source names where the counters in it come from.
	seen snapshot.Vitals
	// profiles are the newest of each kind: a snapshot may lack one.
	profiles map[snapshot.Kind]*snapshot.Profile
	last     *snapshot.Snapshot // the newest one
	cost     time.Duration      // what last cost the target
	counted  *snapshot.Snapshot // the newest one for which GC had advanced
	after    snapshot.Vitals    // the first figures read after the heap profile of counted
	// ended says that the process was seen to end, "" if not; endedAt is when.
	ended   string
	endedAt time.Time
}

func newRun(number int) *run {
	return &run{number: number, profiles: make(map[snapshot.Kind]*snapshot.Profile)}
}

// remember takes in a point of the curves.
func (r *run) remember(v *snapshot.Vitals) {
	merged := *v
	if !knowsCounters(v) {
		merged.Source = r.seen.Source
	}
	merged.Fill(&r.seen)
	r.seen = merged
	r.after.Fill(v)
}

// add takes in a snapshot, whose figures were read after its profiles if fresh.
func (r *run) add(shot *snapshot.Snapshot, fresh bool) {
	r.last = shot
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		if p := shot.Profile(kind); p != nil {
			r.profiles[kind] = p
		}
	}
	if shot.Advanced {
		r.counted, r.after = shot, snapshot.Vitals{}
	}
	if fresh {
		r.remember(&shot.Vitals)
		return
	}
	r.seen.Fill(&shot.Vitals) // what the profiles told
}

// gcAdvanced reports whether a GC completed between the heap profile of the
// last snapshot that counted and this one: a heap profile shows the heap as of
// a completed GC, so two of them without one in between are the same
// observation. It is asked before the snapshot's own figures are remembered:
// what was read before this heap and after the other one tells of a GC that
// lies between the two for sure.
func (r *run) gcAdvanced(shot *snapshot.Snapshot) bool {
	switch {
	case shot.Heap == nil:
		return false
	case r.counted == nil || shot.ForcedGC:
		return true
	}
	if after, before, known := both(&r.after, &r.seen, snapshot.NumGC); known {
		if before > after {
			return true
		}
	} else if after, before, known := both(&r.after, &r.seen, snapshot.LastGC); known && before-after > int64(time.Millisecond) {
		return true // sources round it to less than a microsecond
	}
	return !shot.Heap.SameValues(r.counted.Heap)
}

// both returns one figure of two points, and whether both know it.
func both(a, b *snapshot.Vitals, k snapshot.Vital) (int64, int64, bool) {
	x, knownA := a.Get(k)
	y, knownB := b.Get(k)
	return x, y, knownA && knownB
}
