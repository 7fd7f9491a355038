package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestFilter(t *testing.T) {
	p := told(t, 120, 32).press("2", "/").enter("put")
	p.want("filter / put", "cache.(*Store).Put", "shown 1: +17.5 MiB (filter put)", "enter keep")
	p.wantNot("runtime.malg")

	// A filter that is no expression yet: the last good one stays in force, and the footer says why.
	p.enter("(").want("filter / put(", "missing closing )", "cache.(*Store).Put", "shown 1")
	p.press("backspace").wantNot("missing closing")

	// Kept, the filter shows what it hides in the total, and the keys are the screen's again.
	p.press("enter").want("shown 1: +17.5 MiB (filter put)", "enter open")
	p.press("down").want("▸")

	// It is still there to be changed.
	p.press("/").want("filter / put")
	for range len("put") {
		p.press("backspace")
	}
	p.want("runtime.malg")
	p.enter("!put").want("runtime.malg", "filter !put")
	p.wantNot("cache.(*Store).Put")

	// esc clears, while it is typed and after.
	p.press("esc").want("cache.(*Store).Put", "in 8 stacks")
	p.press("/").enter("zzz").press("enter").want("no row matches the filter zzz", "shown 0")
	p.press("esc").want("in 8 stacks")
}

// Capital letters matter only where the filter has one; every frame of the
// stack counts, not only the one that names the row.
func TestFilterMatchesTheWholeStack(t *testing.T) {
	for text, want := range map[string]string{
		"literalstore": "api.decode",
		"literalStore": "api.decode",
		"servehttp":    "cache.(*Store).Put",
		"store.go":     "cache.(*Store).Put",
	} {
		p := told(t, 120, 32).press("2", "/").enter(text)
		p.want(want)
		p.wantNot("runtime.malg")
	}
	told(t, 120, 32).press("2", "/").enter("LITERALSTORE").want("no row matches")

	p := told(t, 120, 32).press("3", "/").enter("tenant=acme")
	p.want("worker.(*Pool)", "shown 1 ")
	p.wantNot("notify.")
	p = told(t, 120, 32).press("3", "/").enter("io wait")
	p.want("IO wait", "shown 2 groups with 13")
	p.wantNot("chan send")
	// What is not the reason for a row to be there does not match.
	told(t, 120, 32).press("5", "/").enter("first").press("enter").want("#1")
}

func TestFilterOfEachScreen(t *testing.T) {
	for to, c := range map[string]struct{ text, shows, hides string }{
		"1": {"receive", "worker.(*Pool).next", "cache.(*Store).Put"},
		"2": {"lru", "lru.(*Cache).Add", "cache.(*Store).Put"},
		"3": {"worker", "worker.(*Pool)", "otifier).Push"},
		"5": {"#3", "12:00:30", "12:00:45"},
	} {
		p := told(t, 120, 32).press(to, "/").enter(c.text).press("enter")
		p.want(c.shows)
		p.wantNot(c.hides)
		// Each screen has a filter of its own.
		p.press("tab", "shift+tab").want(c.shows)
		p.wantNot(c.hides)
		p.press("esc").want(c.hides)
	}
}

func TestPasteIntoFilter(t *testing.T) {
	p := told(t, 120, 32).press("2", "/")
	p.send(tea.PasteMsg{Content: "cache\n"})
	p.want("filter / cache", "shown 2")
	// What is pasted where nothing is typed goes nowhere.
	p = told(t, 120, 32).press("2")
	p.send(tea.PasteMsg{Content: "q"})
	p.want("▸2 Heap", "in 8 stacks")
}

// Why a filter is wrong can be read in every window, also where it is long.
func TestFaultOfAFilterIsReadable(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for _, text := range []string{"put(", "net/http|encoding/json|notify("} {
			p := told(t, width, 24).press("2", "/").enter(text)
			if !strings.Contains(p.footer(), "missing closing )") {
				t.Errorf("at %d columns the reason is cut off: %s", width, p.footer())
			}
		}
	}
}

// That rows are hidden, and why, is told in every window.
func TestHiddenRowsAreTold(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for _, to := range []string{"2", "3"} {
			p := told(t, width, 24).press(to, "/").enter("notify").press("enter")
			if !strings.Contains(p.screen(), "filter notify") {
				t.Errorf("screen %s at %d columns does not say that a filter hides rows:\n%s", to, width, p.screen())
			}
			p = told(t, width, 24).press(to, "p")
			if !strings.Contains(p.screen(), "own code") || !strings.Contains(strings.Join(p.lines()[:6], "\n"), "own code") {
				t.Errorf("screen %s at %d columns does not say that foreign code is hidden:\n%s", to, width, p.screen())
			}
		}
	}
}

func TestSort(t *testing.T) {
	p := told(t, 200, 32).press("2")
	first := func(want string) {
		t.Helper()
		if got := p.lines()[bodyTop+heapTop+1]; !strings.Contains(got, want) {
			t.Errorf("the first row is %q, want %s\n%s", got, want, p.lines()[bodyTop+heapTop])
		}
	}
	first("notify.(*Notifier).encode") // by the size of the change
	p.press("o").want("↓ Δ bytes")
	first("notify.(*Notifier).encode")
	p.press("i").want("↑ Δ bytes")
	first("config.Load") // what shrank most
	p.press("o").want("↓ ±")
	p.press("o").want("↓ Δ obj")
	first("lru.(*Cache).Add")
	p.press("o").want("↓ now")
	first("notify.(*Notifier).encode")
	p.press("i").want("↑ now")
	first("config.Load")
	p.press("O").want("↓ Δ obj")
	p.press("o", "o", "o").want("verdict ↓")
	first("notify.(*Notifier).encode")
	p.press("o").want("function ↑")
	first("api.decode")
	p.press("o").want("↓ Δ bytes") // round again

	p = told(t, 200, 32).press("3", "o", "o", "o", "o", "o")
	p.want("state ↑")
	if got := p.lines()[bodyTop+goroutinesTop+1]; !strings.Contains(got, "IO wait") {
		t.Errorf("by state the first row is %q", got)
	}
}

// The selection follows its row by what it is, not by where it stands, while
// rows come, go and change places.
func TestSelectionFollowsItsRow(t *testing.T) {
	for _, c := range []struct{ to, row string }{
		{"2", "lru.(*Cache)"}, {"3", "worker.(*Pool)"}, {"1", "cache.(*Store)"}, {"5", "12:00:15"},
	} {
		p := newProgram(t)
		p.resize(120, 32)
		p.tell(p.story.attached())
		p.tell(p.story.between(1, 3, nothing)...)
		p.press(c.to)
		for range 10 {
			if strings.Contains(p.selected(), c.row) {
				break
			}
			p.press("down")
		}
		for seq := 4; seq <= storySnapshots; seq++ {
			p.tell(p.story.between(seq, seq, nothing)...)
			if got := p.selected(); !strings.Contains(got, c.row) {
				t.Errorf("screen %s after #%d: the selection left %s for %q", c.to, seq, c.row, got)
			}
		}
		p.press("o", "i", "o")
		if got := p.selected(); !strings.Contains(got, c.row) {
			t.Errorf("screen %s: sorting moved the selection from %s to %q", c.to, c.row, got)
		}
	}
}

// A column sorted by may not exist in the next view, or be of something that
// its rows do not have.
func TestSortOutlivesTheView(t *testing.T) {
	for _, to := range []string{"2", "3"} {
		for column := range 11 {
			for from := range 3 {
				p := told(t, 200, 50).press(to)
				for range from {
					p.press("v")
				}
				for range column {
					p.press("o")
				}
				for range 5 {
					p.press("v", "m")
					p.screen()
				}
			}
		}
	}
}
