package tui

import (
	"cmp"
	"slices"

	"leaktop/capture/snapshot"
)

// sparks is what every heap stack held at a few snapshots from the base to the
// current one, for the trend column.
type sparks struct {
	column                string
	base, current, newest int // snapshots
	points                []*sparkPoint
}

// sparkPoint is one snapshot's part: a stack's values are those of its place.
type sparkPoint struct {
	seq    int
	stacks []snapshot.StackID // in order
	values []float32
}

// of returns what a stack held, one value a snapshot.
func (s sparks) of(stack snapshot.StackID) []float64 {
	out := make([]float64, 0, len(s.points))
	for _, p := range s.points {
		value := 0.0
		if i, ok := slices.BinarySearch(p.stacks, stack); ok {
			value = float64(p.values[i])
		}
		out = append(out, value)
	}
	return out
}

// sparksOf are the values of one column at up to sparkWidth snapshots from the
// base to the current one, or at all of the run where there are no more. They do
// not change any more.
func (a *analyst) sparksOf(c compared, column string) sparks {
	s := &a.sparks
	if s.column != column || s.base != c.base.Seq || s.current != c.current.Seq || s.newest != a.newest.Seq {
		a.sparks = sparks{column: column, base: c.base.Seq, current: c.current.Seq, newest: a.newest.Seq, points: a.sparkPoints(c, column)}
	}
	return a.sparks
}

// sparkPoints unpacks the snapshots that are shown, but for those that were
// shown before.
func (a *analyst) sparkPoints(c compared, column string) []*sparkPoint {
	var before []*sparkPoint
	if a.sparks.column == column {
		before = a.sparks.points
	}
	var out []*sparkPoint
	for _, e := range a.sparkEntries(c) {
		if i := slices.IndexFunc(before, func(p *sparkPoint) bool { return p.seq == e.Seq }); i >= 0 {
			out = append(out, before[i])
			continue
		}
		out = append(out, newSparkPoint(e.Seq, a.history.Profile(e, c.kind), column))
	}
	return out
}

func newSparkPoint(seq int, p *snapshot.Profile, column string) *sparkPoint {
	out := &sparkPoint{seq: seq, stacks: make([]snapshot.StackID, 0, len(p.Keys)), values: make([]float32, 0, len(p.Keys))}
	at := p.Column(column)
	var sum int64
	for i, k := range p.Keys {
		if at >= 0 {
			sum = snapshot.AddSaturating(sum, p.Vector(i)[at])
		}
		if i+1 == len(p.Keys) || p.Keys[i+1].Stack != k.Stack {
			out.stacks, out.values = append(out.stacks, k.Stack), append(out.values, float32(sum))
			sum = 0
		}
	}
	return out
}

// steadySparks is into how many parts the span is cut at the ends of which the
// points of a spark lie: as it grows, most of them stay where they are.
const steadySparks = 64

// sparkEntries are the snapshots of which a spark shows the values: spread
// evenly, the base and the current one among them.
func (a *analyst) sparkEntries(c compared) []*snapshot.Entry {
	var all []*snapshot.Entry
	for _, e := range a.history.RunOf(c.current) {
		if e.Has(c.kind) && e.Seq <= c.current.Seq {
			all = append(all, e)
		}
	}
	if len(all) <= sparkWidth {
		return all
	}
	bySeq := func(e *snapshot.Entry, seq int) int { return cmp.Compare(e.Seq, seq) }
	from, _ := slices.BinarySearchFunc(all, c.base.Seq, bySeq)
	all = all[from:]
	if len(all) <= sparkWidth {
		return all
	}
	span, step := c.current.Seq-c.base.Seq, 1
	for span/step > steadySparks {
		step *= 2
	}
	var out []*snapshot.Entry
	for i := range sparkWidth {
		offset := i * span / (sparkWidth - 1)
		if i < sparkWidth-1 {
			offset -= offset % step
		}
		at, _ := slices.BinarySearchFunc(all, c.base.Seq+offset, bySeq)
		if e := all[at]; len(out) == 0 || out[len(out)-1] != e {
			out = append(out, e)
		}
	}
	return out
}
