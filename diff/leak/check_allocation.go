package leak

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
)

// HandlerAllocation is a handler that allocates far above all others. Its claim
// has the values per-second (bytes), times (ratio to the next handler) and share
// (ratio, of all that is allocated).
const HandlerAllocation Check = "handler-allocation"

// Limits of when a handler allocates far above the others.
const (
	leastAllocation = 8 << 20 // bytes per second: less costs no service anything
	farAbove        = 5.0     // times what the next handler allocates
	shareAllocation = 0.6     // of all that the process allocates
)

// handlerAllocations is what the stacks under one handler allocated.
type handlerAllocations struct {
	handler handler.Handler
	bytes   float64
	stacks  []allocation // the most first
}

type allocation struct {
	stack snapshot.StackID
	bytes int64
}

// allocating is what the handlers allocated in the window.
type allocating struct {
	from, to   time.Time
	most, next handlerAllocations
	total      float64 // of the process
}

// handlerAllocation finds a request handler that allocates far above all
// others: little of it may be kept, but the collector works for it, and the heap
// is larger by what lives between two GCs.
func handlerAllocation() detector[*allocating] {
	return detector[*allocating]{
		check: HandlerAllocation,
		finds: func(_ *scene, a *allocating) bool {
			return a.rate() >= leastAllocation && a.most.bytes >= farAbove*a.next.bytes && a.most.bytes >= shareAllocation*a.total
		},
		claim: func(_ *scene, a *allocating) Fact {
			return Fact{}.With("per-second", a.rate(), Bytes).With("times", math.Floor(a.most.bytes/max(a.next.bytes, 1)), Ratio).
				With("share", a.most.bytes/a.total, Ratio)
		},
		says: func(f Fact) string {
			return fmt.Sprintf("one handler allocates %s/s, %s times as much as the next: %s of all", f.bytes("per-second"), f.count("times"), f.share("share"))
		},
		facts: func(_ *scene, a *allocating) []Fact {
			most := Fact{Kind: AllocatedMost, Handlers: []string{a.next.handler.Name}}
			return []Fact{
				most.With("allocated", a.most.bytes, Bytes).With("next", a.next.bytes, Bytes).lasting(a.to.Sub(a.from)),
				Fact{Kind: ShareAtLine}.With("share", float64(a.most.stacks[0].bytes)/a.most.bytes, Ratio),
			}
		},
		remedy: remedy{
			inGo: "allocate less for each request: stream instead of building everything in memory, reuse buffers (sync.Pool), give slices and maps their capacity; it costs CPU for the collector rather than memory that stays",
		},
	}
}

// rate is what the first handler allocates in a second.
func (a *allocating) rate() float64 { return a.most.bytes / a.to.Sub(a.from).Seconds() }

// allocationFindings are those about what is allocated, kept or not.
func (s *scene) allocationFindings() []Finding {
	a := &allocating{}
	a.from, a.to = s.observer.Window()
	if a.to.Sub(a.from) < shortSpan {
		return nil
	}
	all, total := s.allocations()
	if len(all) < 2 {
		return nil // there is none to compare with
	}
	a.most, a.next, a.total = all[0], all[1], total
	d, ok := firstOf(allocationDetectors(), s, a)
	if !ok {
		return nil
	}
	main := a.most.stacks[0].stack
	f := Finding{
		ID:         idOf(HeapKind, string(d.check), a.most.handler.Function),
		Kind:       HeapKind,
		Verdict:    Growing,
		Confidence: 0.95,
		Where:      s.sites.of(main).where,
		Stack:      main,
		Now:        s.live(main),
		Handler:    a.most.handler,
		HasHandler: true,
		Unit:       Bytes,
	}
	for _, of := range a.most.stacks {
		f.Stacks = append(f.Stacks, of.stack)
	}
	if at, ok := s.observer.Stack(main); ok {
		f.Growth = perMinute(at.Slope)
	}
	d.speak(&f, s, a)
	return []Finding{f}
}

// maxAllocations is how many of the stacks under a handler are named.
const maxAllocations = 5

// allocations adds up by handler what was allocated in the window, the most
// first, and all of it. What the answers to us cost is no handler's.
func (s *scene) allocations() (all []handlerAllocations, total float64) {
	byKey := make(map[string]int)
	for id, n := range s.observer.Allocated() {
		total += float64(n)
		h, ok := s.handler(id)
		if !ok || s.sites.watched(id) {
			continue
		}
		i, known := byKey[h.Key()]
		if !known {
			i = len(all)
			byKey[h.Key()] = i
			all = append(all, handlerAllocations{handler: h})
		}
		all[i].bytes += float64(n)
		all[i].stacks = append(all[i].stacks, allocation{id, n})
	}
	slices.SortStableFunc(all, func(a, b handlerAllocations) int { return cmp.Compare(b.bytes, a.bytes) })
	for i := range all {
		slices.SortStableFunc(all[i].stacks, func(a, b allocation) int { return cmp.Compare(b.bytes, a.bytes) })
		all[i].stacks = all[i].stacks[:min(len(all[i].stacks), maxAllocations)]
	}
	return all, total
}
