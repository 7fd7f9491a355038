package tui

import (
	"cmp"

	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/list"
	"leaktop/tui/theme"
)

// entry is one line of the lists that hold things of several kinds: findings,
// heap stacks and groups of goroutines.
type entry struct {
	title, note string // of a heading, which has nothing else

	key     any           // a finding's id, a snapshot.StackID or a diff.GroupKey
	finding *leak.Finding // that it is or belongs to, nil for none
	what    string
	rate    string  // of its growth
	holds   int64   // bytes, negative where that is not known
	alloc   float64 // bytes a second, 0 where that is not known
	name    string  // the function to look at
	where   string  // file:line
	handler string
	page    func() page // what enter opens
}

// newEntries returns a list of them, deferred where there may be many.
func newEntries(th theme.Theme, deferred bool) *list.List[entry, any] {
	return list.New(list.Config[entry, any]{
		Key: func(e entry) any { return e.key },
		Text: func(e entry) string {
			return e.verdict() + " " + e.what + " " + e.name + " " + e.where + " " + e.handler
		},
		Heading:  func(e entry) (string, string) { return e.title, e.note },
		Theme:    th,
		Deferred: deferred,
	})
}

// verdict is the word of what is judged.
func (e entry) verdict() string {
	if e.finding == nil {
		return ""
	}
	return e.finding.Verdict.String()
}

// findingEntry is the line of a finding.
func (m *Model) findingEntry(f *leak.Finding) entry {
	e := entry{
		key:     f.ID,
		finding: f,
		what:    f.Summary(),
		rate:    perMinuteCell(perMinuteText(growthOf(f), f.Unit)),
		holds:   -1,
		name:    "the process",
		page:    func() page { return newFindingDetail(m, f) },
	}
	if holds, known := f.Holds.Get(); known {
		e.holds = holds
	}
	if f.Kind != leak.ProcessKind {
		e.name, e.where = frameName(f.Where), position(f.Where.File, f.Where.Line)
	}
	if f.HasHandler {
		e.handler = f.Handler.Name
	}
	return e
}

// entryColumns are the columns of such a list. The allocation rate is known of
// few of them, and the handler is the same for all on the page of one.
func entryColumns(th theme.Theme) []list.Column[entry] {
	return []list.Column[entry]{
		verdictColumn(10, th, func(e entry) *leak.Finding { return e.finding }),
		{
			Title: "what", Min: 30, Max: 52, Flex: true, Prose: true, Priority: 7,
			Cell:    func(e entry) list.Cell { return list.Cell{Text: e.what} },
			Compare: func(a, b entry) int { return cmp.Compare(a.what, b.what) },
		},
		{
			Title: "per min", Min: 11, Right: true, Priority: 8,
			Cell: func(e entry) list.Cell { return list.Cell{Text: e.rate} },
		},
		{
			Title: "≈ holds", Min: 10, Right: true, Priority: 6, Descending: true,
			Cell:    func(e entry) list.Cell { return list.Cell{Text: knownBytes(e.holds)} },
			Compare: func(a, b entry) int { return cmp.Compare(a.holds, b.holds) },
		},
		{
			Title: "function", Min: 22, Max: 26, Tail: true, Priority: 9,
			Cell:    func(e entry) list.Cell { return list.Cell{Text: e.name} },
			Compare: func(a, b entry) int { return cmp.Compare(a.name, b.name) },
		},
		{
			Title: "where", Min: 13, Max: 24, Tail: true, Priority: 5,
			Cell: func(e entry) list.Cell { return list.Cell{Text: e.where, Paint: th.Dim} },
		},
	}
}

// handlerColumn names the request handler.
func handlerColumn() list.Column[entry] {
	return list.Column[entry]{
		Title: "handler", Min: 18, Max: 30, Tail: true, Priority: 4,
		Cell:    func(e entry) list.Cell { return list.Cell{Text: e.handler} },
		Compare: func(a, b entry) int { return cmp.Compare(a.handler, b.handler) },
	}
}

// verdictColumn shows the word of the finding that a row is or belongs to.
func verdictColumn[T any](priority int, th theme.Theme, of func(T) *leak.Finding) list.Column[T] {
	severity := func(row T) int {
		if f := of(row); f != nil {
			return f.Verdict.Severity()
		}
		return -1
	}
	return list.Column[T]{
		Title: "verdict", Min: len("verdict"), Max: len("verdict") + 2, Priority: priority, Descending: true,
		Cell: func(row T) list.Cell {
			f := of(row)
			if f == nil {
				return list.Cell{}
			}
			return list.Cell{Text: f.Verdict.String(), Paint: verdictPaint(th, f.Verdict)}
		},
		Compare: func(a, b T) int { return cmp.Compare(severity(a), severity(b)) },
	}
}

func knownBytes(n int64) string {
	if n < 0 {
		return ""
	}
	return units.Bytes(n)
}
