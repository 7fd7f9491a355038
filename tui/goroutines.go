package tui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/list"
)

// goroutineGrouping is what a row of the Goroutines screen stands for.
type goroutineGrouping uint8

const (
	byGroup goroutineGrouping = iota
	byState
	byRequest
	byLabel
	goroutineGroupings
)

func (g goroutineGrouping) String() string {
	return [...]string{"by entry function and where blocked", "by state", "by request handler", "by label"}[g]
}

// goroutinesScreen shows who waits, since when, and whether they grow in number.
type goroutinesScreen struct {
	m       *Model
	by      goroutineGrouping
	ownOnly bool
	found   bool // only what belongs to a finding is listed
	list    *list.List[goroutineRow, any]
	cmp     compared
	groups  []diff.Group
	total   diff.Change
	made    goroutineLayout // what the list's columns were made for
}

// goroutineLayout is what the columns of the table depend on.
type goroutineLayout struct {
	by   goroutineGrouping
	dark bool
	some bool // the columns were made at all
}

// noLabels stands for the goroutines without labels.
const noLabels = "no labels"

// goroutineRow is one line of the table.
type goroutineRow struct {
	key   any // a diff.GroupKey, or the name of the state or labels
	name  string
	group *diff.Group // nil where the row stands for several
	diff.Change
	status  diff.Status
	groups  int
	handler handler.Handler // where rows stand for handlers
	finding *leak.Finding   // that it belongs to, nil for none
}

func newGoroutines(m *Model) *goroutinesScreen {
	g := &goroutinesScreen{m: m}
	g.list = list.New(list.Config[goroutineRow, any]{
		Key:   func(r goroutineRow) any { return r.key },
		Text:  g.filterText,
		Dim:   func(r goroutineRow) bool { return r.Delta == 0 && r.finding == nil },
		Empty: "no goroutine profile yet",
		Theme: m.theme,
	})
	g.refresh()
	return g
}

// filterText is what the filter is matched against: every frame, state and label.
func (g *goroutinesScreen) filterText(r goroutineRow) string {
	switch {
	case g.by == byRequest:
		return handlerText(r.handler)
	case r.group == nil:
		return r.name
	}
	var b strings.Builder
	b.WriteString(string(r.group.State) + "\n")
	for _, l := range r.group.Labels {
		b.WriteString(l.Labels.String() + "\n")
	}
	for _, id := range r.group.Stacks {
		for f := range g.m.data.history.Table.Frames(id) {
			b.WriteString(f.Function + "\n")
		}
	}
	return b.String()
}

func (g *goroutinesScreen) refresh() {
	g.list.SetTheme(g.m.theme)
	if want := (goroutineLayout{g.by, g.m.theme.Dark, true}); g.made != want {
		g.made = want
		g.list.SetRows(nil) // the old rows have nothing for the new columns
		g.list.SetColumns(g.columns())
	}
	g.cmp = g.m.data.compare(snapshot.Goroutine)
	if g.cmp.Comparison == nil {
		g.groups = nil
		g.list.SetRows(nil)
		return
	}
	g.groups = g.m.data.groups()
	if g.ownOnly || g.found {
		g.groups = slices.Collect(g.chosen(g.groups))
	}
	g.total = g.cmp.Total(0)
	g.list.SetRows(g.rows())
}

func (g *goroutinesScreen) key(key string) (tea.Cmd, bool) {
	switch key {
	case "v":
		g.by = (g.by + 1) % goroutineGroupings
		g.refresh()
	case "p":
		g.ownOnly = !g.ownOnly
		g.refresh()
	case "D":
		g.m.dumpNow()
	case "w":
		g.found = !g.found
		g.refresh()
	case "b":
		g.m.baseIsNow()
	case "left":
		g.list.Scroll(-1)
	case "right":
		g.list.Scroll(1)
	case "enter":
		return g.open(), true
	case "y":
		if r, ok := g.list.Selected(); ok && r.group != nil {
			return g.m.copy(stackText(g.m.data.history.Table.Stack(r.group.Stacks[0]))), true
		}
	default:
		return g.m.listKey(g.list, key)
	}
	return nil, true
}

// open shows the page of the selected group, or the groups of the selected name.
func (g *goroutinesScreen) open() tea.Cmd {
	r, ok := g.list.Selected()
	switch {
	case !ok:
		return nil
	case g.by == byRequest:
		return g.m.open(newHandlerDetail(g.m, r.handler))
	case r.group == nil:
		g.narrow(r.name)
		return nil
	}
	return g.m.open(newGroupDetail(g.m, *r.group))
}

// narrow shows the groups of one state or set of labels.
func (g *goroutinesScreen) narrow(name string) {
	if name == noLabels {
		g.m.say("these goroutines have no labels to narrow the groups by")
		return
	}
	f, err := list.ParseFilter("(?m)^" + regexp.QuoteMeta(name) + "$")
	if err != nil {
		g.m.say(err.Error())
		return
	}
	g.by = byGroup
	g.refresh()
	g.list.SetFilter(f)
}

func (g *goroutinesScreen) click(x, y int) tea.Cmd {
	return clickList(g.list, x, y-goroutinesTop, func(r goroutineRow) any { return r.key }, g.open)
}

func (g *goroutinesScreen) wheel(lines int) { g.list.Wheel(lines) }

// goroutinesTop is how many lines stand above the table.
const goroutinesTop = 2

func (g *goroutinesScreen) render(width, height int) string {
	if g.cmp.Comparison == nil {
		return block(g.m.waiting(snapshot.Goroutine, width), height)
	}
	total := g.m.totalLine(g.total, "count", g.hidden(), hiddenWhy(g.list.Filter(), g.ownOnly, g.found), width)
	head := g.m.comparedLine(g.cmp, g.by.String(), width) + "\n" + total
	return head + "\n" + g.list.Render(width, height-goroutinesTop)
}

// hidden says what the shown rows add up to where some are left out.
func (g *goroutinesScreen) hidden() string {
	why := hiddenWhy(g.list.Filter(), g.ownOnly, g.found)
	shown, all := g.list.Len()
	what := [...]string{byGroup: "group", byState: "state", byRequest: "handler", byLabel: "label"}[g.by]
	if why == "" && g.by == byRequest {
		var all []handler.Handler
		for r := range g.list.Shown() {
			all = append(all, r.handler)
		}
		return "   in " + handlersText(all)
	}
	if why == "" {
		return "   in " + units.Plural(int64(all), what)
	}
	var sum int64
	for r := range g.list.Shown() {
		sum = snapshot.AddSaturating(sum, r.After)
	}
	return fmt.Sprintf("   shown %s with %s (%s)", units.Plural(int64(shown), what), units.Count(sum), why)
}

func (g *goroutinesScreen) hints() []hint {
	return []hint{{"enter", "open"}, {"v", "view"}, {"p", "own code"}, {"w", "findings"}, {"D", "full dump"}, {"b", "base=now"}}
}

func (g *goroutinesScreen) help() section {
	return section{"Goroutines: who waits, since when, growing or not", []hint{
		{"v", "by group, by state, by request handler, by label"},
		{"p", "own code only, or all"},
		{"w", "only what belongs to a finding, or all"},
		{"D", "take a full dump, which tells ids and creators; what that costs the target is asked first"},
		{"b", "make the newest snapshot the base"},
		{"←→", "scroll wide rows"},
		{"enter", "the stacks of a group and the heap under its entry function; the groups of a state or label; what a handler does"},
		{"seen for", "how long leaktop itself has seen the group without a break: at least so long"},
		{"(no stack)", "goroutines that are just being started or ended"},
		{"state", "read off the frames at the leaf; the cheap profile has no states of its own"},
	}}
}
