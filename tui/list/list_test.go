package list

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// grower is a row as the Heap screen has them.
type grower struct {
	name  string
	where string
	delta int
}

func growers() []grower {
	return []grower{
		{"orders.(*Notifier).Push", "notify.go:88", 64_000},
		{"cache.(*Store).Put", "store.go:41", 3_100},
		{"lru.(*Cache).Add", "lru.go:30", 100},
		{"注文.(*通知).送信する", "通知.go:88", 80},
		{"runtime.malg", "proc.go:5012", 0},
	}
}

func columns() []Column[grower] {
	th := theme.New(true)
	return []Column[grower]{
		{
			Title: "verdict", Min: 7, Max: 10, Priority: 3,
			Cell: func(g grower) Cell {
				if g.delta > 1000 {
					return Cell{Text: "LEAK", Paint: th.Leak}
				}
				return Cell{Text: "GROWING", Paint: th.Growing}
			},
		},
		{
			Title: "function", Min: 12, Max: 30, Flex: true, Priority: 4,
			Cell:    func(g grower) Cell { return Cell{Text: g.name} },
			Compare: func(a, b grower) int { return strings.Compare(a.name, b.name) },
		},
		{
			Title: "Δ bytes", Min: 9, Max: 12, Right: true, Priority: 2, Descending: true,
			Cell:    func(g grower) Cell { return Cell{Text: fmt.Sprintf("%+d", g.delta)} },
			Compare: func(a, b grower) int { return cmp.Compare(a.delta, b.delta) },
		},
		{
			Title: "where", Min: 12, Max: 20, Priority: 1,
			Cell:    func(g grower) Cell { return Cell{Text: g.where} },
			Compare: func(a, b grower) int { return strings.Compare(a.where, b.where) },
		},
	}
}

func newList(rows []grower) *List[grower, string] {
	l := New(Config[grower, string]{
		Columns: columns(),
		Key:     func(g grower) string { return g.name },
		Text:    func(g grower) string { return g.name + " " + g.where },
		Dim:     func(g grower) bool { return g.delta == 0 },
		Empty:   "nothing grew",
		Theme:   theme.New(true),
	})
	l.SetRows(rows)
	return l
}

// numbered returns n rows, named so that they can be found.
func numbered(n int) []grower {
	rows := make([]grower, n)
	for i := range rows {
		rows[i] = grower{name: fmt.Sprintf("pkg.f%06d", i), where: fmt.Sprintf("f.go:%d", i), delta: i * 7919 % 1000}
	}
	return rows
}

// selected returns the name of the selected row and the line of the screen it is on.
func selected(t *testing.T, l *List[grower, string], width, height int) (name string, line int) {
	t.Helper()
	for y, s := range strings.Split(ansi.Strip(l.Render(width, height)), "\n") {
		if strings.HasPrefix(s, theme.SelectionGlyph) {
			row, _ := l.Selected()
			if !strings.Contains(s, row.name) {
				t.Fatalf("line %d is marked and reads %q, but %q is selected", y, s, row.name)
			}
			return row.name, y
		}
	}
	return "", -1
}

func TestSelectionFollowsItsRow(t *testing.T) {
	rows := numbered(100)
	l := newList(rows)
	l.Render(80, 20)
	l.Move(50)
	_, before := selected(t, l, 80, 20)

	shuffled := slices.Concat(rows[80:], rows[:80]) // row 50 moves to index 70
	l.SetRows(shuffled)
	if name, line := selected(t, l, 80, 20); name != "pkg.f000050" || line != before {
		t.Errorf("after the data moved, %s is selected on line %d; want pkg.f000050 on line %d", name, line, before)
	}

	without := slices.DeleteFunc(slices.Clone(shuffled), func(g grower) bool { return g.name == "pkg.f000050" })
	l.SetRows(without)
	if name, _ := selected(t, l, 80, 20); name != "pkg.f000051" {
		t.Errorf("after its row went, %s is selected; want the next one, pkg.f000051", name)
	}
	l.SetRows(without[:3])
	if name, _ := selected(t, l, 80, 20); name != "pkg.f000082" {
		t.Errorf("after all but three went, %s is selected; want the last, pkg.f000082", name)
	}
}

func TestUntouchedSelectionStaysOnTop(t *testing.T) {
	rows := numbered(100)
	l := newList(rows)
	l.Render(80, 20)
	slices.Reverse(rows)
	l.SetRows(slices.Clone(rows))
	if name, line := selected(t, l, 80, 20); name != "pkg.f000099" || line != 1 {
		t.Errorf("%s on line %d; want the new first row on line 1", name, line)
	}
}

func TestTopStaysOnScreen(t *testing.T) {
	rows := numbered(100)
	l := newList(rows)
	l.Render(80, 20)
	l.Move(2)
	l.SetRows(slices.Concat(rows[90:], rows[:90]))
	if name, line := selected(t, l, 80, 20); name != "pkg.f000002" || line != 13 {
		t.Errorf("%s on line %d; want pkg.f000002 on line 13, below ten new rows", name, line)
	}
}

func TestSortIsStableAndFollowsTheSelection(t *testing.T) {
	rows := []grower{{"c", "x", 1}, {"a", "x", 2}, {"b", "x", 1}, {"d", "x", 2}}
	l := newList(rows)
	l.Render(80, 10)
	l.Home()
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"as given", func() {}, "c a b d"},
		{"next", l.NextSort, "a b c d"},
		{"the same again", func() { l.SortBy(1) }, "d c b a"},
		{"next, its largest first", l.NextSort, "a d c b"},
		{"inverted", l.InvertSort, "c b a d"},
		{"next, all equal", l.NextSort, "c a b d"},
		{"next, from the start", l.NextSort, "a b c d"},
		{"previous, from the end", l.PreviousSort, "c a b d"},
		{"previous", l.PreviousSort, "a d c b"},
		{"a column that cannot be sorted by", func() { l.SortBy(0) }, "a d c b"},
		{"no such column", func() { l.SortBy(9) }, "a d c b"},
	} {
		step.do()
		var names []string
		for g := range shown(l) {
			names = append(names, g.name)
		}
		if got := strings.Join(names, " "); got != step.want {
			t.Errorf("%s: %s; want %s", step.name, got, step.want)
		}
		if row, _ := l.Selected(); row.name != "c" {
			t.Errorf("%s: the selection went to %s", step.name, row.name)
		}
	}
}

// shown are the rows that the filter lets through, in order.
func shown[T any, K comparable](l *List[T, K]) iter.Seq[T] {
	a, _ := l.Wanted().Arrange(l.rows, nil)
	return a.Shown()
}

func TestSortSkipsColumnsOffScreen(t *testing.T) {
	l := newList(growers())
	l.Render(26, 10) // verdict and function
	l.NextSort()
	l.NextSort()
	if head := ansi.Strip(strings.Split(l.Render(26, 10), "\n")[0]); !strings.Contains(head, "function ↑") {
		t.Errorf("sorted by a column nobody sees: %q", head)
	}
}

func TestFilter(t *testing.T) {
	l := newList(growers())
	l.Render(80, 10)
	l.Move(1)
	for _, c := range []struct{ text, want, selected string }{
		{"cache", "cache.(*Store).Put lru.(*Cache).Add", "cache.(*Store).Put"},
		{"!cache", "orders.(*Notifier).Push 注文.(*通知).送信する runtime.malg", "orders.(*Notifier).Push"},
		{"通知", "注文.(*通知).送信する", "注文.(*通知).送信する"},
		{"no such", "", ""},
		{"", "orders.(*Notifier).Push cache.(*Store).Put lru.(*Cache).Add 注文.(*通知).送信する runtime.malg", "注文.(*通知).送信する"},
	} {
		f, err := ParseFilter(c.text)
		if err != nil {
			t.Fatal(err)
		}
		l.SetFilter(f)
		var names []string
		for g := range shown(l) {
			names = append(names, g.name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("filter %q shows %q; want %q", c.text, got, c.want)
		}
		if row, _ := l.Selected(); row.name != c.selected {
			t.Errorf("filter %q: %q is selected; want %q", c.text, row.name, c.selected)
		}
		if shown, all := l.Len(); shown != len(names) || all != 5 {
			t.Errorf("filter %q: Len() = %d, %d", c.text, shown, all)
		}
	}
}

func TestMovement(t *testing.T) {
	l := newList(numbered(1203))
	l.Render(80, 22) // head, 20 rows, position
	for _, step := range []struct {
		name     string
		do       func()
		want     int
		position string
	}{
		{"up at the top", func() { l.Move(-1) }, 0, "1–20 of 1,203"},
		{"down", func() { l.Move(1) }, 1, "1–20 of 1,203"},
		{"down off the screen", func() { l.Move(19) }, 20, "2–21 of 1,203"},
		{"a page", func() { l.Page(1) }, 39, "21–40 of 1,203"},
		{"half a page back", func() { l.HalfPage(-1) }, 29, "11–30 of 1,203"},
		{"the wheel", func() { l.Wheel(3) }, 29, "14–33 of 1,203"},
		{"the wheel takes the selection along", func() { l.Wheel(30) }, 43, "44–63 of 1,203"},
		{"the end", l.End, 1202, "1,184–1,203 of 1,203"},
		{"a page after the end", func() { l.Page(1) }, 1202, "1,184–1,203 of 1,203"},
		{"the wheel after the end", func() { l.Wheel(3) }, 1202, "1,184–1,203 of 1,203"},
		{"a page back", func() { l.Page(-1) }, 1183, "1,165–1,184 of 1,203"},
		{"home", l.Home, 0, "1–20 of 1,203"},
	} {
		step.do()
		row, _ := l.Selected()
		if want := fmt.Sprintf("pkg.f%06d", step.want); row.name != want || l.Position() != step.position {
			t.Errorf("%s: %s, %s; want %s, %s", step.name, row.name, l.Position(), want, step.position)
		}
	}
}

func TestClicks(t *testing.T) {
	l := newList(numbered(30))
	l.Render(80, 12) // head, 10 rows, position
	l.Wheel(5)
	for y, want := range map[int]string{0: "", 1: "pkg.f000005", 10: "pkg.f000014", 11: "", -1: "", 99: ""} {
		if hit := l.ClickRow(y); hit != (want != "") {
			t.Errorf("ClickRow(%d) = %v", y, hit)
		} else if row, _ := l.Selected(); hit && row.name != want {
			t.Errorf("ClickRow(%d) selects %s; want %s", y, row.name, want)
		}
	}
	head := ansi.Strip(strings.Split(l.Render(80, 12), "\n")[0])
	for i, c := range l.cfg.Columns {
		x := ansi.StringWidth(head[:strings.Index(head, c.Title)])
		if column, ok := l.ClickHead(x); !ok || column != i {
			t.Errorf("ClickHead(%d) on %q = %d, %v; want %d", x, c.Title, column, ok, i)
		}
	}
	if _, ok := l.ClickHead(0); ok {
		t.Error("there is a column under the selection glyph")
	}
	l.Render(80, 1)
	if _, ok := l.ClickHead(3); ok {
		t.Error("a list of one line has heads")
	}
	if !l.ClickRow(0) {
		t.Error("a list of one line has no row on it")
	}
}

func TestSetColumnsKeepsSelectionAndSort(t *testing.T) {
	l := newList(growers())
	l.Render(80, 10)
	l.SortBy(2)
	l.Move(1)
	l.SetColumns(columns()[1:3])
	if row, _ := l.Selected(); row.name != "cache.(*Store).Put" {
		t.Errorf("%s is selected", row.name)
	}
	if head := ansi.Strip(strings.Split(l.Render(80, 10), "\n")[0]); strings.ContainsAny(head, "↑↓") {
		t.Errorf("sorted by a column that is gone: %q", head)
	}
}

// A hidden column takes no room and is not sorted by with the keys, and those
// behind it keep their index.
func TestHiddenColumns(t *testing.T) {
	l := newList(growers())
	cols := columns()
	cols[1].Hidden = true
	l.SetColumns(cols)
	l.SortBy(2)
	head := ansi.Strip(strings.Split(l.Render(80, 10), "\n")[0])
	if strings.Contains(head, "function") || !strings.Contains(head, "↓ Δ bytes") {
		t.Errorf("the head is %q", head)
	}
	l.NextSort()
	l.NextSort()
	if head := ansi.Strip(strings.Split(l.Render(80, 10), "\n")[0]); !strings.Contains(head, "↓ Δ bytes") {
		t.Errorf("after the two columns on screen it is sorted by another: %q", head)
	}
	for i := range cols {
		cols[i].Hidden = true
	}
	l.SetColumns(cols)
	l.Render(80, 10)
}
