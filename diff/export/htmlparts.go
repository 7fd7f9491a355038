package export

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// cardGroup is findings under one head.
type cardGroup struct {
	Head  string // "" for those that are news
	Cards []card
}

// card is one finding.
type card struct {
	ID, Verdict, Summary, Sure string
	Facts                      facts
	Evidence                   []string
	Surer, Remedy              string
	Stacks                     []shownStack
}

// Name and Text are for the template.
func (f fact) Name() string { return f.name }

// Text is what is said.
func (f fact) Text() string { return f.text }

// shownStack is a stack with what it is, leaf first.
type shownStack struct {
	What   string
	Frames []shownFrame
}

type shownFrame struct {
	Function, Place string
	Own             bool
}

func newShownStack(t *snapshot.Table, what string, id snapshot.StackID) shownStack {
	s := shownStack{What: what}
	for f := range t.Frames(id) {
		s.Frames = append(s.Frames, shownFrame{Function: functionName(f), Place: fullPlace(f), Own: diff.IsOwn(f, nil)})
	}
	return s
}

// fullPlace is the file of a frame with its line, "" unknown.
func fullPlace(f snapshot.Frame) string {
	if f.File == "" || f.Line == 0 {
		return f.File
	}
	return f.File + ":" + line(f.Line)
}

// cardGroups are the findings in the order of a report.
func cardGroups(r Run) []cardGroup {
	if r.Judged == nil {
		return nil
	}
	c := r.check()
	c.All = true
	var out []cardGroup
	for _, of := range []struct {
		head     string
		findings []listed
	}{{"", c.news()}, {"Known from the baseline", c.known()}, {"Levelled off", c.plateaus()}} {
		g := cardGroup{Head: of.head}
		for _, l := range of.findings {
			g.Cards = append(g.Cards, newCard(c, l))
		}
		if len(g.Cards) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func newCard(c Check, l listed) card {
	out := card{ID: l.ID, Verdict: string(l.Verdict), Summary: l.Summary(), Evidence: l.evidence(), Surer: l.Recheck.Text(), Remedy: l.Remedy}
	if l.Confidence > 0 {
		out.Sure = percentSure(l.Confidence)
	}
	for _, f := range c.facts(l) {
		switch f.name {
		case "why", "surer", "repair", "id": // have places of their own
		default:
			out.Facts = append(out.Facts, f)
		}
	}
	if l.Stack != snapshot.NoStack {
		out.Stacks = append(out.Stacks, newShownStack(c.Table, "The stack, leaf first", l.Stack))
	}
	for _, to := range l.Related {
		if to.Stack != snapshot.NoStack {
			out.Stacks = append(out.Stacks, newShownStack(c.Table, "A "+string(to.Kind)+" stack related to it: "+amounts(to.Now), to.Stack))
		}
	}
	return out
}

// heapTable is by function, as go tool pprof -top has it.
type heapTable struct {
	There bool // a heap was compared
	Title string
	Total string
	Empty string // why there are no rows
	Rows  []heapRow
	More  string // how many rows were left out
}

type heapRow struct {
	Flat, Stderr, Now, Cum cell
	Status                 string
	Name, Place            string
	Stack                  shownStack
}

// cell is a number with what it is sorted by.
type cell struct {
	Text  string
	Value int64
	Sign  string // "up", "down" or ""
}

func newHeapTable(r Run, c column, o Options) heapTable {
	if c.Comparison == nil || c.Comparison != r.Heap {
		c = column{r.Heap, -1}
		if r.Heap != nil {
			c.index = r.Heap.DefaultColumn()
		}
	}
	if r.Heap == nil {
		return heapTable{}
	}
	t := heapTable{There: true, Title: c.title()}
	if c.index < 0 {
		t.Empty = "The profiles have no sample types."
		return t
	}
	v := values{unit: c.sampleType().Unit, exact: o.Exact}
	t.Total = v.total(c.Total(c.index))
	all := changedRows(c.ByFunction(c.index))
	if len(all) == 0 {
		t.Empty = sentence(unchanged(c.Comparison, c.index)) + "."
	}
	rows := atMost(all, o.Limit)
	for _, row := range rows {
		at := snapshot.Frame{File: row.File, Line: row.Line}
		t.Rows = append(t.Rows, heapRow{
			Flat:   changeCell(v, row.Flat),
			Stderr: cell{Text: v.stderr(row.Flat.Stderr), Value: row.Flat.Stderr},
			Now:    cell{Text: v.value(row.Flat.After), Value: row.Flat.After},
			Cum:    changeCell(v, row.Cum),
			Status: v.status(row.Status),
			Name:   row.Name,
			Place:  place(at),
			Stack:  newShownStack(c.Table, "The stack that changed most, leaf first", row.Stack),
		})
	}
	t.More = moreRows(len(all)-len(rows), "function")
	return t
}

// changeCell is a change, with a sign unless it may be noise.
func changeCell(v values, c diff.Change) cell {
	out := cell{Text: v.change(c.Delta), Value: c.Delta}
	switch {
	case !c.Significant():
	case c.Delta > 0:
		out.Sign = "up"
	default:
		out.Sign = "down"
	}
	return out
}

func moreRows(n int, what string) string {
	if n <= 0 {
		return ""
	}
	return "and " + units.Plural(n, "more "+what) + ", which the CSV has"
}

// goroutineTable is by group: where they wait, and what they were started as.
type goroutineTable struct {
	There bool
	Total string
	Told  bool // a full dump tells who started them, and for how long they wait
	Rows  []goroutineRow
	More  string
	Locks lockTable
}

// lockTable is who waits for which lock.
type lockTable struct {
	Head string // "" where no dump tells
	Rows []lockRow
	More string
}

type lockRow struct {
	Waiters, Wait         cell
	Address, State, Where string
}

type goroutineRow struct {
	Delta, Now         cell
	Status, State      string
	Name, Place, Entry string // Name is where they are blocked
	Starter            string
	Wait               cell // as the runtime reports it, sorted by the longest
	Stack              shownStack
}

func newGoroutineTable(r Run, o Options) goroutineTable {
	c := r.Goroutines
	if c == nil {
		return goroutineTable{}
	}
	v := values{unit: "count", exact: o.Exact}
	groups := c.Groups()
	t := goroutineTable{There: true, Total: v.total(groupTotal(groups)), Told: c.HasTold(), Locks: newLockTable(c, groups, v, o)}
	rows := atMost(groups, o.Limit)
	for _, g := range rows {
		row := goroutineRow{
			Delta:  changeCell(v, g.Change),
			Now:    cell{Text: v.value(g.After), Value: g.After},
			Status: v.status(g.Status),
			State:  stateText(c, g),
			Name:   functionName(g.Blocked),
			Place:  place(g.Blocked),
			Entry:  functionName(g.Entry),
			Stack:  newShownStack(c.Table, "The commonest stack of the group, leaf first", g.Stacks[0]),
		}
		if facts, ok := c.Told(g.Stacks); ok {
			texts := told(c, g)
			row.Starter, row.Wait = texts[0], cell{Text: texts[1], Value: int64(facts.Most)}
		}
		t.Rows = append(t.Rows, row)
	}
	t.More = moreRows(len(groups)-len(rows), "group")
	return t
}

func newLockTable(c *diff.Comparison, groups []diff.Group, v values, o Options) lockTable {
	locks, head := sharedLocks(c, groups)
	t := lockTable{Head: head}
	rows := atMost(locks, o.Limit)
	for _, l := range rows {
		t.Rows = append(t.Rows, lockRow{
			Waiters: cell{Text: v.value(l.Waiters), Value: l.Waiters},
			Wait:    cell{Text: lockWait(l), Value: int64(l.Minutes)},
			Address: diff.LockName(l.Address),
			State:   string(l.At[0].Group.State),
			Where:   lockPlaces(l, "; "),
		})
	}
	if n := len(locks) - len(rows); n > 0 {
		t.More = "and " + units.Plural(n, "more lock")
	}
	return t
}
