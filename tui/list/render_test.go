package list

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"leaktop/tui/theme"
)

// plain is what a list looks like without colours, trailing blanks made visible.
func plain(l *List[grower, string], width, height int) string {
	return strings.ReplaceAll(ansi.Strip(l.Render(width, height)), "\n", "|\n") + "|\n"
}

func TestGolden(t *testing.T) {
	for _, width := range []int{20, 60, 80, 120, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			l := newList(growers())
			l.SortBy(2)
			l.Move(1)
			golden.RequireEqual(t, plain(l, width, 8))
		})
	}
}

func TestGoldenScrolled(t *testing.T) {
	l := newList(numbered(1203))
	l.Render(60, 8)
	l.Move(40)
	golden.RequireEqual(t, plain(l, 60, 8))
}

func TestGoldenColours(t *testing.T) {
	l := newList(growers())
	l.SortBy(2)
	golden.RequireEqual(t, l.Render(60, 6))
}

func TestSmallest(t *testing.T) {
	for _, c := range []struct {
		width, height int
		want          string
	}{
		{80, 0, ""},
		{80, -1, ""},
		{14, 1, "▸ orders.(*No…"},
		{14, 2, "  function\n▸ orders.(*No…"},
		{8, 2, "  funct…\n▸ order…"},
		{3, 2, "  …\n▸ …"},
		{2, 2, "\n▸ "},
		{1, 2, "\n▸"},
		{0, 3, "\n\n"},
	} {
		l := newList(growers())
		if got := ansi.Strip(l.Render(c.width, c.height)); got != c.want {
			t.Errorf("%d×%d: got %q, want %q", c.width, c.height, got, c.want)
		}
	}
}

func TestEmpty(t *testing.T) {
	l := newList(nil)
	if got, want := ansi.Strip(l.Render(30, 3)), "  verdict  function\n  nothing grew\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, ok := l.Selected(); ok {
		t.Error("a row of none is selected")
	}
	if l.Position() != "" {
		t.Errorf("position %q", l.Position())
	}
	for _, do := range []func(){
		func() { l.Move(1) }, func() { l.Page(-1) }, l.End, l.Home,
		func() { l.Wheel(1) }, func() { l.Scroll(1) }, l.NextSort, l.InvertSort,
	} {
		do()
		l.Render(30, 3)
	}
	l.SetRows(growers())
	l.SetRows(nil)
	f, err := ParseFilter("lost")
	if err != nil {
		t.Fatal(err)
	}
	l.SetRows(growers())
	l.SetFilter(f)
	if got := ansi.Strip(l.Render(60, 3)); !strings.Contains(got, "no row matches the filter lost") {
		t.Errorf("no word about the filter in %q", got)
	}
}

func TestWideRunesKeepColumnsInLine(t *testing.T) {
	l := newList(growers())
	at := -1
	for _, line := range strings.Split(ansi.Strip(l.Render(80, 8)), "\n")[1:6] {
		_, last, _ := strings.Cut(line, "+")
		digits := len(last) - len(strings.TrimLeft(last, "0123456789"))
		end := ansi.StringWidth(line) - ansi.StringWidth(last) + digits
		if at >= 0 && end != at {
			t.Errorf("the number in %q ends at cell %d, the others at %d", line, end, at)
		}
		at = end
	}
}

func TestScrollSideways(t *testing.T) {
	l := newList(growers())
	l.Render(34, 8)
	l.Scroll(1)
	if got := ansi.Strip(strings.Split(l.Render(34, 8), "\n")[1]); !strings.Contains(got, "…*Notifier)…") {
		t.Errorf("one step: %q", got)
	}
	l.Scroll(100)
	if got := ansi.Strip(strings.Split(l.Render(34, 8), "\n")[1]); !strings.Contains(got, "…ifier).Push ") {
		t.Errorf("its end is not seen: %q", got)
	}
	l.Scroll(-1)
	l.Scroll(-1)
	if got := ansi.Strip(strings.Split(l.Render(34, 8), "\n")[1]); !strings.Contains(got, "orders.(") {
		t.Errorf("two steps back from the end: %q", got)
	}
	l.Scroll(9)
	if got := ansi.Strip(strings.Split(l.Render(200, 8), "\n")[1]); !strings.Contains(got, "orders.(*Notifier).Push") {
		t.Errorf("scrolled although all of it has room: %q", got)
	}
}

func TestOnlyRowsOnScreenAreFormatted(t *testing.T) {
	formatted := 0
	l := New(Config[grower, string]{
		Columns: []Column[grower]{{Title: "n", Cell: func(g grower) Cell { formatted++; return Cell{Text: g.name} }}},
		Key:     func(g grower) string { return g.name },
		Text:    func(g grower) string { return g.name },
		Theme:   theme.New(true),
	})
	l.SetRows(numbered(10_000))
	l.Render(80, 50)
	if formatted > 50 {
		t.Errorf("%d cells were made for 50 lines", formatted)
	}
}

// Whatever is done to a list, it draws the size that it was asked for and knows
// a row that is shown.
func FuzzOperations(f *testing.F) {
	f.Add(uint64(1), []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"), "名前\u0301🏳️‍🌈x")
	f.Add(uint64(2), []byte("\x0b\x00\x0b\x03\x0b\x0d\x09\x0b\x0e\x0b"), "a\u200dbé")
	f.Fuzz(func(t *testing.T, seed uint64, ops []byte, name string) {
		name = strings.Map(func(r rune) rune {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				return -1 // as the boundary does
			}
			return r
		}, strings.ToValidUTF8(name, ""))
		random := rand.New(rand.NewPCG(seed, 0))
		l := newList(nil)
		filters := []string{"", "1", "!1", "nothing", name}
		for _, op := range ops {
			switch n := random.IntN(60) - 20; op % 16 {
			case 0:
				rows := numbered(max(0, n))
				for i := range rows {
					rows[i].name = strings.Repeat(name, random.IntN(4)) + rows[i].name
				}
				random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
				l.SetRows(rows)
			case 1:
				l.Move(n)
			case 2:
				l.Page(n)
			case 3:
				l.HalfPage(n)
			case 4:
				l.End()
			case 5:
				l.Home()
			case 6:
				l.Wheel(n)
			case 7:
				l.Scroll(n)
			case 8:
				l.NextSort()
			case 9:
				l.PreviousSort()
			case 10:
				l.SortBy(n)
			case 11, 12:
				draw(t, l, n, random.IntN(12)-1)
			case 13:
				if filter, err := ParseFilter(filters[random.IntN(len(filters))]); err == nil {
					l.SetFilter(filter)
				}
			case 14:
				l.ClickRow(n)
				l.ClickHead(n)
			case 15:
				l.SetColumns(columns()[random.IntN(4):])
			}
			if _, ok := l.Selected(); ok != (len(l.view) > 0) {
				t.Fatalf("Selected says %v with %d rows shown", ok, len(l.view))
			}
		}
		draw(t, l, 60, 10)
	})
}

func draw(t *testing.T, l *List[grower, string], width, height int) {
	t.Helper()
	out := l.Render(width, height)
	if height <= 0 {
		if out != "" {
			t.Fatalf("no lines were asked for, got %q", out)
		}
		return
	}
	lines := strings.Split(out, "\n")
	if len(lines) != height {
		t.Fatalf("%d lines instead of %d", len(lines), height)
	}
	marked := 0
	for _, line := range lines {
		if w := ansi.StringWidth(line); w > max(0, width) {
			t.Fatalf("a line of %d cells in a list of %d: %q", w, width, line)
		}
		if strings.HasPrefix(ansi.Strip(line), theme.SelectionGlyph) {
			marked++
		}
	}
	if _, ok := l.Selected(); ok && width > 0 && marked != 1 {
		t.Fatalf("%d rows are marked as selected:\n%s", marked, out)
	}
}

// A name that is too long keeps its end, and shows its start after the first
// step to the right.
func TestTail(t *testing.T) {
	l := New(Config[string, string]{
		Columns: []Column[string]{{Title: "function", Flex: true, Tail: true, Cell: func(s string) Cell { return Cell{Text: s} }}},
		Key:     func(s string) string { return s },
	})
	l.SetRows([]string{"orders.(*Notifier).Push", "main.main"})
	rows := func() []string { return strings.Split(ansi.Strip(l.Render(16, 3)), "\n")[1:] }
	if got := rows(); !strings.HasSuffix(strings.TrimRight(got[0], " "), "…otifier).Push") || !strings.Contains(got[1], "main.main") {
		t.Errorf("the rows are %q", got)
	}
	l.Scroll(1)
	if got := rows()[0]; !strings.Contains(got, "orders.(*") {
		t.Errorf("after a step to the right the row is %q, want the start of the name", got)
	}
	l.Scroll(5)
	if got := rows()[0]; !strings.Contains(got, ".Push") {
		t.Errorf("scrolled to the end the row is %q", got)
	}
}
