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
	sums   map[string]diff.Change
	curve  followed // of the stack curved
	curved snapshot.StackID
	whole  bool // all of its stacks are known
}

// newHeapDetail makes the page of a row of a comparison. It begins with the row's
// own stack; the others are worked out.
func newHeapDetail(m *Model, by grouping, row diff.Row, c compared, column string) *heapDetail {
	d := &heapDetail{stackPage: newStackPage(m), by: by, row: row, cmp: c, column: column, rows: []diff.Row{row}}
	d.choose([]snapshot.StackID{row.Stack})
	d.turn()
	return d
}

func (d *heapDetail) refresh() {}

func (d *heapDetail) setting() any { return d.shown() }

// task finds the page's stacks, and what the functions on them changed by.
func (d *heapDetail) task() *task {
	row, name, shown := d.row, d.column, d.shown()
	return &task{
		what: "comparing",
		rows: d.m.data.records(snapshot.Heap),
		work: func(a *analyst) func() {
			c := a.compare(snapshot.Heap)
			rows, sums, stacks := heapRowsOf(a, c, row, name)
			curve := a.follow(a.current, snapshot.Heap, []snapshot.StackID{shown}, name)
			if a.stopped() {
				return nil
			}
			return func() {
				d.cmp, d.rows, d.sums, d.whole = c, rows, sums, true
				d.curve, d.curved = curve, shown
				if len(stacks) > 0 { // or the one that is read stays, for when it comes back
					d.choose(stacks)
					d.turn()
				}
			}
		},
	}
}

// heapRowsOf finds the rows of the stacks that a row stands for.
func heapRowsOf(a *analyst, c compared, of diff.Row, name string) (rows []diff.Row, sums map[string]diff.Change, stacks []snapshot.StackID) {
	if c.Comparison == nil {
		return nil, nil, nil
	}
	column := slices.IndexFunc(c.Types, func(t snapshot.SampleType) bool { return t.Name == name })
	if column < 0 {
		return nil, nil, nil
	}
	ids := c.Stacks(of)
	for _, r := range a.byStack(c, column) {
		if _, found := slices.BinarySearch(ids, r.Stack); found {
			rows = append(rows, r)
			stacks = append(stacks, r.Stack)
		}
	}
	if len(rows) == 0 || a.stopped() {
		return nil, nil, nil
	}
	return rows, a.through(snapshot.Heap, c, column), stacks
}

// turn shows the chosen stack.
func (d *heapDetail) turn() { d.show(d.sums, d.unit()) }

func (d *heapDetail) unit() string {
	for _, t := range d.cmp.Types {
		if t.Name == d.column {
			return t.Unit
		}
	}
	return "bytes"
}

// belongsTo is the finding of the shown stack, nil for none.
func (d *heapDetail) belongsTo() *leak.Finding { return d.m.data.verdicts.ofStack(d.shown()) }

func (d *heapDetail) key(key string) (tea.Cmd, bool) {
	return d.findingKey(key, d.belongsTo(), d.turn)
}

func (d *heapDetail) hints() []hint { return d.findingHints(d.belongsTo()) }

func (d *heapDetail) render(width, height int) string {
	if len(d.rows) == 0 || d.at >= len(d.rows) {
		return d.missing("the snapshots that are compared now have no such stack", height)
	}
	th := d.m.theme
	unit, r := d.unit(), d.rows[d.at]
	name, at, which := th.Title.Apply(shortName(r.Name)), position(r.File, r.Line), ""
	if d.by == byFunction || d.by == byPackage {
		name, at = th.Title.Apply(shortName(d.row.Name)), position(d.row.File, d.row.Line)
		if d.whole {
			which = th.Dim.Apply(fmt.Sprintf("stack %d of %d through it", d.at+1, len(d.rows)))
		}
	}
	lines := inHead(width, height, name, th.Dim.Apply(at), which)
	lines = append(lines, inHead(width, height, d.m.paintChange(r.Flat, unit), d.cmp.rateText(r.Flat.Delta, unit), units.Format(r.Flat.After, unit)+" now",
		th.Dim.Apply(fmt.Sprintf("%s since %s, %s", d.column, d.cmp.baseName(), d.cmp.spanText())))...)
	lines = append(lines, d.findingLine(d.belongsTo(), width)...)
	return d.lay(lines, func(width, height int) string {
		curve := d.curve
		if d.curved != r.Stack {
			curve = followed{} // it is on its way
		}
		return d.m.valueChart(d.column+" of this stack", curve, unit, width, height)
	}, nil, width, height)
}

func (d *heapDetail) help() section {
	return detailHelp("What a stack keeps",
		hint{"f", "the finding that the stack belongs to"},
		hint{"n N", "next, previous of the stacks through a function or package"},
		hint{"Δ through it", "what all stacks through the frame's function changed by"})
}
