package tui

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// grower is something that grew since the base: a heap stack or a group of goroutines.
type grower struct {
	key    any // a snapshot.StackID or a diff.GroupKey
	kind   string
	name   string // the function
	where  string // file:line
	rate   string
	now    string
	share  float64 // of all growth of its kind
	change diff.Change
	page   func() page // what enter opens
}

// maxGrowers bounds the list: who wants all of them looks at the screens of their kind.
const maxGrowers = 50

// growers returns what grew beyond its sampling error, heap stacks and
// goroutine groups together, in the order of their share in their kind's growth.
func (m *Model) growers(heap, goroutines compared) []grower {
	out := append(m.heapGrowers(heap), m.groupGrowers(goroutines)...)
	slices.SortStableFunc(out, func(a, b grower) int { return cmp.Compare(b.share, a.share) })
	return out[:min(len(out), maxGrowers)]
}

func (m *Model) heapGrowers(c compared) []grower {
	if c.Comparison == nil {
		return nil
	}
	column := c.Columns().LiveBytes
	if column < 0 {
		return nil // what only counts up says nothing about what is kept
	}
	var rows []diff.Row
	growth := 0.0
	for _, r := range c.ByStack(column, m.cfg.Own) {
		growth += max(0, float64(r.Flat.Delta))
		if r.Flat.Delta > 0 && r.Flat.Significant() {
			rows = append(rows, r)
		}
	}
	unit := c.Types[column].Unit
	out := make([]grower, 0, len(rows))
	for _, r := range rows {
		out = append(out, grower{
			key:    r.Stack,
			kind:   "heap",
			name:   shortName(r.Name),
			where:  position(r.File, r.Line),
			rate:   c.rateText(r.Flat.Delta, unit),
			now:    units.Format(r.Flat.After, unit),
			share:  float64(r.Flat.Delta) / growth,
			change: r.Flat,
			page:   func() page { return newHeapDetail(m, byStack, r, c.Types[column].Name) },
		})
	}
	return out
}

func (m *Model) groupGrowers(c compared) []grower {
	if c.Comparison == nil {
		return nil
	}
	var groups []diff.Group
	growth := 0.0
	for _, g := range m.data.groups() {
		growth += max(0, float64(g.Delta))
		if multiplied(g.Change) {
			groups = append(groups, g)
		}
	}
	out := make([]grower, 0, len(groups))
	for _, g := range groups {
		out = append(out, grower{
			key:    g.Key,
			kind:   string(g.State),
			name:   frameName(g.Blocked),
			where:  position(g.Blocked.File, g.Blocked.Line),
			rate:   c.rateText(g.Delta, "count"),
			now:    units.Plural(g.After, "goroutine"),
			share:  float64(g.Delta) / growth,
			change: g.Change,
			page:   func() page { return newGroupDetail(m, g) },
		})
	}
	return out
}

// shareText is a part of a whole in percent.
func shareText(share float64) string {
	if share < 0.01 {
		return "<1%"
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}

// multiplied reports whether goroutines became more than comes and goes with
// requests, which is about the square root of their number: three times that,
// and more than two at all.
func multiplied(c diff.Change) bool {
	return c.Delta > 2 && float64(c.Delta) > 3*math.Sqrt(float64(c.Before))
}

func growerColumns(th theme.Theme) []list.Column[grower] {
	return []list.Column[grower]{
		{
			Title: "per min", Min: 15, Right: true, Priority: 10,
			Cell: func(g grower) list.Cell { return list.Cell{Text: g.rate, Paint: th.Growing} },
		},
		{
			Title: "share", Min: 7, Right: true, Priority: 6, Descending: true,
			Cell:    func(g grower) list.Cell { return list.Cell{Text: shareText(g.share)} },
			Compare: func(a, b grower) int { return cmp.Compare(a.share, b.share) },
		},
		{
			Title: "now", Min: 14, Right: true, Priority: 8,
			Cell: func(g grower) list.Cell { return list.Cell{Text: g.now} },
		},
		{
			Title: "what", Min: 16, Max: 26, Priority: 7,
			Cell:    func(g grower) list.Cell { return list.Cell{Text: g.kind, Paint: th.Dim} },
			Compare: func(a, b grower) int { return cmp.Compare(a.kind, b.kind) },
		},
		{
			Title: "function", Min: 22, Max: 34, Flex: true, Tail: true, Priority: 9,
			Cell:    func(g grower) list.Cell { return list.Cell{Text: g.name} },
			Compare: func(a, b grower) int { return cmp.Compare(a.name, b.name) },
		},
		{
			Title: "where", Min: 17, Max: 24, Priority: 5,
			Cell: func(g grower) list.Cell { return list.Cell{Text: g.where, Paint: th.Dim} },
		},
	}
}
