package trend

import (
	"time"

	"leaktop/capture/snapshot"
)

// clock tells as of when a heap profile shows the heap. That is not when it was
// fetched: an allocation appears once two GC cycles have completed after it, so
// the profile is as of the last GC but one. Where collections are rare, steps
// between the times of fetching would look uneven when the growth is not.
//
// The target's time of the last GC and its number of cycles tell the mean time
// of a cycle between two profiles, and so when the last but one ended. Both
// clocks may differ: only differences of the target's are used.
type clock struct {
	known  bool // a profile so far told its last GC
	open   bool // the length of that one's cycle is not known yet
	cycles int64
	lastGC time.Duration // by the target's clock, since 1970
	asOf   time.Duration // of the newest profile, the same
	taken  time.Time     // when it was fetched, by ours
}

// first takes in the first profile. Its cycle is not known before the next one.
func (c *clock) first(s *snapshot.Snapshot) {
	c.taken = s.Time
	c.lastGC, c.cycles, c.known = lastGC(s)
	c.asOf, c.open = c.lastGC, !s.ForcedGC
}

// next takes in a later profile and returns how much later than the one before
// it shows the heap.
func (c *clock) next(s *snapshot.Snapshot) time.Duration {
	wall := s.Time.Sub(c.taken)
	if !c.known {
		c.first(s)
		return wall
	}
	c.taken = s.Time
	before := c.asOf
	last, cycles, known := lastGC(s)
	switch {
	case !known || cycles <= c.cycles || last <= c.lastGC:
		// The figures are missing or stale.
		c.asOf += wall
	default:
		cycle := (last - c.lastGC) / time.Duration(cycles-c.cycles)
		if c.open {
			before, c.open = before-cycle, false
		}
		c.asOf = last
		if !s.ForcedGC { // a forced one shows all up to it
			c.asOf -= cycle
		}
		c.lastGC, c.cycles = last, cycles
	}
	// Figures are read some time after their profile: that must not put points
	// in the wrong order, or in one place.
	step := max(c.asOf-before, wall/10)
	c.asOf = before + step
	return step
}

// lastGC returns when the last GC ended and how many there were. Before the
// first one there is none that ended: a time of 0 would lie decades back.
func lastGC(s *snapshot.Snapshot) (last time.Duration, cycles int64, known bool) {
	end, known := s.Vitals.Get(snapshot.LastGC)
	cycles, counted := s.Vitals.Get(snapshot.NumGC)
	return time.Duration(end), cycles, known && counted && end > 0 && cycles > 0
}
