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
	bytes      int      // of all series
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
	if h.last == nil {
		h.last = &snapshot.Profile{}
	}
	h.taken++
	place := h.timeline.add(s.Time, step)

	before, last, now := span{p: h.base}, span{p: h.last}, span{p: p}
	for now.next() {
		id := now.stack()
		last.seek(id)
		at := h.stack(id)
		at.seen = h.taken
		if last.same(&now) {
			continue // as most are: nothing is to be found anew
		}
		before.seek(id)
		at.churn = h.sampler.churn(before, now)
		h.bytes += at.set(place, amount{live: now.sum(h.sampler.columns.LiveBytes), alloc: now.sum(h.sampler.columns.AllocBytes)})
	}
	h.last = p
	h.sweep(place)
	h.bytes += h.process.set(place, h.total())
	for h.crowded(h.bytes) {
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
		h.bytes += at.set(place, amount{alloc: at.last.alloc})
		at.churn = h.sampler.churn(recordsOf(h.base, at.id), span{p: h.last})
	}
}

// total is all stacks of the newest profile together.
func (h *heap) total() amount {
	var sum amount
	for i := range h.stacks {
		if at := &h.stacks[i]; at.seen == h.taken {
			sum.live = snapshot.AddSaturating(sum.live, at.last.live)
			sum.alloc = snapshot.AddSaturating(sum.alloc, at.last.alloc)
		}
	}
	return sum
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
	h.bytes = len(h.process.packed)
	for i := range h.stacks {
		h.stacks[i].thin(moved)
		h.bytes += len(h.stacks[i].packed)
	}
}
