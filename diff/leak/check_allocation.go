package leak

import (
	"cmp"
	"fmt"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
	"leaktop/diff/units"
)

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

// handlerAllocation finds a request handler that allocates far above all
// others: little of it may be kept, but the collector works for it, and the heap
// is larger by what lives between two GCs.
func (s *scene) handlerAllocation() (Finding, bool) {
	from, to := s.observer.Window()
	seconds := to.Sub(from).Seconds()
	if seconds < shortSpan.Seconds() {
		return Finding{}, false
	}
	all, total := s.allocations()
	if len(all) < 2 {
		return Finding{}, false // there is none to compare with
	}
	most, next := all[0], all[1]
	rate := most.bytes / seconds
	if rate < leastAllocation || most.bytes < farAbove*next.bytes || most.bytes < shareAllocation*total {
		return Finding{}, false
	}
	main := most.stacks[0]
	f := Finding{
		ID:         idOf(HeapKind, string(HandlerAllocation), most.handler.Function),
		Kind:       HeapKind,
		Check:      HandlerAllocation,
		Verdict:    Growing,
		Confidence: 0.95,
		Summary: fmt.Sprintf("one handler allocates %s/s, %s times as much as the next: %s of all",
			bytesOf(rate), units.Count(int64(most.bytes/max(next.bytes, 1))), percent(most.bytes/total)),
		Where:      s.sites.of(main.stack).where,
		Stack:      main.stack,
		Now:        s.live(main.stack),
		Handler:    most.handler,
		HasHandler: true,
		Unit:       Bytes,
		Evidence: []string{
			fmt.Sprintf("%s in %s, where %s allocated %s", bytesOf(most.bytes), units.Duration(to.Sub(from)), next.handler.Name, bytesOf(next.bytes)),
			fmt.Sprintf("%s of it at this line", percent(float64(main.bytes)/most.bytes)),
		},
		Remedy: "allocate less for each request: stream instead of building everything in memory, reuse buffers (sync.Pool), give slices and maps their capacity; it costs CPU for the collector rather than memory that stays",
	}
	for _, a := range most.stacks {
		f.Stacks = append(f.Stacks, a.stack)
	}
	if at, ok := s.observer.Stack(main.stack); ok {
		f.Growth = trend.Estimate{Value: 60 * at.Slope.Value, Low: 60 * at.Slope.Low, High: 60 * at.Slope.High, Known: at.Slope.Known}
	}
	return f, true
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
