package tui

import (
	"cmp"
	"time"

	"github.com/charmbracelet/x/ansi"

	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// rowsHave is what there is in the rows of the table: a column that is empty is
// not shown, and one whose texts must not be cut is as wide as they are.
type rowsHave struct {
	seen, labels, told, starter, verdict bool
	count, state, wait                   int // cells that the widest takes
}

func whatRowsHave(rows []*goroutineRow) rowsHave {
	var has rowsHave
	for _, r := range rows {
		has.seen = has.seen || r.seen > 0
		has.told = has.told || r.isTold
		has.verdict = has.verdict || r.finding != nil
		has.starter = has.starter || r.starter != ""
		has.count = max(has.count, len(units.Count(r.After)))
		has.wait = max(has.wait, ansi.StringWidth(r.wait()))
		if r.group != nil {
			has.labels = has.labels || len(r.group.Labels) > 0
			has.state = max(has.state, len(r.state()))
		}
	}
	return has
}

// The widest that a state and a wait are, but for states that nobody knows yet:
// "select (no cases), finalizer", "3d16h–3d21h".
const (
	widestState = 28
	widestWait  = 12
)

// goroutineColumns returns the columns for what a row stands for.
func goroutineColumns(c *goroutineContent, th theme.Theme) []list.Column[*goroutineRow] {
	pair, by, has := c.cmp.pair, c.by, c.has
	narrowest, widest, blocked := 7, 11, 23
	if has.told {
		// What a dump tells is worth more than empty cells and longer names.
		narrowest, widest, blocked = max(len("count"), min(has.count, narrowest)), max(has.count, narrowest), 16
	}
	alone := pair.base == pair.current // nothing to compare with
	cols := []list.Column[*goroutineRow]{
		{
			Title: "count", Min: narrowest, Max: widest, Right: true, Priority: 10, Descending: true,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: units.Count(r.After)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.After, b.After) },
		},
		{
			Title: "Δ", Min: 11, Hidden: alone, Right: true, Priority: 9, Descending: true,
			Cell: func(r *goroutineRow) list.Cell {
				return list.Cell{Text: changeText(r.status, r.Delta, "count"), Paint: changePaint(th, r.Change)}
			},
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.Delta, b.Delta) },
		},
		{
			Title: "per min", Min: 7, Max: 9, Hidden: pair.elapsed() <= 0, Right: true, Priority: 5, Descending: true,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: pair.rateCell(r.Delta, "count")} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.Delta, b.Delta) },
		},
	}
	verdict := func(r *goroutineRow) *leak.Finding { return r.finding }
	if by == byRequest {
		cols = append(cols, verdictColumn(8, th, verdict))
	}
	if by != byGroup {
		named := 20
		if by == byLabel {
			named = 30 // what is not listed must be seen to be there
		}
		return append(cols,
			waitColumn(c),
			list.Column[*goroutineRow]{
				Title: "groups", Min: 8, Hidden: by == byLabel, Right: true, Priority: 5, Descending: true,
				Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: units.Count(int64(r.groups))} },
				Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.groups, b.groups) },
			},
			list.Column[*goroutineRow]{
				Title: [...]string{byState: "state", byRequest: "handler", byLabel: "label", byLabelSet: "labels"}[by], Min: named, Flex: true, Priority: 8,
				Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: r.labelText(c.opened)} },
				Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.name, b.name) },
			})
	}
	verdicts := verdictColumn(8, th, verdict)
	verdicts.Hidden = !has.verdict
	return append(cols,
		list.Column[*goroutineRow]{
			Title: "seen for", Min: 8, Max: 10, Hidden: !has.seen, Right: true, Priority: 6, Descending: true,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: age(r.seen)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.seen, b.seen) },
		},
		list.Column[*goroutineRow]{
			Title: "state", Min: max(len("state"), min(has.state, widestState)), Priority: 7,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: r.state()} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.state(), b.state()) },
		},
		waitColumn(c),
		verdicts,
		list.Column[*goroutineRow]{
			Title: "blocked in", Min: blocked, Max: 32, Flex: true, Tail: true, Priority: 8,
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
			Title: "started by", Tail: true, Min: 16, Max: 40, Hidden: !has.starter, Priority: 4,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: r.starter} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.starter, b.starter) },
		},
		list.Column[*goroutineRow]{
			Title: "entered at", Tail: true, Min: 14, Max: 34, Priority: 2,
			Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: frameName(r.group.Entry)} },
			Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.group.Entry.Function, b.group.Entry.Function) },
		},
		list.Column[*goroutineRow]{
			Title: "labels", Min: 8, Max: 30, Hidden: !has.labels, Priority: 1,
			Cell: func(r *goroutineRow) list.Cell { return list.Cell{Text: r.labels, Paint: th.Dim} },
		},
	)
}

// waitColumn is what a full dump reports, and of which snapshot that is where it
// is not the one that is looked at. Where there is no room for all, the longest
// wait is seen.
func waitColumn(c *goroutineContent) list.Column[*goroutineRow] {
	title := "wait"
	if dump := c.cmp.pair.dump; dump.seq != 0 && dump.seq != c.cmp.pair.current.Seq {
		title = "wait, #" + itoa(dump.seq)
	}
	return list.Column[*goroutineRow]{
		Title: title, Min: max(len(title), 7), Max: min(c.has.wait, widestWait), Hidden: !c.has.told, Right: true, Tail: true, Priority: 9, Descending: true,
		Cell:    func(r *goroutineRow) list.Cell { return list.Cell{Text: r.wait()} },
		Compare: func(a, b *goroutineRow) int { return cmp.Compare(a.told.Most, b.told.Most) },
	}
}

// age reads "≥ 2m10s": nobody looked before the first snapshot.
func age(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return "≥" + units.Duration(d)
}
