package leak

import (
	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// hidden is a heap of which the profile shows next to nothing: profiling is off
// in the target, or its rate was changed.
type hidden struct {
	known   bool
	live    int64 // bytes by the runtime's own figures, garbage of at most one moment included
	profile int64 // bytes that the profile shows
	rate    int64 // bytes between two samples, where these are too many; else 0
}

// Limits of when a heap is hidden.
const (
	// leastHidden is a heap of which a profile at the default rate shows sixteen
	// objects on average.
	leastHidden = 8 << 20
	// shownHidden is the share that the profile shows at most.
	shownHidden = 0.1
	// sampledHidden is how many objects must be sampled of a heap to show anything.
	sampledHidden = 4
	// cyclesHidden are so many collections that one read after another saw the
	// heap just behind one.
	cyclesHidden = 3
)

// hiddenHeap compares what the profile shows with the heap of the second half of
// the run. The least that was allocated at any time is what lives, or more where
// a GC never came just before: so many collections must have completed since.
func (s *scene) hiddenHeap() hidden {
	if s.heap == nil || s.heap.Heap.Columns().LiveBytes < 0 {
		return hidden{}
	}
	points := s.curves.points
	if len(points) == 0 {
		return hidden{}
	}
	half := points[0].Time.Add(points[len(points)-1].Time.Sub(points[0].Time) / 2)
	least, first, last, known := int64(0), int64(-1), int64(-1), false
	for i := range points {
		if points[i].Time.Before(half) {
			continue
		}
		if n, ok := points[i].Get(snapshot.HeapAlloc); ok && (!known || n < least) {
			least, known = n, true
		}
		if n, ok := points[i].Get(snapshot.NumGC); ok {
			if first < 0 {
				first = n
			}
			last = n
		}
	}
	if !known || least < leastHidden || last-first < cyclesHidden {
		return hidden{}
	}
	columns := s.heap.Heap.Columns()
	h := hidden{live: least, profile: s.heap.Heap.Total(columns.LiveBytes)}
	if rate := s.heap.Heap.Period; float64(least) < sampledHidden*float64(rate) {
		h.rate = rate
	}
	h.known = h.rate > 0 || float64(h.profile) < shownHidden*float64(least)
	return h
}

// notSampled says in a clause that the profile of one snapshot shows nothing of the
// heap that the runtime's own figures beside it tell of; "" where it may show some.
// These have garbage in them, so that the rate alone counts.
func notSampled(s *snapshot.Snapshot) string {
	n, ok := s.Vitals.Get(snapshot.HeapAlloc)
	rate := s.Heap.Period
	switch {
	case !ok || n < leastHidden:
	case rate == 0 && s.Heap.Total(s.Heap.Columns().LiveBytes) == 0:
		return "the heap profile shows nothing of the " + units.Bytes(n) + " that are allocated in the target: its heap profiling is off (runtime.MemProfileRate)"
	case float64(n) < sampledHidden*float64(rate):
		return hidden{live: n, rate: rate}.text()
	}
	return ""
}

// text says it in a clause.
func (h hidden) text() string {
	if h.rate > 0 {
		return "the target samples its heap once in " + units.Bytes(h.rate) + " (runtime.MemProfileRate), too rarely to show anything of the " + units.Bytes(h.live) + " that is allocated"
	}
	return "the heap profile shows " + units.Bytes(h.profile) + " of at least " + units.Bytes(h.live) +
		" that is allocated in the target: its heap profiling is off, or its rate was changed (runtime.MemProfileRate)"
}
