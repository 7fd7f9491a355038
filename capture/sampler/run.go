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
	// ended says that the process was seen to end, "" if not; endedAt is when.
	ended   string
	endedAt time.Time
	// unserved are the profiles that nothing is served for, with the last answer.
	unserved map[snapshot.Kind]unserved
}

func newRun(number int) *run {
	return &run{number: number, profiles: make(map[snapshot.Kind]*snapshot.Profile), unserved: make(map[snapshot.Kind]unserved)}
}

// remember takes in a point of the curves.
func (r *run) remember(v *snapshot.Vitals) {
	merged := *v
	if !knowsCounters(v) {
		merged.Source = r.seen.Source
	}
	merged.Fill(&r.seen)
	r.seen = merged
}

// add takes in a snapshot, whose figures were read after its profiles if fresh.
func (r *run) add(shot *snapshot.Snapshot, fresh bool) {
	r.last = shot
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		if p := shot.Profile(kind); p != nil {
			r.profiles[kind] = p
		}
	}
	if fresh {
		r.remember(&shot.Vitals)
		return
	}
	r.seen.Fill(&shot.Vitals) // what the profiles told
}

// both returns one figure of two points, and whether both know it.
func both(a, b *snapshot.Vitals, k snapshot.Vital) (int64, int64, bool) {
	x, knownA := a.Get(k)
	y, knownB := b.Get(k)
	return x, y, knownA && knownB
}
