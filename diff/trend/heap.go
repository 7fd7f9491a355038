package trend

import (
	"time"

	"leaktop/capture/snapshot"
)

// heap is the trends of all heap stacks of a run, as they are kept.
type heap struct {
	timeline
	base, last *snapshot.Profile // first and newest that counted; nil for none
	sampler    sampler
	clock      clock
	stacks     []stack
	index      []uint32 // place in stacks plus one, by stack id
	process    series   // all stacks together
	points     int      // of all series
	taken      uint32   // profiles so far
	cumulative bool     // there was a profile without a column of what lives
}

// stack is one heap stack.
type stack struct {
	series
	churn churn // since the base
	id    snapshot.StackID
	seen  uint32 // number of the newest profile that had it
}

// add takes in a heap profile that counts. One that only tells what was ever
// allocated has no trend.
func (h *heap) add(s *snapshot.Snapshot) {
	p := s.Heap
	if p.Columns().LiveBytes < 0 {
		h.cumulative = true
		return
	}
	var step time.Duration
	if h.base == nil {
		h.base, h.sampler = p, samplerOf(p)
		h.clock.first(s)
	} else {
		step = h.clock.next(s)
	}
	h.last = p
	h.taken++
	place := h.timeline.add(s.Time, step)

	var total amount
	before, now := span{p: h.base}, span{p: p}
	for now.next() {
		id := now.stack()
		before.seek(id)
		at := h.stack(id)
		at.seen, at.churn = h.taken, h.sampler.churn(before, now)
		value := amount{live: now.sum(h.sampler.columns.LiveBytes), alloc: now.sum(h.sampler.columns.AllocBytes)}
		h.set(&at.series, place, value)
		total.live = snapshot.AddSaturating(total.live, value.live)
		total.alloc = snapshot.AddSaturating(total.alloc, value.alloc)
	}
	h.sweep(place)
	h.set(&h.process, place, total)
	for h.crowded(h.points) {
		h.thin()
	}
}

// sweep sets to zero what lives of stacks that the newest profile no longer has.
func (h *heap) sweep(place int) {
	for i := range h.stacks {
		at := &h.stacks[i]
		if at.seen == h.taken || at.last.live == 0 {
			continue
		}
		h.set(&at.series, place, amount{alloc: at.last.alloc})
		at.churn = h.sampler.churn(recordsOf(h.base, at.id), span{p: h.last})
	}
}

func (h *heap) set(s *series, place int, a amount) {
	if s.set(place, a) {
		h.points++
	}
}

// stack returns the place of a stack, new where it was never seen.
func (h *heap) stack(id snapshot.StackID) *stack {
	if at := h.find(id); at != nil {
		return at
	}
	if n := int(id) + 1 - len(h.index); n > 0 {
		h.index = append(h.index, make([]uint32, n)...)
	}
	h.stacks = append(h.stacks, stack{id: id})
	h.index[id] = uint32(len(h.stacks))
	return &h.stacks[len(h.stacks)-1]
}

// find returns a stack that was seen, else nil.
func (h *heap) find(id snapshot.StackID) *stack {
	if int(id) >= len(h.index) || h.index[id] == 0 {
		return nil
	}
	return &h.stacks[h.index[id]-1]
}

func (h *heap) thin() {
	moved := h.timeline.thin()
	h.process.thin(moved)
	h.points = len(h.process.points)
	for i := range h.stacks {
		h.stacks[i].thin(moved)
		h.points += len(h.stacks[i].points)
	}
}
