package trend

import (
	"fmt"
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
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

	// What trends of the heap are read with, as long as it is that of the profile readAt.
	read    *reader
	readAt  uint32
	load    []float64    // what the process allocated, nil until it is needed
	goal    *goalReading // nil until it is needed
	reading reading
	wide    wide
	starts  int // how often all that was seen of the heap was forgotten
}

// reading is the records that were read last, and their curve.
type reading struct {
	ids     []RecordID
	records []*record
	curve   curve
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
	o.groups = newGroups(o.table)
	o.startHeap()
}

// startHeap forgets all that was seen of the heap, and what was read of that.
func (o *Observer) startHeap() {
	o.starts++
	o.heap, o.frames = heap{}, frameIndex{}
	o.read, o.readAt, o.load, o.goal, o.reading, o.wide = nil, 0, nil, nil, reading{}, wide{}
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
	if observes(s) {
		if o.heap.last != nil && !alike(o.heap.last, s.Heap) {
			o.startHeap()
		}
		if sameObservation(o.heap.last, s.Heap) {
			o.heap.same(s)
		} else {
			o.heap.add(s)
		}
	}
	if s.Goroutines != nil {
		o.groups.add(s)
	}
}

// HeapStarts is how often the records of the heap have been numbered from zero: at
// the start of each run, and where profiles came to be of another kind or rate.
func (o *Observer) HeapStarts() int { return o.starts }

// observes reports whether a snapshot may show the heap anew: a GC completed
// since the one before. Before a process's first GC its profile shows nothing.
func observes(s *snapshot.Snapshot) bool {
	if s.Heap == nil || !s.Advanced {
		return false
	}
	cycles, known := s.Vitals.Get(snapshot.NumGC)
	return !known || cycles > 0
}

// sameObservation reports whether two heap profiles show the same state of the
// heap: they differ in nothing but records of zeros, which appear as soon as a
// stack allocates and long before a GC counts what.
func sameObservation(a, b *snapshot.Profile) bool {
	if a == nil {
		return false
	}
	i, j := nextNonZero(a, 0), nextNonZero(b, 0)
	for i < len(a.Keys) && j < len(b.Keys) {
		if a.Keys[i] != b.Keys[j] || !slices.Equal(a.Vector(i), b.Vector(j)) {
			return false
		}
		i, j = nextNonZero(a, i+1), nextNonZero(b, j+1)
	}
	return i == len(a.Keys) && j == len(b.Keys)
}

// nextNonZero is the place of the next record that holds anything.
func nextNonZero(p *snapshot.Profile, from int) int {
	for i := from; i < len(p.Keys); i++ {
		for _, v := range p.Vector(i) {
			if v != 0 {
				return i
			}
		}
	}
	return len(p.Keys)
}

// alike reports whether two heap profiles can have a common trend.
func alike(a, b *snapshot.Profile) bool {
	return a.Period == b.Period && slices.Equal(a.Types, b.Types)
}

// Missing says what there are no trends of yet and why, one clear line each.
func (o *Observer) Missing() []string {
	var out []string
	switch n := len(o.heap.times); {
	case n >= fewestPoints:
	case n == 0 && o.heap.cumulative:
		out = append(out, "heap: the profile shows what was allocated, but not what is live")
	default:
		out = append(out, fmt.Sprintf("heap: %s after a GC since the warm-up, and a trend needs %d", units.Plural(n, "snapshot"), fewestPoints))
	}
	if n := len(o.groups.times); n < fewestPoints {
		out = append(out, fmt.Sprintf("goroutines: %s with a list of them since the warm-up, and a trend needs %d", units.Plural(n, "snapshot"), fewestPoints))
	}
	return out
}

// Point is the value of a series at one time.
type Point struct {
	Time      time.Time
	Value     int64 // live bytes, or goroutines
	Allocated int64 // bytes ever allocated; 0 where unknown, and for goroutines
}

// StackPoints returns the points that are kept of some heap stacks together; none
// where no profile had any of them.
func (o *Observer) StackPoints(ids ...snapshot.StackID) []Point {
	var all []*series
	for _, id := range o.RecordsOf(ids) {
		all = append(all, &o.heap.records[id].series)
	}
	return expand(o.heap.timeline, all)
}

// GroupPoints returns the points that are kept of some goroutine groups together;
// none where no snapshot had any of them.
func (o *Observer) GroupPoints(keys ...diff.GroupKey) []Point {
	return expand(o.groups.timeline, o.groups.series(keys))
}

func expand(l timeline, all []*series) []Point {
	if len(all) == 0 {
		return nil
	}
	out := make([]Point, len(l.times))
	for i, t := range l.times {
		out[i].Time = t
	}
	for _, s := range all {
		s.each(len(l.times), func(place int, a amount) {
			out[place].Value = snapshot.AddSaturating(out[place].Value, a.live)
			out[place].Allocated = snapshot.AddSaturating(out[place].Allocated, a.alloc)
		})
	}
	return out
}
