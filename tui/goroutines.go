package tui

import (
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"

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
	byLabelSet
	goroutineGroupings
)

func (g goroutineGrouping) String() string {
	return [...]string{"by entry function and where blocked", "by state", "by request handler", "by label", "by set of labels"}[g]
}

// goroutinesScreen shows who waits, since when, and whether they grow in number.
type goroutinesScreen struct {
	m    *Model
	want goroutineSetting
	list *list.List[*goroutineRow, any]
	goroutineContent
}

// goroutineSetting is what the user chose.
type goroutineSetting struct {
	by      goroutineGrouping
	ownOnly bool
	found   bool // only what belongs to a finding is listed
	opened  openedKey
}

// goroutineContent is what was worked out for a setting, and is on screen.
type goroutineContent struct {
	goroutineSetting
	cmp      compared
	verdicts *verdicts
	made     bool // the rows are of the setting
	total    diff.Change
	rows     []*goroutineRow
	has      rowsHave
	sum      int64  // of the goroutines in the rows that the filter lets through
	handlers string // how many there are, where rows stand for them
}

// noLabels stands for the goroutines without labels.
const noLabels = "no labels"

// goroutineRow is one line of the table.
type goroutineRow struct {
	key   any // a diff.GroupKey, a labelKey, or the name of the state or labels
	name  string
	group *diff.Group // nil where the row stands for several
	diff.Change
	status  diff.Status
	groups  int
	seen    time.Duration   // for how long the group is there at least, 0 where that is not known
	handler handler.Handler // where rows stand for handlers
	finding *leak.Finding   // that it belongs to, nil for none
	told    snapshot.Told   // by a full dump
	isTold  bool            // a dump tells of it
	starter string          // the function that started most of them, and how many other lines did; "" unknown and of what nothing did
	labels  string          // that the group carries, in short
	values  int             // how many values a key of labels has that the row stands for, 0 for others
}

func newGoroutines(m *Model) *goroutinesScreen {
	g := &goroutinesScreen{m: m}
	g.list = list.New(list.Config[*goroutineRow, any]{
		Key:      func(r *goroutineRow) any { return r.key },
		Text:     func(r *goroutineRow) string { return goroutineFilterText(m.cfg.Table, r) },
		Fields:   goroutineFields(m.cfg.Table),
		Dim:      func(r *goroutineRow) bool { return r.Delta == 0 && r.finding == nil },
		Empty:    "no goroutine profile yet",
		Theme:    m.theme,
		Deferred: true,
	})
	return g
}

func (g *goroutinesScreen) refresh() { g.list.SetTheme(g.m.theme) }

func (g *goroutinesScreen) setting() any { return [2]any{g.want, g.list.Setting()} }

// task compares, groups, filters and sorts, as far as it is not done.
func (g *goroutinesScreen) task() *task {
	c, setting, th := g.goroutineContent, g.want, g.m.theme
	return listed(g.list, g.m.doing(g, g.want == g.goroutineSetting, g.list), g.m.data.records(snapshot.Goroutine),
		func(a *analyst) ([]*goroutineRow, []list.Column[*goroutineRow], bool) {
			ok := c.build(a, setting)
			return c.rows, goroutineColumns(&c, th), ok
		},
		func(rows iter.Seq[*goroutineRow]) func() {
			c.count(rows)
			return func() { g.goroutineContent = c }
		})
}

func (g *goroutinesScreen) key(key string) (tea.Cmd, bool) {
	switch key {
	case "v":
		g.want.by = (g.want.by + 1) % goroutineGroupings
	case "p":
		g.want.ownOnly = !g.want.ownOnly
	case "D":
		g.m.dumpNow()
	case "w":
		g.want.found = !g.want.found
	default:
		return g.m.tableKey(g.list, key, g.open, g.copied)
	}
	return nil, true
}

// copied is what is copied of the selected row.
func (g *goroutinesScreen) copied() string {
	r, ok := g.list.Selected()
	if !ok || r.group == nil {
		return ""
	}
	return stackText(g.m.cfg.Table.Stack(r.group.Stacks[0]))
}

// open shows the page of the selected group, or the groups of the selected name.
func (g *goroutinesScreen) open() tea.Cmd {
	r, ok := g.list.Selected()
	switch {
	case !ok:
		return nil
	case g.by == byRequest:
		return g.m.open(newHandlerDetail(g.m, r.handler))
	case r.values > 0:
		g.want.opened = g.want.opened.toggled(r.key.(labelKey).key)
		return nil
	case r.group == nil:
		g.narrow(r.name)
		return nil
	}
	return g.m.open(newGroupDetail(g.m, *r.group, g.cmp))
}

// narrow shows the groups of one state, label or set of labels.
func (g *goroutinesScreen) narrow(name string) {
	if name == noLabels {
		g.m.say("these goroutines have no labels to narrow the groups by")
		return
	}
	exactly := "^" + regexp.QuoteMeta(name) + "$"
	condition := strings.ReplaceAll(exactly, `"`, `\"`)
	text := "(?m)" + exactly
	switch g.by {
	case byState:
		text = `state:"` + condition + `"`
	case byLabel:
		text = `label:"` + condition + `"`
	}
	f, err := g.list.ParseFilter(text)
	if err != nil {
		g.m.say(err.Error())
		return
	}
	g.want.by = byGroup
	g.list.SetFilter(f)
}

func (g *goroutinesScreen) click(x, y int) tea.Cmd {
	return clickList(g.list, x, y-goroutinesTop, func(r *goroutineRow) any { return r.key }, g.open)
}

func (g *goroutinesScreen) wheel(lines int) { g.list.Wheel(lines) }

// goroutinesTop is how many lines stand above the table.
const goroutinesTop = 2

func (g *goroutinesScreen) render(width, height int) string {
	if g.cmp.Comparison == nil {
		return block(g.m.waiting(snapshot.Goroutine, width), height)
	}
	total := g.m.totalLine(g.total, "count", g.hidden(), hiddenWhy(g.list.FilterShown(), g.ownOnly, g.found), width)
	head := g.m.comparedLine(g.cmp, g.by.String(), width) + "\n" + total
	return head + "\n" + g.list.Render(width, height-goroutinesTop)
}

// hidden says what the shown rows add up to where some are left out.
func (g *goroutinesScreen) hidden() string {
	why := hiddenWhy(g.list.FilterShown(), g.ownOnly, g.found)
	shown, all := g.list.Len()
	what := [...]string{byGroup: "group", byState: "state", byRequest: "handler", byLabel: "label", byLabelSet: "set"}[g.by]
	if why == "" && g.by == byRequest {
		return "   in " + g.handlers
	}
	if why == "" {
		return "   in " + units.Plural(int64(all), what)
	}
	return fmt.Sprintf("   shown %s with %s (%s)", units.Plural(int64(shown), what), units.Count(g.sum), why)
}

func (g *goroutinesScreen) hints() []hint {
	return []hint{{"enter", "open"}, {"v", "view"}, {"p", "own code"}, {"w", "findings"}, {"D", "full dump"}, {"b", "base=now"}}
}

func (g *goroutinesScreen) help() section {
	return section{"Goroutines: who waits, since when, growing or not", []hint{
		{"v", "by group, by state, by request handler, by label (key and value), by set of labels"},
		{"p", "own code only, or all"},
		{"w", "only what belongs to a finding, or all"},
		{"D", "take a full dump, which shows ids and creators; you confirm its cost to the target first"},
		{"b", "make the newest snapshot the base"},
		{"←→", "scroll wide rows"},
		{"enter", "the stacks of a group and the heap under its entry function; the groups of a state or label; all values of a label that has many; what a handler does"},
		{"/ wait>10m", "filter by the longest wait; also wait>=1h, wait<2d, and seen>5m"},
		{"/ state:chan", "filter by state; also starter:, label:route=; label:\"a b\" with spaces; ! before one inverts it, and a regex may be added"},
		{"wait", "from least to most, as the runtime reports, once there is a dump; counted from a GC: often too short, at most 2m too long"},
		{"started by", "what started most of them, once there is a dump; +2: and two other lines"},
		{"seen for", "how long leaktop itself has seen the group without a break: a lower bound"},
		{"(no stack)", "goroutines that are just being started or ended"},
		{"state", "as a dump shows it, else read off the frames at the leaf; finalizer: runs what runtime.SetFinalizer was given, one at a time"},
	}}
}
