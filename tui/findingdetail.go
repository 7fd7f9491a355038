package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/diff/units"
)

// findingDetail is the page of one finding: what it is, how sure, its curve,
// its stacks and those that hang together with it, why, and what helps.
type findingDetail struct {
	stackPage
	finding leak.Finding // as it was judged last
	gone    bool         // it is not judged to be one any more
	findingContent
}

// findingContent is what was worked out for the page: what is compared now of
// the kind of the shown stack.
type findingContent struct {
	of     place
	curved followed
	cmp    compared
	sums   map[string]diff.Change          // of the functions on the stacks
	rows   map[snapshot.StackID]diff.Row   // of its heap stacks
	groups map[snapshot.StackID]diff.Group // of its goroutines
}

func newFindingDetail(m *Model, f *leak.Finding) *findingDetail {
	d := &findingDetail{stackPage: newStackPage(m), finding: *f}
	d.refresh()
	return d
}

func (d *findingDetail) refresh() {
	f := d.m.data.finding(d.finding.ID)
	d.gone = f == nil
	if f != nil {
		d.finding = *f
	}
	d.choose(d.all())
	d.turn()
}

func (d *findingDetail) setting() any { return d.shownIn() }

// place is what the curve is of: all of the finding, or the stack of what hangs
// together with it.
type place struct {
	kind  snapshot.Kind
	stack snapshot.StackID // NoStack for all of the finding
}

func (d *findingDetail) shownIn() place {
	p := place{kind: d.kind()}
	if r := d.related(); r != nil {
		p.stack = r.Stack
	}
	return p
}

// task compares what the shown stack is of.
func (d *findingDetail) task() *task {
	at, stacks, curved := d.shownIn(), d.stacks, d.finding.Stacks
	if at.stack != snapshot.NoStack {
		curved = []snapshot.StackID{at.stack}
	}
	return &task{
		what: "comparing",
		rows: d.m.data.records(at.kind),
		work: func(a *analyst) func() {
			c := compareFor(a, at, stacks, curved)
			if a.stopped() {
				return nil
			}
			return func() {
				d.findingContent = c
				d.turn()
			}
		},
	}
}

// compareFor finds what is compared of some stacks, and the curve of some of them.
func compareFor(a *analyst, at place, stacks, curved []snapshot.StackID) findingContent {
	kind := at.kind
	c := findingContent{of: at, cmp: a.compare(kind)}
	column := "inuse_space"
	if c.cmp.Comparison != nil && c.cmp.DefaultColumn() >= 0 {
		column = c.cmp.Types[c.cmp.DefaultColumn()].Name
	}
	c.curved = a.follow(a.current, kind, curved, column)
	if c.cmp.Comparison == nil || c.cmp.DefaultColumn() < 0 {
		return c
	}
	c.sums = a.through(kind, c.cmp, c.cmp.DefaultColumn())
	wanted := make(map[snapshot.StackID]bool, len(stacks))
	for _, id := range stacks {
		wanted[id] = true
	}
	if kind == snapshot.Goroutine {
		c.groups = make(map[snapshot.StackID]diff.Group)
		for _, g := range a.groups() {
			for _, id := range g.Stacks {
				if wanted[id] {
					c.groups[id] = g
				}
			}
		}
		return c
	}
	c.rows = make(map[snapshot.StackID]diff.Row)
	for _, r := range a.byStack(c.cmp, c.cmp.DefaultColumn()) {
		if wanted[r.Stack] {
			c.rows[r.Stack] = r
		}
	}
	return c
}

// all is the finding's stacks, then those that hang together with it.
func (d *findingDetail) all() []snapshot.StackID {
	all := slices.Clone(d.finding.Stacks)
	for _, r := range d.finding.Related {
		if !slices.Contains(all, r.Stack) {
			all = append(all, r.Stack)
		}
	}
	return all
}

// turn shows the chosen stack, with what is known of its kind.
func (d *findingDetail) turn() {
	if d.of.kind != d.kind() || d.sums == nil {
		d.show(nil, "count")
		return
	}
	d.show(d.sums, d.cmp.Types[d.cmp.DefaultColumn()].Unit)
}

// related returns what the shown stack is among what hangs together with the
// finding, nil where it is one of the finding's own.
func (d *findingDetail) related() *leak.Related {
	if d.at < len(d.finding.Stacks) || len(d.stacks) == 0 {
		return nil
	}
	for i := range d.finding.Related {
		if d.finding.Related[i].Stack == d.shown() {
			return &d.finding.Related[i]
		}
	}
	return nil
}

// kind is the profile that the shown stack is of.
func (d *findingDetail) kind() snapshot.Kind {
	kind := d.finding.Kind
	if r := d.related(); r != nil {
		kind = r.Kind
	}
	if kind == leak.GoroutineKind {
		return snapshot.Goroutine
	}
	return snapshot.Heap
}

func (d *findingDetail) key(key string) (tea.Cmd, bool) {
	switch key {
	case "D":
		if d.finding.Kind == leak.GoroutineKind {
			d.m.dumpNow()
		}
		return nil, true
	case "enter":
		d.m.over = newWords(d.m.theme, d.words())
		return nil, true
	case "f":
		return d.openStack(), true
	}
	return d.stackKey(key, d.turn)
}

// openStack shows the page of the shown stack, or of its group.
func (d *findingDetail) openStack() tea.Cmd {
	m, shown := d.m, d.shown()
	if d.of.kind != d.kind() {
		m.say("comparing its snapshots first; press f again")
		return nil
	}
	if g, ok := d.groups[shown]; ok {
		return m.turnTo(func(p page) bool {
			group, ok := p.(*groupDetail)
			return ok && group.group.Key == g.Key
		}, func() page { return newGroupDetail(m, g, d.cmp) })
	}
	if r, ok := d.rows[shown]; ok {
		return m.turnTo(func(p page) bool {
			heap, ok := p.(*heapDetail)
			return ok && heap.shown() == shown
		}, func() page { return newHeapDetail(m, byStack, r, d.cmp, d.cmp.Types[d.cmp.DefaultColumn()].Name) })
	}
	m.say("the snapshots that are compared now have no such stack")
	return nil
}

func (d *findingDetail) render(width, height int) string {
	head := d.head(width)
	if d.finding.Kind == leak.ProcessKind || len(d.stacks) == 0 {
		below := d.below(width, height-len(head)-titledHeight)
		lines := append(head, strings.Split(d.m.processChart(d.finding.Unit, width, height-len(head)-len(below)), "\n")...)
		return block(append(lines, below...), height)
	}
	const stackLines = 10 // what is left of the page for the curve and the stack at least
	return d.lay(head, d.curve, d.below(width, max(4, height-len(head)-stackLines)), width, height)
}

// head says what it is, how fast, how much, and how sure that is.
func (d *findingDetail) head(width int) []string {
	th, f := d.m.theme, &d.finding
	word := " " + verdictPaint(th, f.Verdict).Apply(f.Verdict.String()) + "  "
	var sure []string
	if f.HasHandler {
		sure = append(sure, f.Handler.Name)
	}
	right := strings.Join(append(sure, sureText(f)), "   ") + " "
	lines := []string{}
	switch summary := word + th.Title.Apply(f.Summary()); {
	case ansi.StringWidth(summary)+2+ansi.StringWidth(right) <= width:
		lines = append(lines, ends(summary, right, width))
	default:
		lines = append(lines, ends(word, right, width))
		for _, l := range wrap(f.Summary(), width-2) {
			lines = append(lines, " "+th.Title.Apply(l))
		}
	}
	if d.gone {
		lines = append(lines, th.Growing.Apply(" not found any more: this is how it was judged last"))
	} else if d.m.data.past() {
		lines = append(lines, th.Dim.Apply(" as of the newest snapshot"))
	}
	return append(lines, d.numbers(width)...)
}

// numbers says how fast and how much, as far as the summary does not.
func (d *findingDetail) numbers(width int) []string {
	th, f := d.m.theme, &d.finding
	growth := perMinuteText(growthOf(f), f.Unit)
	if growth != "" {
		growth = verdictPaint(th, f.Verdict).Apply(growth) + " " + th.Dim.Apply(intervalText(f.Growth, f.Unit))
	}
	now := amountText(f.Now)
	switch told, _ := f.Tells(); {
	case told:
		now = ""
	case now != "":
		now += " now"
	}
	return flow(width, growth, now, d.holds(), th.Dim.Apply(d.nthText()))
}

// holds is what would be freed if the finding went away, where that is not
// what it keeps itself.
func (d *findingDetail) holds() string {
	f := &d.finding
	holds, known := f.Holds.Get()
	count, counted := f.Now.Goroutines.Get()
	_, each := f.Tells()
	switch {
	case !known || f.Kind != leak.GoroutineKind:
		return ""
	case counted && count > 1 && !each:
		return "holds about " + units.Bytes(holds) + ", " + eachOf(holds, count)
	}
	return "holds about " + units.Bytes(holds)
}

// eachOf is how much of some bytes each of several goroutines holds.
func eachOf(bytes, count int64) string { return units.Bytes(bytes/count) + " each" }

// nthText says which of its stacks is shown, and what it is where it only
// hangs together with the finding.
func (d *findingDetail) nthText() string {
	text := d.nth()
	if r := d.related(); r != nil {
		text += ": " + relatedWord(r)
	}
	return text
}

// relatedWord says what hangs together with a finding.
func relatedWord(r *leak.Related) string {
	if r.Kind == leak.GoroutineKind {
		return "goroutines with it"
	}
	return "heap held with it"
}

// curve draws what the finding is about over the snapshots, or the related
// stack that is shown.
func (d *findingDetail) curve(width, height int) string {
	name, unit := "bytes kept", "bytes"
	if r := d.related(); r != nil {
		name = relatedWord(r)
	}
	if d.of != d.shownIn() {
		return d.m.valueChart(name, followed{}, unit, width, height) // it is on its way
	}
	if d.cmp.Comparison != nil && d.cmp.DefaultColumn() >= 0 {
		unit = d.cmp.Types[d.cmp.DefaultColumn()].Unit
	}
	if d.kind() == snapshot.Goroutine {
		name = "goroutines"
	}
	return d.m.valueChart(name, d.curved, unit, width, height)
}

func (d *findingDetail) hints() []hint {
	if len(d.stacks) == 0 {
		return []hint{{"enter", "in words"}, {"esc", "back"}}
	}
	hints := append([]hint{{"enter", "in words"}, {"f", "its stack alone"}}, d.stackPage.hints()...)
	if d.finding.Kind == leak.GoroutineKind {
		hints = append(hints, hint{"D", "full dump"})
	}
	return hints
}

func (d *findingDetail) help() section {
	return detailHelp("A finding: what it is, why, and what helps",
		hint{"enter", "all that is known of it, in words"},
		hint{"f", "the page of the shown stack or group alone"},
		hint{"n N", "next, previous of its stacks, then of related ones"},
		hint{"D", "of goroutines: take a full dump, whose ids show whether the same ones still wait; you confirm its cost first"},
		hint{"(… – …)", "the 95% interval of the growth"},
		hint{"sure", "how often such a verdict holds"},
		hint{"holds", "what would be freed if it went away, as far as shared frames show it: an estimate"},
	)
}
