package trend

import (
	"iter"
	"slices"
	"time"

	"leaktop/capture/snapshot"
)

// heap is the trends of all heap records of a run, as they are kept.
type heap struct {
	timeline
	last       *snapshot.Profile // newest that counted; nil for none
	columns    snapshot.Columns
	rate       int64 // mean bytes between two samples, 0 unknown
	clock      clock
	records    []record
	stacks     []snapshot.StackID // in the order in which they were first seen
	index      []uint32           // place of a stack's first record plus one, by stack id
	process    series             // all records together
	goal       goal               // of the process
	bytes      int                // of all series
	taken      uint32             // profiles so far
	cumulative bool               // there was a profile without a column of what lives
	quiet      quiet
	thinned    int // how often
}

// quiet is what came after the newest point and showed what that did: no point of
// a trend, but nothing was sampled meanwhile, which a leak would have been.
type quiet struct {
	profiles int
	span     time.Duration
}

// same takes in a profile that a GC completed before and that shows nothing new.
func (h *heap) same(s *snapshot.Snapshot) {
	if n := len(h.times); n > 0 {
		h.quiet = quiet{h.quiet.profiles + 1, s.Time.Sub(h.times[n-1])}
	}
}

// add takes in a heap profile that counts. One that only tells what was ever
// allocated has no trend, and one that shows what the one before it did is no
// new observation.
func (h *heap) add(s *snapshot.Snapshot) {
	p := s.Heap
	columns := p.Columns()
	if columns.LiveBytes < 0 {
		h.cumulative = true
		return
	}
	var step time.Duration
	if h.last == nil {
		h.columns, h.rate = columns, p.Period
		h.last = &snapshot.Profile{}
		h.clock.first(s)
	} else {
		step = h.clock.next(s)
	}
	h.taken++
	h.quiet = quiet{}
	place := h.timeline.add(s.Time, step)

	last, now := span{p: h.last}, span{p: p}
	var sums sizes
	for now.next() {
		id := now.stack()
		last.seek(id)
		if last.same(&now) {
			// As most are: nothing is to be found anew.
			for at := range h.recordsOf(id) {
				h.records[at].seen = h.taken
			}
			continue
		}
		sums.of(&now, columns)
		for _, of := range sums.all {
			at := h.record(id, of.size)
			at.seen = h.taken
			h.bytes += at.set(place, of.amount)
		}
	}
	h.last = p
	h.sweep(place)
	if place < leadPlaces {
		for i := range h.records {
			at := &h.records[i]
			if place == 0 || at.last.live < at.low {
				at.low = at.last.live
			}
		}
	}
	h.bytes += h.process.set(place, h.total()) + h.goal.set(place, &s.Vitals)
	for h.crowded(h.bytes) {
		h.thin()
	}
}

// sizes is what one stack holds in a profile, by the size of its objects.
type sizes struct{ all []sized }

type sized struct {
	size int64
	amount
}

// of adds up the records of a stack: labels do not matter here.
func (s *sizes) of(records *span, columns snapshot.Columns) {
	s.all = s.all[:0]
	for i := records.from; i < records.to; i++ {
		size, vector := records.p.Keys[i].Size, records.p.Vector(i)
		at := slices.IndexFunc(s.all, func(o sized) bool { return o.size == size })
		if at < 0 {
			at = len(s.all)
			s.all = append(s.all, sized{size: size})
		}
		of := &s.all[at]
		of.live = snapshot.AddSaturating(of.live, vector[columns.LiveBytes])
		if columns.AllocBytes >= 0 {
			of.alloc = snapshot.AddSaturating(of.alloc, vector[columns.AllocBytes])
		}
	}
}

// sweep sets to zero what lives of records that the newest profile no longer has.
func (h *heap) sweep(place int) {
	for i := range h.records {
		at := &h.records[i]
		if at.seen != h.taken && at.last.live != 0 {
			h.bytes += at.set(place, amount{alloc: at.last.alloc})
		}
	}
}

// total is all records of the newest profile together.
func (h *heap) total() amount {
	var sum amount
	for i := range h.records {
		if at := &h.records[i]; at.seen == h.taken {
			sum.live = snapshot.AddSaturating(sum.live, at.last.live)
			sum.alloc = snapshot.AddSaturating(sum.alloc, at.last.alloc)
		}
	}
	return sum
}

// record returns a record, new where it was never seen.
func (h *heap) record(id snapshot.StackID, size int64) *record {
	var last RecordID
	known := false
	for at := range h.recordsOf(id) {
		if h.records[at].size == size {
			return &h.records[at]
		}
		last, known = at, true
	}
	h.records = append(h.records, record{stack: id, size: size, unit: unitOf(size, h.rate)})
	place := uint32(len(h.records))
	if known {
		h.records[last].next = place
	} else {
		if n := int(id) + 1 - len(h.index); n > 0 {
			h.index = append(h.index, make([]uint32, n)...)
		}
		h.index[id] = place
		h.stacks = append(h.stacks, id)
	}
	return &h.records[place-1]
}

// recordsOf yields the records of a stack; none for one that was never seen.
func (h *heap) recordsOf(id snapshot.StackID) iter.Seq[RecordID] {
	return func(yield func(RecordID) bool) {
		if int(id) >= len(h.index) {
			return
		}
		for at := h.index[id]; at != 0; at = h.records[at-1].next {
			if !yield(RecordID(at - 1)) {
				return
			}
		}
	}
}

func (h *heap) thin() {
	h.thinned++
	moved := h.timeline.thin()
	h.process.thin(moved)
	h.goal.thin(moved)
	h.bytes = len(h.process.packed) + h.goal.packedSize() + thinAll(len(h.records), func(i int) *series { return &h.records[i].series }, moved)
}
