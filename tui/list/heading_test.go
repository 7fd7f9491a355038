package list

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// parted is a list whose rows are parted by those with a name in capitals.
func parted(names ...string) *List[grower, string] {
	rows := make([]grower, len(names))
	for i, name := range names {
		rows[i] = grower{name: name, delta: i + 1}
	}
	l := New(Config[grower, string]{
		Columns: columns(),
		Key:     func(g grower) string { return g.name },
		Text:    func(g grower) string { return g.name },
		Heading: func(g grower) (string, string) {
			if strings.ToUpper(g.name) == g.name {
				return g.name, "a part"
			}
			return "", ""
		},
		Theme: theme.New(true),
	})
	l.SetRows(rows)
	return l
}

func selectedName(l *List[grower, string]) string {
	row, ok := l.Selected()
	if !ok {
		return ""
	}
	return row.name
}

func TestHeadingsAreNeverSelected(t *testing.T) {
	l := parted("ONE", "a", "b", "TWO", "c", "EMPTY")
	l.Render(60, 20)
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, "a"},
		{func() { l.Move(-1) }, "a"},
		{func() { l.Move(1) }, "b"},
		{func() { l.Move(1) }, "c"},
		{func() { l.Move(1) }, "c"},
		{func() { l.Move(-1) }, "b"},
		{l.End, "c"},
		{l.Home, "a"},
		{func() { l.Page(1) }, "c"},
		{func() { l.Page(-1) }, "a"},
		{func() { l.Wheel(3) }, "a"}, // all rows are in sight
		{func() { l.ClickRow(1) }, "a"},
		{func() { l.ClickRow(4) }, "a"}, // TWO
		{func() { l.ClickRow(5) }, "c"},
	} {
		step.do()
		if got := selectedName(l); got != step.want {
			t.Errorf("selected is %q, want %q", got, step.want)
		}
	}
	if shown, all := l.Len(); shown != 3 || all != 3 {
		t.Errorf("%d of %d rows, want 3 of 3", shown, all)
	}
	for row := range shown(l) {
		if strings.ToUpper(row.name) == row.name {
			t.Errorf("%s is among the rows", row.name)
		}
	}
	if l = parted("ONE"); selectedName(l) != "" {
		t.Error("a list of headings alone has a selected row")
	}
	l.Move(1)
	l.Render(60, 20)
}

// A part of rows that are chosen or ordered otherwise is none.
func TestHeadingsGoWhileFilteredOrSorted(t *testing.T) {
	l := parted("ONE", "a", "b", "TWO", "c")
	f, err := ParseFilter("c")
	if err != nil {
		t.Fatal(err)
	}
	l.SetFilter(f)
	if got := ansi.Strip(l.Render(60, 20)); strings.Contains(got, "a part") || !strings.Contains(got, " c ") {
		t.Errorf("filtered:\n%s", got)
	}
	l.SetFilter(Filter{})
	l.SortBy(1)
	if got := ansi.Strip(l.Render(60, 20)); strings.Contains(got, "a part") {
		t.Errorf("sorted:\n%s", got)
	}
}

// The first row of a part is seen below its heading, and headings do not count
// as rows.
func TestScrollingWithHeadings(t *testing.T) {
	l := parted("ONE", "a", "b", "c", "d", "TWO", "e", "f", "g", "h")
	const height = 6 // the head, four lines, the position
	lines := func() []string { return strings.Split(ansi.Strip(l.Render(60, height)), "\n") }
	if got := lines()[height-1]; strings.TrimSpace(got) != "1–3 of 8" {
		t.Errorf("at the top the position is %q", got)
	}
	l.Move(4)
	if got := lines(); selectedName(l) != "e" || !strings.HasPrefix(got[3], " TWO  a part") || strings.TrimSpace(got[height-1]) != "3–5 of 8" {
		t.Errorf("selected is %s:\n%s", selectedName(l), strings.Join(got, "\n"))
	}
	l.End()
	l.Home()
	if got := lines(); !strings.HasPrefix(got[1], " ONE  a part") {
		t.Errorf("back at the top the heading is out of sight:\n%s", strings.Join(got, "\n"))
	}
	for range 20 {
		l.Wheel(3)
		lines()
	}
	if got := lines(); !strings.Contains(got[4], "h") {
		t.Errorf("the wheel does not reach the end:\n%s", strings.Join(got, "\n"))
	}
}
