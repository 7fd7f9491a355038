package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/diff/units"
)

// groupDetail is the page of one group of goroutines: their stacks, labels,
// and the heap stacks that were allocated under the same entry function.
type groupDetail struct {
	stackPage
	group diff.Group
	gone  bool // neither of the compared snapshots has it
	cmp   compared
	heap  []diff.Row // growing heap stacks under the same entry function
	dump  *dumped    // what the newest full dump says of it, nil without one
}

func newGroupDetail(m *Model, g diff.Group) *groupDetail {
	d := &groupDetail{stackPage: newStackPage(m), group: g}
	d.refresh()
	return d
}

func (d *groupDetail) refresh() {
	d.cmp = d.m.data.compare(snapshot.Goroutine)
	d.gone = true
	for _, g := range d.m.data.groups() {
		if g.Key == d.group.Key {
			d.group, d.gone = g, false
		}
	}
	d.choose(d.group.Stacks)
	d.show(nil, "count")
	d.dump = d.m.data.dumpOf(d.group.Stacks)
	d.heap = d.m.heapUnder(d.m.data.compare(snapshot.Heap), d.group.Entry.Function)
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

// belongsTo is the finding of the group, nil for none.
func (d *groupDetail) belongsTo() *leak.Finding { return d.m.data.verdictOfGroup(&d.group) }

func (d *groupDetail) key(key string) (tea.Cmd, bool) {
	switch {
	case key == "D":
		d.m.dumpNow()
		return nil, true
	case key == "enter" && d.dump != nil:
		d.m.over = newWords(d.m.theme, d.m.dumpWords(d.dump))
		return nil, true
	}
	return d.findingKey(key, d.belongsTo(), d.refresh)
}

func (d *groupDetail) hints() []hint {
	hints := append(d.findingHints(d.belongsTo()), hint{"D", "full dump"})
	if d.dump != nil {
		hints = append([]hint{{"enter", "ids"}}, hints...)
	}
	return hints
}

func (d *groupDetail) render(width, height int) string {
	th, g := d.m.theme, d.group
	if d.cmp.Comparison == nil || d.gone {
		return d.missing("the snapshots that are compared now have no such goroutines", height)
	}
	seen := ""
	if age := d.m.data.seenFor(g.Key); age > 0 {
		seen = "seen for at least " + units.Duration(age)
	}
	lines := inHead(width, height, th.Title.Apply(units.Plural(g.After, "goroutine")+", "+string(g.State)), frameName(g.Blocked),
		th.Dim.Apply(position(g.Blocked.File, g.Blocked.Line)))
	lines = append(lines, inHead(width, height, d.m.paintChange(g.Change, "count"), d.cmp.rateText(g.Delta, "count"), th.Dim.Apply(seen),
		th.Dim.Apply("entered at "+frameName(g.Entry)), th.Dim.Apply(d.nth()))...)
	if text := labelText(g.Labels); text != "" {
		lines = append(lines, " labels "+text)
	}
	lines = append(lines, d.findingLine(d.belongsTo(), width)...)
	return d.lay(lines, func(width, height int) string {
		shots, values := d.m.data.trend(snapshot.Goroutine, g.Stacks, d.cmp.Types[0].Name)
		return d.m.valueChart("goroutines of this group", shots, values, "count", width, height)
	}, append(d.heapLines(min(4, height/6)), d.m.dumpLines(d.dump)...), width, height)
}

// heapLines lists the heap under the same entry function.
func (d *groupDetail) heapLines(most int) []string {
	th := d.m.theme
	if len(d.heap) == 0 {
		return []string{th.Dim.Apply(" no heap stack has the same entry function")}
	}
	var delta, now int64
	for _, r := range d.heap {
		delta, now = snapshot.AddSaturating(delta, r.Flat.Delta), snapshot.AddSaturating(now, r.Flat.After)
	}
	lines := []string{fmt.Sprintf(" %s under the same entry function: %s now, %s, by stack",
		th.Title.Apply("Heap"), units.Bytes(now), units.SignedBytes(delta))}
	for _, r := range d.heap[:min(most, len(d.heap))] {
		lines = append(lines, fmt.Sprintf("   %s  %s  %s %s", alignRight(units.SignedBytes(r.Flat.Delta), units.WidthSignedBytes),
			alignRight(units.Bytes(r.Flat.After), units.WidthBytes), shortName(r.Name), th.Dim.Apply(position(r.File, r.Line))))
	}
	return lines
}

func (d *groupDetail) help() section {
	return detailHelp("A group of goroutines",
		hint{"f", "the finding that the group belongs to"},
		hint{"D", "take a full dump: each goroutine by itself, with its id and who started it; what that costs is asked first"},
		hint{"enter", "all of them by id, once there is a dump"},
		hint{"reported", "what the runtime says they have waited, which is not to be trusted"},
		hint{"n N", "next, previous of the group's stacks"},
		hint{"Heap", "what was allocated under the same entry function: these goroutines may hold it"})
}
