package tui

import (
	"cmp"
	"math"
	"slices"

	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// maxGrowers bounds the list: who wants all of them looks at the screens of their kind.
const maxGrowers = 50

// grower is what grew since the base and belongs to no finding.
type grower struct {
	entry
	share float64 // of all growth of its kind
}

// growers returns what grew beyond its sampling error, heap stacks and
// goroutine groups together, in the order of their share in their kind's growth.
// What belongs to a finding is left out: that one has the word. Here and below
// only the configuration of m is looked at: all else is the analyst's.
func (m *Model) growers(a *analyst, heap, goroutines compared) []entry {
	all := m.heapGrowers(a, heap)
	if a.stopped() {
		return nil
	}
	all = append(all, m.groupGrowers(a, goroutines)...)
	slices.SortStableFunc(all, func(a, b grower) int { return cmp.Compare(b.share, a.share) })
	out := make([]entry, min(len(all), maxGrowers))
	for i := range out {
		out[i] = all[i].entry
	}
	return out
}

func (m *Model) heapGrowers(a *analyst, c compared) []grower {
	if c.Comparison == nil {
		return nil
	}
	column := c.Columns().LiveBytes
	if column < 0 {
		return nil // what only counts up says nothing about what is kept
	}
	var out []grower
	growth := 0.0
	for _, r := range a.byStack(c, column) {
		growth += max(0, float64(r.Flat.Delta))
		if r.Flat.Delta > 0 && r.Flat.Significant() && a.verdicts.ofStack(r.Stack) == nil {
			out = append(out, grower{m.heapEntry(a.verdicts, c, column, r), float64(r.Flat.Delta)})
		}
	}
	return shared(out, growth)
}

func (m *Model) groupGrowers(a *analyst, c compared) []grower {
	if c.Comparison == nil {
		return nil
	}
	var out []grower
	growth := 0.0
	for _, g := range a.groups() {
		growth += max(0, float64(g.Delta))
		if multiplied(g.Change) && a.verdicts.ofGroup(&g) == nil {
			out = append(out, grower{m.groupEntry(a.verdicts, c, g), float64(g.Delta)})
		}
	}
	return shared(out, growth)
}

// shared turns growth into its part of all growth.
func shared(gs []grower, growth float64) []grower {
	for i := range gs {
		gs[i].share /= growth
	}
	return gs
}

// heapEntry is the line of a heap stack.
func (m *Model) heapEntry(v *verdicts, c compared, column int, r diff.Row) entry {
	return entry{
		key:     r.Stack,
		finding: v.ofStack(r.Stack),
		what:    "heap",
		rate:    c.rateCell(r.Flat.Delta, c.Types[column].Unit),
		holds:   r.Flat.After,
		name:    shortName(r.Name),
		where:   position(r.File, r.Line),
		page:    func() page { return newHeapDetail(m, byStack, r, c, c.Types[column].Name) },
	}
}

// groupEntry is the line of a group of goroutines.
func (m *Model) groupEntry(v *verdicts, c compared, g diff.Group) entry {
	return entry{
		key:     g.Key,
		finding: v.ofGroup(&g),
		what:    units.Plural(g.After, "goroutine") + ", " + string(g.State),
		rate:    c.rateCell(g.Delta, "count"),
		holds:   -1,
		name:    frameName(g.Blocked),
		where:   position(g.Blocked.File, g.Blocked.Line),
		page:    func() page { return newGroupDetail(m, g, c) },
	}
}

// multiplied reports whether goroutines became more than comes and goes with
// requests, which is about the square root of their number: three times that,
// and more than two at all.
func multiplied(c diff.Change) bool {
	return c.Delta > 2 && float64(c.Delta) > 3*math.Sqrt(float64(c.Before))
}

// countPaint is amber for goroutines that became more than that.
func countPaint(th theme.Theme, c diff.Change) theme.Paint {
	if multiplied(c) {
		return th.Growing
	}
	return th.Normal
}
