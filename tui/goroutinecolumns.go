package tui

import (
	"cmp"
	"fmt"
	"time"

	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// goroutineColumns returns the columns for what a row stands for.
func goroutineColumns(c *goroutineContent, th theme.Theme) []list.Column[*goroutineRow] {
	pair, by := c.cmp.pair, c.by
	cols := []list.Column[*goroutineRow]{
		{
			Title: "count", Min: 7, Max: 11, Right: true, Priority: 10, Descending: true,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: units.Count(r.After)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.After, b.After) },
		},
		{
			Title: "Δ", Min: 11, Right: true, Priority: 9, Descending: true,
			Cell: func(r *goroutineRow) list.Cell {
				return list.Cell{Text: changeText(r.status, r.Delta, "count"), Paint: changePaint(th, r.Change)}
			},
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.Delta, b.Delta) },
		},
		{
			Title: "per min", Min: 7, Max: 9, Right: true, Priority: 5, Descending: true,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: pair.rateCell(r.Delta, "count")} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.Delta, b.Delta) },
		},
	}
	verdict := func(r *goroutineRow) *leak.Finding { return r.finding }
	if by == byRequest {
		cols = append(cols, verdictColumn(8, th, verdict))
	}
	if by != byGroup {
		return append(cols,
			list.Column[*goroutineRow]{
				Title: "groups", Min: 8, Right: true, Priority: 5, Descending: true,
				Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: units.Count(int64(r.groups))} },
				Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.groups, b.groups) },
			},
			list.Column[*goroutineRow]{
				Title: [...]string{byState: "state", byRequest: "handler", byLabel: "labels"}[by], Min: 20, Flex: true, Priority: 8,
				Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: r.name} },
				Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.name, b.name) },
			})
	}
	return append(cols,
		list.Column[*goroutineRow]{
			Title: "seen for", Min: 8, Max: 10, Right: true, Priority: 6, Descending: true,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: age(r.seen)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.seen, b.seen) },
		},
		list.Column[*goroutineRow]{
			Title: "state", Min: 12, Max: 19, Priority: 7,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: string(r.group.State)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.group.State, b.group.State) },
		},
		verdictColumn(8, th, verdict),
		list.Column[*goroutineRow]{
			Title: "blocked in", Min: 23, Max: 32, Flex: true, Tail: true, Priority: 8,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: frameName(r.group.Blocked)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.name, b.name) },
		},
		list.Column[*goroutineRow]{
			Title: "where", Min: 13, Max: 24, Priority: 3, Tail: true,
			Cell: func(r *goroutineRow) list.Cell {
				return list.Cell{Text: position(r.group.Blocked.File, r.group.Blocked.Line), Paint: th.Dim}
			},
		},
		list.Column[*goroutineRow]{
			Title: "entered at", Tail: true, Min: 14, Max: 34, Priority: 2,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: frameName(r.group.Entry)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.group.Entry.Function, b.group.Entry.Function) },
		},
		list.Column[*goroutineRow]{
			Title: "labels", Min: 8, Max: 30, Priority: 1,
			Cell: func(r *goroutineRow) list.Cell { return list.Cell{Text: labelText(r.group.Labels), Paint: th.Dim} },
		},
	)
}

// age reads "≥ 2m10s": nobody looked before the first snapshot.
func age(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return "≥" + units.Duration(d)
}

// labelText is the labels that most of the group carry, and how many others there are.
func labelText(labels []diff.LabelCount) string {
	switch len(labels) {
	case 0:
		return ""
	case 1:
		return labels[0].Labels.String()
	}
	return fmt.Sprintf("%s and %d more", labels[0].Labels, len(labels)-1)
}
