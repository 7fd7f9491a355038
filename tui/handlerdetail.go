package tui

import (
	"cmp"
	"iter"
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/units"
	"leaktop/tui/list"
)

// handlerDetail is the page of one request handler: its findings, and the heap
// stacks and groups of goroutines that belong to it.
type handlerDetail struct {
	m       *Model
	handler handler.Handler
	entries *list.List[entry, any]
	top     int // how many lines stood above the list when it was last drawn
	handlerContent
}

// handlerContent is what was worked out for the page.
type handlerContent struct {
	row      handler.Row
	made     bool
	gone     bool // the compared snapshots have nothing of it
	rate     string
	rows     []entry
	of       [2]*diff.Comparison // that the rows are of
	verdicts *verdicts
}

func newHandlerDetail(m *Model, h handler.Handler) *handlerDetail {
	d := &handlerDetail{m: m, handler: h}
	d.entries = newEntries(m.theme, true)
	return d
}

func (d *handlerDetail) opened() tea.Cmd { return nil }

func (d *handlerDetail) refresh() { d.entries.SetTheme(d.m.theme) }

func (d *handlerDetail) setting() any { return d.entries.Setting() }

// task finds what belongs to the handler.
func (d *handlerDetail) task() *task {
	m, of, c, th := d.m, d.handler, d.handlerContent, d.m.theme
	return listed(d.entries, m.doing(d, d.made, d.entries), m.data.records(snapshot.Heap, snapshot.Goroutine),
		func(a *analyst) ([]entry, []list.Column[entry], bool) {
			ok := c.build(a, m, of)
			return c.rows, append(entryColumns(th), allocColumn()), ok
		},
		func(iter.Seq[entry]) func() {
			return func() {
				d.handlerContent = c
				if !c.gone {
					d.handler = c.row.Handler
				}
			}
		})
}

// build works out the rows, unless they are what there is already. It is false
// once the analyst was stopped. Of m only the configuration is looked at.
func (d *handlerContent) build(a *analyst, m *Model, h handler.Handler) bool {
	heap := a.compare(snapshot.Heap)
	of := [2]*diff.Comparison{heap.Comparison, a.compare(snapshot.Goroutine).Comparison}
	if d.made && d.of == of && d.verdicts == a.verdicts {
		return true
	}
	*d = handlerContent{row: d.row, made: true, gone: true, of: of, verdicts: a.verdicts}
	for _, r := range a.byHandler() {
		if r.Handler.Key() == h.Key() {
			d.row, d.gone = r, false
		}
	}
	d.rate = heap.rateText(d.row.Kept.Delta, "bytes")
	part := func(title, note string, more []entry) {
		if len(more) > 0 {
			d.rows = append(append(d.rows, entry{title: title, note: note}), more...)
		}
	}
	var findings []entry
	for _, f := range a.verdicts.ofHandler(h) {
		findings = append(findings, m.findingEntry(f))
	}
	part("Findings", "", findings)
	if a.stopped() {
		return false
	}
	part("Heap", "what was allocated under it", m.heapEntries(a, h))
	part("Goroutines", "that serve it or were started by it", m.groupEntries(a, h))
	return !a.stopped()
}

// heapEntries are the stacks under the handler that hold or allocate anything,
// the largest change first.
func (m *Model) heapEntries(a *analyst, of handler.Handler) []entry {
	c := a.compare(snapshot.Heap)
	if c.Comparison == nil || c.Columns().LiveBytes < 0 {
		return nil
	}
	allocated := make(map[snapshot.StackID]int64)
	if column := c.Columns().AllocBytes; column >= 0 {
		for k, delta := range c.Deltas() {
			allocated[k.Stack] = snapshot.AddSaturating(allocated[k.Stack], delta[column])
		}
	}
	seconds := c.to.Sub(c.from).Seconds()
	var out []entry
	for _, r := range a.byStack(c, c.Columns().LiveBytes) {
		if h, _ := a.finder.Of(r.Stack); h.Key() != of.Key() || holdsNothing(r) && allocated[r.Stack] == 0 {
			continue
		}
		e := m.heapEntry(a.verdicts, c, c.Columns().LiveBytes, r)
		if seconds > 0 {
			e.alloc = float64(allocated[r.Stack]) / seconds
		}
		out = append(out, e)
	}
	return out
}

// groupEntries are the groups of goroutines that belong to it, or the parts of
// groups that do.
func (m *Model) groupEntries(a *analyst, of handler.Handler) []entry {
	c := a.compare(snapshot.Goroutine)
	var out []entry
	for _, part := range a.groupsByHandler(a.groups()) {
		if part.handler.Key() != of.Key() {
			continue
		}
		e := m.groupEntry(a.verdicts, c, *part.group)
		e.rate = c.rateCell(part.Delta, "count")
		e.what = units.Plural(part.After, "goroutine") + ", " + string(part.group.State)
		out = append(out, e)
	}
	return out
}

// allocColumn is what a stack allocates.
func allocColumn() list.Column[entry] {
	return list.Column[entry]{
		Title: "allocates", Min: 11, Right: true, Priority: 6, Descending: true,
		Cell:    func(e entry) list.Cell { return list.Cell{Text: unlessZero(int64(e.alloc), bytesPerSecond)} },
		Compare: func(a, b entry) int { return cmp.Compare(a.alloc, b.alloc) },
	}
}

func (d *handlerDetail) key(key string) (tea.Cmd, bool) {
	switch key {
	case "enter":
		return d.open(), true
	case "y":
		if e, ok := d.entries.Selected(); ok {
			return d.m.copy(spaced(e.name, e.where)), true
		}
	default:
		return d.m.listKey(d.entries, key)
	}
	return nil, true
}

func (d *handlerDetail) open() tea.Cmd {
	if e, ok := d.entries.Selected(); ok {
		return d.m.open(e.page())
	}
	return nil
}

func (d *handlerDetail) click(x, y int) tea.Cmd {
	return clickList(d.entries, x, y-d.top, func(e entry) any { return e.key }, d.open)
}

func (d *handlerDetail) wheel(lines int) { d.entries.Wheel(lines) }

func (d *handlerDetail) render(width, height int) string {
	th, r := d.m.theme, d.row
	lines := flow(width, th.Title.Apply(d.handler.Name), th.Dim.Apply(d.about()), th.Dim.Apply(position(d.handler.File, d.handler.Line)))
	switch {
	case !d.made:
		return block(lines, height)
	case d.gone:
		return block(append(lines, " "+th.Dim.Apply("the snapshots that are compared now have nothing of it")), height)
	}
	guess := ""
	if r.Guessed {
		guess = guessGlyph + " some of it is a guess"
	}
	lines = append(lines, flow(width, d.m.paintChange(r.Kept, "bytes"), d.rate, units.Bytes(r.Kept.After)+" kept", "allocates "+perSecond(r.AllocRate),
		units.Plural(r.Goroutines.After, "goroutine")+" "+countPaint(th, r.Goroutines).Apply(units.SignedCount(r.Goroutines.Delta)),
		th.Dim.Apply(guess))...)
	lines = append(lines, "")
	d.top = len(lines)
	return block(append(lines, strings.Split(d.entries.Render(width, height-d.top), "\n")...), height)
}

// about says what calls the handler, and its function where its name is another.
func (d *handlerDetail) about() string {
	function := ""
	switch name := shortName(d.handler.Function); {
	case isOther(d.handler):
		return "what no known framework called"
	case name != d.handler.Name:
		function = name
	}
	return joined(function, d.handler.Framework)
}

func (d *handlerDetail) hints() []hint { return []hint{{"enter", "open"}, {"esc", "back"}} }

func (d *handlerDetail) help() section {
	return section{"A request handler", []hint{
		{"enter", "open the finding, the stack or the group"},
		{"←→", "scroll wide rows"},
		{"allocates", "bytes a second since the base, kept or not"},
		{"≈ holds", "what a stack keeps; for a finding, what would be freed if it went away"},
		{"esc", "back"},
	}}
}
