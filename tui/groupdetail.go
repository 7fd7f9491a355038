package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// groupDetail is the page of one group of goroutines: their stacks, labels,
// and the heap stacks that were allocated under the same entry function.
type groupDetail struct {
	m      *Model
	group  diff.Group
	gone   bool // neither of the compared snapshots has it
	cmp    compared
	at     int // which of its stacks is shown
	shown  snapshot.StackID
	frames *stackPane
	heap   []diff.Row // growing heap stacks under the same entry function
	heapC  compared
}

func newGroupDetail(m *Model, g diff.Group) *groupDetail {
	d := &groupDetail{m: m, group: g, frames: newStackPane(m)}
	d.refresh()
	return d
}

func (d *groupDetail) pane() *stackPane { return d.frames }

func (d *groupDetail) opened() tea.Cmd { return d.frames.want() }

func (d *groupDetail) refresh() {
	d.cmp = d.m.data.compare(snapshot.Goroutine)
	d.gone = true
	for _, g := range d.m.data.groups() {
		if g.Key == d.group.Key {
			d.group, d.gone = g, false
		}
	}
	// The stacks change places while data moves; the one that is read stays.
	d.at = max(0, slices.Index(d.group.Stacks, d.shown))
	d.shown = d.group.Stacks[d.at]
	d.frames.set(d.m.data.history.Table.Stack(d.group.Stacks[d.at]), nil, "count")
	d.heapC = d.m.data.compare(snapshot.Heap)
	d.heap = d.m.heapUnder(d.heapC, d.group.Entry.Function)
}

// heapUnder returns the heap stacks that passed through an entry function and
// hold something now, the largest change first. Goroutines entered there may
// hold it; the profile does not say which object is whose.
func (m *Model) heapUnder(c compared, entry string) []diff.Row {
	if c.Comparison == nil || c.Columns().LiveBytes < 0 || entry == "" {
		return nil
	}
	var rows []diff.Row
	for _, r := range c.ByStack(c.Columns().LiveBytes, m.cfg.Own) {
		if r.Flat.After <= 0 && r.Flat.Delta == 0 {
			continue
		}
		for f := range m.data.history.Table.Frames(r.Stack) {
			if f.Function == entry {
				rows = append(rows, r)
				break
			}
		}
	}
	return rows
}

func (d *groupDetail) key(key string) (tea.Cmd, bool) {
	switch key {
	case "n", "N":
		step := 1
		if key == "N" {
			step = len(d.group.Stacks) - 1
		}
		d.shown = d.group.Stacks[(d.at+step)%len(d.group.Stacks)]
		d.refresh()
		return d.frames.want(), true
	}
	return d.frames.key(key)
}

func (d *groupDetail) render(width, height int) string {
	th, g := d.m.theme, d.group
	if d.cmp.Comparison == nil || d.gone {
		return block([]string{"", "  " + th.Dim.Apply("the snapshots that are compared now have no such goroutines")}, height)
	}
	seen := ""
	if age := d.m.data.seenFor(g.Key); age > 0 {
		seen = "seen for at least " + units.Duration(age)
	}
	which := ""
	if len(g.Stacks) > 1 {
		which = fmt.Sprintf("stack %d of %d", d.at+1, len(g.Stacks))
	}
	lines := []string{
		fit(head(th.Title.Apply(units.Plural(g.After, "goroutine")+", "+string(g.State)), frameName(g.Blocked),
			th.Dim.Apply(position(g.Blocked.File, g.Blocked.Line))), width),
		fit(head(d.m.paintChange(g.Change, "count"), d.cmp.rateText(g.Delta, "count"), th.Dim.Apply(seen),
			th.Dim.Apply("entered at "+frameName(g.Entry)), th.Dim.Apply(which)), width),
	}
	if text := labelText(g.Labels); text != "" {
		lines = append(lines, fit(" labels "+text, width))
	}
	shots, values := d.m.data.trend(snapshot.Goroutine, g.Stacks, d.cmp.Types[0].Name)
	lines = append(lines, strings.Split(d.m.valueChart("goroutines of this group", shots, values, "count", width, detailChart(height)), "\n")...)
	below := d.heapLines(width, min(4, height/6))
	lines = append(lines, strings.Split(d.frames.render(len(lines), width, height-len(lines)-len(below)), "\n")...)
	return block(append(lines, below...), height)
}

// heapLines lists the heap under the same entry function.
func (d *groupDetail) heapLines(width, most int) []string {
	th := d.m.theme
	if len(d.heap) == 0 {
		return []string{th.Dim.Apply(" no heap stack has the same entry function")}
	}
	var delta, now int64
	for _, r := range d.heap {
		delta, now = snapshot.AddSaturating(delta, r.Flat.Delta), snapshot.AddSaturating(now, r.Flat.After)
	}
	lines := []string{fit(fmt.Sprintf(" %s under the same entry function: %s now, %s, by stack",
		th.Title.Apply("Heap"), units.Bytes(now), units.SignedBytes(delta)), width)}
	for _, r := range d.heap[:min(most, len(d.heap))] {
		lines = append(lines, fit(fmt.Sprintf("   %s  %s  %s %s", alignRight(units.SignedBytes(r.Flat.Delta), units.WidthSignedBytes),
			alignRight(units.Bytes(r.Flat.After), units.WidthBytes), shortName(r.Name), th.Dim.Apply(position(r.File, r.Line))), width))
	}
	return lines
}

func (d *groupDetail) click(x, y int) tea.Cmd { return d.frames.click(y) }

func (d *groupDetail) wheel(lines int) { d.frames.list.Wheel(lines) }

func (d *groupDetail) hints() []hint {
	hints := []hint{{"esc", "back"}, {"S", "edit"}, {"y", "copy stack"}}
	if len(d.group.Stacks) > 1 {
		hints = append([]hint{{"n N", "next, previous stack"}}, hints...)
	}
	return hints
}

func (d *groupDetail) help() section {
	return detailHelp("A group of goroutines",
		hint{"n N", "next, previous of the group's stacks"},
		hint{"Heap", "what was allocated under the same entry function: these goroutines may hold it"})
}
