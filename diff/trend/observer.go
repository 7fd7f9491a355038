package trend

import (
	"fmt"
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Observer takes in the snapshots of one target and keeps the trends of its
// newest run, at bounded memory for days. It is not safe for concurrent use.
type Observer struct {
	table  *snapshot.Table
	warmup time.Duration

	run    int
	first  time.Time // of the run's snapshots, warm-up included
	newest time.Time
	heap   heap
	groups groups
	frames frameIndex
}

// NewObserver returns an empty observer for snapshots whose stacks are of the
// table. What is seen within the warm-up after the first snapshot of a run
// feeds no trend.
func NewObserver(table *snapshot.Table, warmup time.Duration) *Observer {
	o := &Observer{table: table, warmup: warmup}
	o.start(0)
	return o
}

func (o *Observer) start(run int) {
	o.run, o.first, o.newest = run, time.Time{}, time.Time{}
	o.heap = heap{}
	o.groups = newGroups(o.table)
	o.frames = frameIndex{}
}

// Add takes in the next snapshot. One that is no later than the newest is
// ignored; one of another run of the target starts anew. The heap counts only
// where a GC completed, and the goroutines wherever there is a profile.
func (o *Observer) Add(s *snapshot.Snapshot) {
	switch {
	case s.Run != o.run:
		o.start(s.Run)
	case !o.newest.IsZero() && !s.Time.After(o.newest):
		return
	}
	if o.first.IsZero() {
		o.first = s.Time
	}
	o.newest = s.Time
	if s.Time.Before(o.first.Add(o.warmup)) {
		return
	}
	if s.Heap != nil && s.Advanced {
		if o.heap.base != nil && !alike(o.heap.base, s.Heap) {
			o.heap, o.frames = heap{}, frameIndex{}
		}
		o.heap.add(s)
	}
	if s.Goroutines != nil {
		o.groups.add(s)
	}
}

// alike reports whether two heap profiles can have a common trend.
func alike(a, b *snapshot.Profile) bool {
	return a.Period == b.Period && slices.Equal(a.Types, b.Types)
}

// missing says what there are no trends of.
func (o *Observer) missing() []string {
	var out []string
	switch n := len(o.heap.times); {
	case n >= fewestPoints:
	case n == 0 && o.heap.cumulative:
		out = append(out, "heap: the profile tells what was allocated, but not what lives")
	default:
		out = append(out, fmt.Sprintf("heap: %d snapshots since the warm-up that a GC completed before, where a trend needs %d", n, fewestPoints))
	}
	if n := len(o.groups.times); n < fewestPoints {
		out = append(out, fmt.Sprintf("goroutines: %d snapshots since the warm-up that list them, where a trend needs %d", n, fewestPoints))
	}
	return out
}

// Point is the value of a series at one time.
type Point struct {
	Time      time.Time
	Value     int64 // live bytes, or goroutines
	Allocated int64 // bytes ever allocated; 0 where unknown, and for goroutines
}

// StackPoints returns the points that are kept of a heap stack; none for one that was
// never seen.
func (o *Observer) StackPoints(id snapshot.StackID) []Point {
	at := o.heap.find(id)
	if at == nil {
		return nil
	}
	return at.expand(o.heap.timeline)
}

// GroupPoints returns the points that are kept of a goroutine group; none for
// one that was never seen.
func (o *Observer) GroupPoints(key diff.GroupKey) []Point {
	at := o.groups.find(key)
	if at == nil {
		return nil
	}
	return at.expand(o.groups.timeline)
}

func (s *series) expand(l timeline) []Point {
	out := make([]Point, 0, len(l.times))
	s.each(len(l.times), func(place int, a amount) {
		out = append(out, Point{l.times[place], a.live, a.alloc})
	})
	return out
}
