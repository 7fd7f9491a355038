package tui

import (
	"fmt"
	"slices"
	"time"

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
	groupContent
}

// groupContent is what was worked out for the page.
type groupContent struct {
	cmp    compared
	gone   bool          // neither of the compared snapshots has it
	seen   time.Duration // for how long it is there at least, 0 where that is not known
	heap   []diff.Row    // growing heap stacks under the same entry function
	dump   *dumped       // what the newest full dump says of it, nil without one
	told   *toldOf       // what a dump that is looked at itself says, or that one; nil without
	labels string        // that they carry, in short
	curve  followed      // of the group
	made   bool          // all of this is known
}

// newGroupDetail makes the page of a group of a comparison. What else there is to
// say of it is worked out.
func newGroupDetail(m *Model, g diff.Group, c compared) *groupDetail {
	d := &groupDetail{stackPage: newStackPage(m), group: g, groupContent: groupContent{cmp: c}}
	d.turn()
	return d
}

func (d *groupDetail) refresh() {}

func (d *groupDetail) setting() any { return nil }

// task finds the group in what is compared now, and what hangs together with it.
func (d *groupDetail) task() *task {
	group, data := d.group, d.m.data
	return &task{
		what: "comparing",
		rows: data.records(snapshot.Heap, snapshot.Goroutine),
		work: func(a *analyst) func() {
			c := groupContent{cmp: a.compare(snapshot.Goroutine), gone: true, made: true}
			for _, g := range a.groups() {
				if g.Key == group.Key {
					group, c.gone = g, false
				}
			}
			c.seen = a.seenFor(group.Key)
			c.dump = a.dumpOf(group.Stacks)
			c.labels = labelsText(group.Labels)
			c.told = a.toldOf(c.cmp, group.Stacks)
			if c.cmp.Comparison != nil && len(c.cmp.Types) > 0 {
				c.curve = a.follow(a.current, snapshot.Goroutine, group.Stacks, c.cmp.Types[0].Name)
			}
			if a.stopped() {
				return nil
			}
			c.heap = heapUnder(a, a.compare(snapshot.Heap), group.Entry.Function)
			return func() {
				d.groupContent, d.group = c, group
				d.turn()
			}
		},
	}
}

// turn shows the chosen stack.
func (d *groupDetail) turn() {
	d.choose(d.group.Stacks)
	d.show(nil, "count")
}

// heapUnder returns the heap stacks that passed through an entry function and
// hold something now, the largest change first. Goroutines entered there may
// hold it; the profile does not say which object is whose.
func heapUnder(a *analyst, c compared, entry string) []diff.Row {
	if c.Comparison == nil || c.Columns().LiveBytes < 0 || entry == "" {
		return nil
	}
	var rows []diff.Row
	for _, r := range a.byStack(c, c.Columns().LiveBytes) {
		if r.Flat.After <= 0 && r.Flat.Delta == 0 {
			continue
		}
		for f := range a.table.Frames(r.Stack) {
			if f.Function == entry {
				rows = append(rows, r)
				break
			}
		}
	}
	return rows
}

// belongsTo is the finding of the group, nil for none.
func (d *groupDetail) belongsTo() *leak.Finding { return d.m.data.verdicts.ofGroup(&d.group) }

func (d *groupDetail) key(key string) (tea.Cmd, bool) {
	switch {
	case key == "D":
		d.m.dumpNow()
		return nil, true
	case key == "enter" && d.dump != nil:
		d.m.over = newWords(d.m.theme, d.m.dumpWords(d.dump, d.told))
		return nil, true
	case key == "enter" && d.told != nil:
		d.m.over = newWords(d.m.theme, d.told.words())
		return nil, true
	}
	return d.findingKey(key, d.belongsTo(), d.turn)
}

func (d *groupDetail) hints() []hint {
	hints := append(d.findingHints(d.belongsTo()), hint{"D", "full dump"})
	switch {
	case d.dump != nil:
		hints = append([]hint{{"enter", "ids"}}, hints...)
	case d.told != nil:
		hints = append([]hint{{"enter", "who started them, locks"}}, hints...)
	}
	return hints
}

func (d *groupDetail) render(width, height int) string {
	th, g := d.m.theme, d.group
	if d.cmp.Comparison == nil || d.gone {
		return d.missing("the snapshots that are compared now have no such goroutines", height)
	}
	seen := ""
	if d.seen > 0 {
		seen = "seen for at least " + units.Duration(d.seen)
	}
	lines := inHead(width, height, th.Title.Apply(units.Plural(g.After, "goroutine")+", "+d.told.describe(g)), frameName(g.Blocked),
		th.Dim.Apply(position(g.Blocked.File, g.Blocked.Line)))
	change := ""
	if d.cmp.base != d.cmp.current {
		change = d.m.paintChange(g.Change, "count")
	}
	lines = append(lines, inHead(width, height, change, d.cmp.rateText(g.Delta, "count"), th.Dim.Apply(seen),
		th.Dim.Apply("entered at "+frameName(g.Entry)), th.Dim.Apply(d.nth()))...)
	if text := d.labels; text != "" {
		lines = append(lines, " labels "+text)
	}
	lines = append(lines, d.findingLine(d.belongsTo(), width)...)
	return d.lay(lines, func(width, height int) string {
		return d.m.valueChart("goroutines of this group", d.curve, "count", width, height)
	}, slices.Concat(d.heapLines(min(4, height/6)), d.m.dumpLines(d.dump), d.m.toldLines(d.told, d.dump != nil)), width, height)
}

// heapLines lists the heap under the same entry function.
func (d *groupDetail) heapLines(most int) []string {
	th := d.m.theme
	if !d.made {
		return nil
	}
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
		hint{"D", "take a full dump: each goroutine by itself, with its id and who started it; you confirm its cost first"},
		hint{"enter", "all of them by id, once there is a dump"},
		hint{"reported", "how long they have waited, as the runtime says; counted from a GC near the start"},
		hint{"locks", "by the address in the dump's frames: how many of the group, and of all goroutines, wait for each; readers of a sync.RWMutex are not known"},
		hint{"n N", "next, previous of the group's stacks"},
		hint{"Heap", "what was allocated under the same entry function: these goroutines may hold it"})
}
