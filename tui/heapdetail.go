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

// heapDetail is the page of one heap stack, or of all stacks through one
// function or package, one of them shown at a time.
type heapDetail struct {
	m      *Model
	by     grouping
	row    diff.Row
	column string
	cmp    compared
	stacks []diff.Row // the stacks it stands for, the largest change first
	at     int        // which of them is shown
	frames *stackPane
}

func newHeapDetail(m *Model, by grouping, row diff.Row, column string) *heapDetail {
	d := &heapDetail{m: m, by: by, row: row, column: column, frames: newStackPane(m)}
	d.refresh()
	return d
}

func (d *heapDetail) pane() *stackPane { return d.frames }

// opened asks for the source of the first frame.
func (d *heapDetail) opened() tea.Cmd { return d.frames.want() }

func (d *heapDetail) refresh() {
	d.cmp = d.m.data.compare(snapshot.Heap)
	if d.cmp.Comparison == nil {
		return
	}
	column := slices.IndexFunc(d.cmp.Types, func(t snapshot.SampleType) bool { return t.Name == d.column })
	if column < 0 {
		return
	}
	shown := d.shown()
	ids := d.cmp.Stacks(d.row)
	all := d.cmp.ByStack(column, d.m.cfg.Own)
	d.stacks = d.stacks[:0]
	for _, r := range all {
		if _, found := slices.BinarySearch(ids, r.Stack); found {
			d.stacks = append(d.stacks, r)
		}
	}
	d.at = max(0, slices.IndexFunc(d.stacks, func(r diff.Row) bool { return r.Stack == shown }))
	sums := make(map[string]diff.Change)
	for _, r := range d.cmp.ByFunction(column) {
		sums[r.Name] = r.Cum
	}
	d.frames.set(d.m.data.history.Table.Stack(d.shown()), sums, d.cmp.Types[column].Unit)
}

// shown is the stack on the page.
func (d *heapDetail) shown() snapshot.StackID {
	if d.at < len(d.stacks) {
		return d.stacks[d.at].Stack
	}
	return d.row.Stack
}

func (d *heapDetail) key(key string) (tea.Cmd, bool) {
	switch key {
	case "n", "N":
		if len(d.stacks) > 0 {
			step := 1
			if key == "N" {
				step = len(d.stacks) - 1
			}
			d.at = (d.at + step) % len(d.stacks)
			d.refresh()
			return d.frames.want(), true
		}
		return nil, true
	}
	return d.frames.key(key)
}

// detailChart is how many lines the chart of a detail page takes.
func detailChart(height int) int { return max(5, height*3/10) }

func (d *heapDetail) render(width, height int) string {
	if d.cmp.Comparison == nil || len(d.stacks) == 0 {
		return block([]string{"", "  " + d.m.theme.Dim.Apply("the snapshots that are compared now have no such stack")}, height)
	}
	th := d.m.theme
	unit := "bytes"
	if c := d.cmp.Current.Column(d.column); c >= 0 {
		unit = d.cmp.Current.Types[c].Unit
	}
	r := d.stacks[d.at]
	name, at, which := th.Title.Apply(shortName(r.Name)), position(r.File, r.Line), ""
	if d.by == byFunction || d.by == byPackage {
		name, at = th.Title.Apply(shortName(d.row.Name)), position(d.row.File, d.row.Line)
		which = th.Dim.Apply(fmt.Sprintf("stack %d of %d through it", d.at+1, len(d.stacks)))
	}
	lines := []string{
		fit(head(name, th.Dim.Apply(at), which), width),
		fit(head(d.m.paintChange(r.Flat, unit), d.cmp.rateText(r.Flat.Delta, unit), units.Format(r.Flat.After, unit)+" now",
			th.Dim.Apply(fmt.Sprintf("%s since #%d, %s", d.column, d.cmp.base.Seq, units.Duration(d.cmp.span())))), width),
	}
	shots, values := d.m.data.trend(snapshot.Heap, []snapshot.StackID{r.Stack}, d.column)
	chartLines := detailChart(height)
	lines = append(lines, strings.Split(d.m.valueChart(d.column+" of this stack", shots, values, unit, width, chartLines), "\n")...)
	lines = append(lines, strings.Split(d.frames.render(len(lines), width, height-len(lines)), "\n")...)
	return block(lines, height)
}

func (d *heapDetail) click(x, y int) tea.Cmd { return d.frames.click(y) }

func (d *heapDetail) wheel(lines int) { d.frames.list.Wheel(lines) }

func (d *heapDetail) hints() []hint {
	hints := []hint{{"esc", "back"}, {"S", "edit"}, {"y", "copy stack"}}
	if len(d.stacks) > 1 {
		hints = append([]hint{{"n N", "next, previous stack"}}, hints...)
	}
	return hints
}

func (d *heapDetail) help() section {
	return detailHelp("What a stack keeps",
		hint{"n N", "next, previous of the stacks through a function or package"},
		hint{"Δ through it", "what all stacks through the frame's function changed by"})
}
