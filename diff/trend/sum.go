package trend

import (
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Stack returns the trend of one heap stack, whether it grew or not; false for
// a stack that no counted snapshot had, or with fewer than two of those. Its Q
// is unknown.
func (o *Observer) Stack(id snapshot.StackID) (HeapTrend, bool) {
	t, ok := o.Sum([]snapshot.StackID{id})
	t.Stack = id
	return t, ok
}

// Group returns the trend of one goroutine group, whether it grew or not; false
// for one that no snapshot had, or with fewer than two of those. Its Q is
// unknown.
func (o *Observer) Group(key diff.GroupKey) (GroupTrend, bool) {
	at := o.groups.find(key)
	if at == nil || len(o.groups.times) < 2 {
		return GroupTrend{}, false
	}
	read := newReader(o.groups.timeline)
	return o.groups.trend(read, at, weigh(read.curve(&at.series), at.moved, at.ends(), 0), true), true
}

// Sum returns the trend of some heap stacks together, tested as a single one
// is, so that growth which only moved from one of them to another shows as
// level. Stacks that were never seen count as zero; false where none was seen,
// or with fewer than two counted snapshots. Its Q is unknown.
func (o *Observer) Sum(ids []snapshot.StackID) (HeapTrend, bool) {
	stacks, all, since := o.heap.some(ids)
	if len(stacks) == 0 || len(o.heap.times) < 2 {
		return HeapTrend{}, false
	}
	read := newReader(o.heap.timeline)
	e := weigh(read.curve(all...), since, since, read.turnover(all...))
	return o.heap.trend(read, stacks, e, read.load(&o.heap.process), true), true
}

// ByLoad returns the growth of a heap stack against what some stacks allocated,
// such as those of the handlers; unknown where they allocated nothing.
func (o *Observer) ByLoad(id snapshot.StackID, of []snapshot.StackID) Load {
	at := o.heap.find(id)
	_, all, _ := o.heap.some(of)
	if at == nil || len(all) == 0 || len(o.heap.times) < 2 {
		return Load{}
	}
	read := newReader(o.heap.timeline)
	c := read.curve(&at.series)
	return against(c, read.load(all...), weigh(c, at.churn, at.churn, read.turnover(&at.series)).spread)
}

// some returns the stacks of these ids that were seen, each once.
func (h *heap) some(ids []snapshot.StackID) ([]*stack, []*series, churn) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var stacks []*stack
	var all []*series
	var since churn
	for _, id := range slices.Compact(ids) {
		if at := h.find(id); at != nil {
			stacks = append(stacks, at)
			all = append(all, &at.series)
			since.add(at.churn)
		}
	}
	return stacks, all, since
}

// NetGrowth is what some heap stacks grew by together, in bytes; negative where
// they shrank. It costs little, and tells nothing of errors.
func (o *Observer) NetGrowth(ids []snapshot.StackID) int64 {
	var sum int64
	for _, id := range ids {
		if at := o.heap.find(id); at != nil {
			sum = snapshot.AddSaturating(sum, snapshot.SubSaturating(at.last.live, at.first.live))
		}
	}
	return sum
}

// Through returns the heap stacks that pass through a function or end in it, in
// the order in which they were first seen. The caller must not change the slice.
func (o *Observer) Through(function string) []snapshot.StackID {
	o.frames.extend(o.table, o.heap.stacks)
	return o.frames.through[function]
}

// Ending returns the heap stacks that end in a function, as [Observer.Through]
// those through it.
func (o *Observer) Ending(function string) []snapshot.StackID {
	o.frames.extend(o.table, o.heap.stacks)
	return o.frames.leaves[function]
}

// frameIndex finds the heap stacks through a function.
type frameIndex struct {
	indexed int // of the stacks
	leaves  map[string][]snapshot.StackID
	through map[string][]snapshot.StackID
}

// extend takes in the stacks that are new since the last time.
func (x *frameIndex) extend(t *snapshot.Table, stacks []stack) {
	if x.leaves == nil {
		x.leaves = make(map[string][]snapshot.StackID)
		x.through = make(map[string][]snapshot.StackID)
	}
	for _, s := range stacks[x.indexed:] {
		leaf := t.Leaf(s.id).Function
		x.leaves[leaf] = append(x.leaves[leaf], s.id)
		for f := range t.Frames(s.id) {
			// A function that calls itself stands in a stack more than once.
			if at := x.through[f.Function]; len(at) == 0 || at[len(at)-1] != s.id {
				x.through[f.Function] = append(at, s.id)
			}
		}
	}
	x.indexed = len(stacks)
}
