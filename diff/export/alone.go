package export

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// alone is what a snapshot by itself holds, as the formats for people tell it.
type alone struct {
	Run
	o Options
}

// topTable is the table of go tool pprof -top of one comparison.
type topTable struct {
	diff.Top
	title string // "heap inuse_space"
	value topValues
	more  int // rows that the limit leaves out
}

// top is the table in the sample type that was asked for; false where there
// is none to show: a full dump is a list of groups, and has no table of functions.
func (a alone) top() (topTable, bool, error) {
	col, err := a.column(a.o.SampleType)
	if err != nil || col.index < 0 {
		return topTable{}, false, err
	}
	if col.Current != nil && col.Current.Told != nil {
		return topTable{}, false, nil
	}
	t := topTable{Top: col.Top(col.index, false), title: col.title()}
	t.value = newTopValues(t.Top, col.sampleType().Unit, a.o.Exact)
	rows := atMost(t.Rows, a.o.Limit)
	t.more, t.Rows = len(t.Rows)-len(rows), rows
	return t, true, nil
}

// about says what the table is, and what is not in it.
func (t topTable) about() string {
	text := t.title + ": " + t.value.value(t.Total) + " in all"
	if t.Dropped > 0 {
		text += "; " + units.Plural(t.Dropped, "function") + " below " + t.value.value(t.Cutoff) + " left out"
	}
	return text
}

// cells are those of the rows: flat, flat%, sum%, cum, cum%, and the name.
func (t topTable) cells() [][6]string {
	out, sum := make([][6]string, 0, len(t.Rows)), int64(0)
	for _, r := range t.Rows {
		sum = snapshot.AddSaturating(sum, r.Flat)
		out = append(out, [6]string{t.value.value(r.Flat), share(r.Flat, t.Total), share(sum, t.Total),
			t.value.value(r.Cum), share(r.Cum, t.Total), r.Name + inlined(r.Inlined)})
	}
	return out
}

// stateCount is how many goroutines are in one state.
type stateCount struct {
	State      diff.State `json:"state"`
	Goroutines int64      `json:"goroutines"`
}

// states are the totals by state, the most goroutines first.
func states(groups []diff.Group) []stateCount {
	total := make(map[diff.State]int64)
	for _, g := range groups {
		total[g.State] = snapshot.AddSaturating(total[g.State], g.After)
	}
	out := make([]stateCount, 0, len(total))
	for state, n := range total {
		out = append(out, stateCount{state, n})
	}
	slices.SortFunc(out, func(a, b stateCount) int {
		return cmp.Or(cmp.Compare(b.Goroutines, a.Goroutines), strings.Compare(string(a.State), string(b.State)))
	})
	return out
}

// grouped counts goroutines and their groups: "612 goroutines in 14 groups".
func (a alone) grouped(groups []diff.Group) string {
	v := values{unit: "count", exact: a.o.Exact}
	total := groupTotal(groups).After
	what := " goroutines in "
	if total == 1 {
		what = " goroutine in "
	}
	return v.value(total) + what + units.Plural(len(groups), "group")
}

// groupHead are the columns of groups; those of a dump have more.
func groupHead(c *diff.Comparison) []string {
	return append([]string{"count", "state", "blocked in", "at", "started as"}, toldColumns(c)...)
}

// groupCells are the cells of a group below groupHead.
func (a alone) groupCells(c *diff.Comparison, g diff.Group) []string {
	v := values{unit: "count", exact: a.o.Exact}
	row := []string{v.value(g.After), stateText(c, g), named(g.Blocked), place(g.Blocked), named(g.Entry)}
	if toldColumns(c) != nil {
		row = append(row, told(c, g)...)
	}
	return row
}

// groupTitle is a group in a line: "300 goroutines, sync.Mutex.Lock, 3d16h to 3d21h".
func groupTitle(c *diff.Comparison, g diff.Group) string {
	text := units.Plural(g.After, "goroutine") + ", " + stateText(c, g)
	if t, ok := c.Current.ToldOf(g.Stacks); ok && t.Most > 0 {
		text += ", " + reported(t)
	}
	return text
}

// otherStacks says how many stacks of a group are not shown, "" for none.
func otherStacks(g diff.Group) string {
	if n := len(g.Stacks) - 1; n > 0 {
		return "the commonest of " + units.Plural(n+1, "stack")
	}
	return ""
}

// headFacts say what is shown, when it was taken, and what it comes to.
func (a alone) headFacts() facts {
	var out facts
	out.add("target", a.Target.line())
	out.add("file", a.Current.Name)
	out.add("taken", stamp(a.Current.Time))
	if a.Judged != nil {
		out.add("verdict", a.check().headline())
	}
	for _, note := range a.notes() {
		out.add("note", note)
	}
	return out
}
