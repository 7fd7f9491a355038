package tui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/units"
	"leaktop/tui/list"
)

// handlerDetail is the page of one request handler: its findings, and the heap
// stacks and groups of goroutines that belong to it.
type handlerDetail struct {
	m       *Model
	handler handler.Handler
	row     handler.Row
	gone    bool // the compared snapshots have nothing of it
	entries *list.List[entry, any]
	dark    *bool // for which background the columns were made, nil not yet
	rate    string
	top     int // how many lines stood above the list when it was last drawn
}

func newHandlerDetail(m *Model, h handler.Handler) *handlerDetail {
	d := &handlerDetail{m: m, handler: h, entries: newEntries(m.theme)}
	d.refresh()
	return d
}

func (d *handlerDetail) opened() tea.Cmd { return nil }

func (d *handlerDetail) refresh() {
	d.entries.SetTheme(d.m.theme)
	if dark := d.m.theme.Dark; d.dark == nil || *d.dark != dark {
		d.dark = &dark
		d.entries.SetColumns(append(entryColumns(d.m.theme), allocColumn()))
	}
	d.gone = true
	for _, r := range d.m.data.byHandler() {
		if r.Handler.Key() == d.handler.Key() {
			d.row, d.handler, d.gone = r, r.Handler, false
		}
	}
	d.rate = d.m.data.compare(snapshot.Heap).rateText(d.row.Kept.Delta, "bytes")
	var rows []entry
	part := func(title, note string, more []entry) {
		if len(more) > 0 {
			rows = append(append(rows, entry{title: title, note: note}), more...)
		}
	}
	var findings []entry
	for _, f := range d.m.data.findingsOf(d.handler) {
		findings = append(findings, d.m.findingEntry(f))
	}
	part("Findings", "", findings)
	part("Heap", "what was allocated under it", d.heapEntries())
	part("Goroutines", "that serve it or were started by it", d.groupEntries())
	d.entries.SetRows(rows)
}

// heapEntries are the stacks under the handler that hold or allocate anything,
// the largest change first.
func (d *handlerDetail) heapEntries() []entry {
	c, finder := d.m.data.compare(snapshot.Heap), d.m.data.finder
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
	for _, r := range c.ByStack(c.Columns().LiveBytes, d.m.cfg.Own) {
		if h, _ := finder.Of(r.Stack); h.Key() != d.handler.Key() || holdsNothing(r) && allocated[r.Stack] == 0 {
			continue
		}
		e := d.m.heapEntry(c, c.Columns().LiveBytes, r)
		if seconds > 0 {
			e.alloc = float64(allocated[r.Stack]) / seconds
		}
		out = append(out, e)
	}
	return out
}

// groupEntries are the groups of goroutines that belong to it, or the parts of
// groups that do.
func (d *handlerDetail) groupEntries() []entry {
	c := d.m.data.compare(snapshot.Goroutine)
	var out []entry
	for _, part := range d.m.data.groupsByHandler(d.m.data.groups()) {
		if part.handler.Key() != d.handler.Key() {
			continue
		}
		e := d.m.groupEntry(c, *part.group)
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
	case "left":
		d.entries.Scroll(-1)
	case "right":
		d.entries.Scroll(1)
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
	if d.gone {
		return block(append(lines, " "+th.Dim.Apply("the snapshots that are compared now have nothing of it")), height)
	}
	guess := ""
	if r.Guessed {
		guess = guessGlyph + " some of it by a guess"
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
		{"≈ holds", "what a stack keeps; of a finding what would be freed if it went away"},
		{"esc", "back"},
	}}
}
