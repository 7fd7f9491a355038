package tui

import (
	"cmp"
	"strings"

	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/chart"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// sparkWidth is how many snapshots the trend column shows.
const sparkWidth = 6

// heapColumns returns the columns for what a row stands for. They drop from the
// right where the window is narrow, except for the function's name.
func heapColumns(c *heapContent, th theme.Theme) []list.Column[*heapRow] {
	unit, pair, trends := c.unit(), c.cmp.pair, c.trends
	cols := []list.Column[*heapRow]{
		deltaColumn("Δ "+unitWord(unit), unit, th, func(r *heapRow) diff.Change { return r.Flat }, func(r *heapRow) diff.Status { return r.Status }),
		errorColumn(unit, func(r *heapRow) diff.Change { return r.Flat }),
	}
	switch c.by {
	case byStack:
		if c.objectsColumn() >= 0 {
			cols = append(cols, list.Column[*heapRow]{
				Title: "Δ objects", Min: 9, Max: 11, Right: true, Priority: 4, Descending: true,
				Cell:    func(r *heapRow) list.Cell { return list.Cell{Text: units.SignedCount(r.objects)} },
				Compare: func(a, b *heapRow) int { return cmp.Compare(a.objects, b.objects) },
			})
		}
	case byHandler:
	default:
		cols = append(cols, list.Column[*heapRow]{
			Title: "Δ cum", Min: 10, Right: true, Priority: 7, Descending: true,
			Cell:    func(r *heapRow) list.Cell { return list.Cell{Text: units.Signed(r.Cum.Delta, unit)} },
			Compare: func(a, b *heapRow) int { return cmp.Compare(a.Cum.Delta, b.Cum.Delta) },
		})
	}
	cols = append(cols,
		list.Column[*heapRow]{
			Title: "now", Min: 10, Right: true, Priority: 6, Descending: true,
			Cell:    func(r *heapRow) list.Cell { return list.Cell{Text: units.Format(r.Flat.After, unit)} },
			Compare: func(a, b *heapRow) int { return cmp.Compare(a.Flat.After, b.Flat.After) },
		},
		list.Column[*heapRow]{
			Title: "per min", Min: 11, Right: true, Priority: 5, Descending: true,
			Cell:    func(r *heapRow) list.Cell { return list.Cell{Text: pair.rateCell(r.Flat.Delta, unit)} },
			Compare: func(a, b *heapRow) int { return cmp.Compare(a.Flat.Delta, b.Flat.Delta) },
		},
	)
	if c.by == byStack {
		cols = append(cols, list.Column[*heapRow]{
			Title: "trend", Min: sparkWidth, Priority: 2,
			Cell: func(r *heapRow) list.Cell { return list.Cell{Text: chart.Spark(trends.of(r.Stack), sparkWidth)} },
		})
	}
	cols = append(cols, verdictColumn(8, th, func(r *heapRow) *leak.Finding { return r.finding }))
	title, name := "function", shortName
	asIs := func(name string) string { return name }
	switch c.by {
	case byPackage:
		title, name = "package", asIs // "json" alone may be any of several
	case byHandler:
		title, name = "handler", asIs
		cols = append(cols, list.Column[*heapRow]{
			Title: "stacks", Min: 8, Right: true, Priority: 4, Descending: true,
			Cell:    func(r *heapRow) list.Cell { return list.Cell{Text: units.Count(int64(r.stacks))} },
			Compare: func(a, b *heapRow) int { return cmp.Compare(a.stacks, b.stacks) },
		})
	}
	cols = append(cols, list.Column[*heapRow]{
		Title: title, Min: 20, Max: 44, Flex: true, Priority: 9, Tail: true,
		Cell:    func(r *heapRow) list.Cell { return list.Cell{Text: name(r.Name)} },
		Compare: func(a, b *heapRow) int { return cmp.Compare(a.Name, b.Name) },
	})
	if c.by != byPackage {
		cols = append(cols, list.Column[*heapRow]{
			Title: "where", Min: 13, Max: 24, Priority: 1, Tail: true,
			Cell: func(r *heapRow) list.Cell { return list.Cell{Text: position(r.File, r.Line), Paint: th.Dim} },
		})
	}
	return cols
}

// deltaColumn shows the change, or NEW and GONE where a word says more.
func deltaColumn[T any](title, unit string, th theme.Theme, of func(T) diff.Change, status func(T) diff.Status) list.Column[T] {
	return list.Column[T]{
		Title: title, Min: 15, Right: true, Priority: 10, Descending: true,
		Cell: func(r T) list.Cell {
			c := of(r)
			return list.Cell{Text: changeText(status(r), c.Delta, unit), Paint: changePaint(th, c)}
		},
		Compare: func(a, b T) int { return cmp.Compare(of(a).Delta, of(b).Delta) },
	}
}

func errorColumn[T any](unit string, of func(T) diff.Change) list.Column[T] {
	return list.Column[T]{
		Title: "±", Min: 10, Right: true, Priority: 3, Descending: true,
		Cell:    func(r T) list.Cell { return list.Cell{Text: strings.TrimPrefix(errorText(of(r), unit), "±")} },
		Compare: func(a, b T) int { return cmp.Compare(of(a).Stderr, of(b).Stderr) },
	}
}

func unitWord(unit string) string {
	if unit == "count" {
		return "objects"
	}
	return unit
}
