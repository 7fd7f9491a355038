package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/diff/units"
)

// heapDetail is the page of one heap stack, or of all stacks through one
// function or package, one of them shown at a time.
type heapDetail struct {
	stackPage
	by     grouping
	row    diff.Row
	column string
	cmp    compared
	rows   []diff.Row // of its stacks, the largest change first
}

func newHeapDetail(m *Model, by grouping, row diff.Row, column string) *heapDetail {
	d := &heapDetail{stackPage: newStackPage(m), by: by, row: row, column: column}
	d.refresh()
	return d
}

func (d *heapDetail) refresh() {
	d.cmp = d.m.data.compare(snapshot.Heap)
	d.rows = nil
	if d.cmp.Comparison == nil {
		return
	}
	column := slices.IndexFunc(d.cmp.Types, func(t snapshot.SampleType) bool { return t.Name == d.column })
	if column < 0 {
		return
	}
	ids := d.cmp.Stacks(d.row)
	var stacks []snapshot.StackID
	for _, r := range d.cmp.ByStack(column, d.m.cfg.Own) {
		if _, found := slices.BinarySearch(ids, r.Stack); found {
			d.rows = append(d.rows, r)
			stacks = append(stacks, r.Stack)
		}
	}
	if len(stacks) == 0 {
		return // the one that is read stays, for when it comes back
	}
	d.choose(stacks)
	d.show(d.cmp.through(column), d.cmp.Types[column].Unit)
}

// belongsTo is the finding of the shown stack, nil for none.
func (d *heapDetail) belongsTo() *leak.Finding { return d.m.data.verdictOf(d.shown()) }

func (d *heapDetail) key(key string) (tea.Cmd, bool) {
	return d.findingKey(key, d.belongsTo(), d.refresh)
}

func (d *heapDetail) hints() []hint { return d.findingHints(d.belongsTo()) }

func (d *heapDetail) render(width, height int) string {
	if len(d.rows) == 0 {
		return d.missing("the snapshots that are compared now have no such stack", height)
	}
	th := d.m.theme
	unit := "bytes"
	if c := d.cmp.Current.Column(d.column); c >= 0 {
		unit = d.cmp.Current.Types[c].Unit
	}
	r := d.rows[d.at]
	name, at, which := th.Title.Apply(shortName(r.Name)), position(r.File, r.Line), ""
	if d.by == byFunction || d.by == byPackage {
		name, at = th.Title.Apply(shortName(d.row.Name)), position(d.row.File, d.row.Line)
		which = th.Dim.Apply(fmt.Sprintf("stack %d of %d through it", d.at+1, len(d.rows)))
	}
	lines := inHead(width, height, name, th.Dim.Apply(at), which)
	lines = append(lines, inHead(width, height, d.m.paintChange(r.Flat, unit), d.cmp.rateText(r.Flat.Delta, unit), units.Format(r.Flat.After, unit)+" now",
		th.Dim.Apply(fmt.Sprintf("%s since #%d, %s", d.column, d.cmp.base.Seq, units.Duration(d.cmp.span()))))...)
	lines = append(lines, d.findingLine(d.belongsTo(), width)...)
	return d.lay(lines, func(width, height int) string {
		shots, values := d.m.data.trend(snapshot.Heap, []snapshot.StackID{r.Stack}, d.column)
		return d.m.valueChart(d.column+" of this stack", shots, values, unit, width, height)
	}, nil, width, height)
}

func (d *heapDetail) help() section {
	return detailHelp("What a stack keeps",
		hint{"f", "the finding that the stack belongs to"},
		hint{"n N", "next, previous of the stacks through a function or package"},
		hint{"Δ through it", "what all stacks through the frame's function changed by"})
}
