package tui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// placeWithKeys is a screen, or a page over one, with keys of its own.
type placeWithKeys struct {
	name string
	to   []string // keys that lead there from Overview
}

const flameGraph = "Heap as flame graph"

func placesWithKeys() []placeWithKeys {
	keys := func(s string) []string { return strings.Fields(s) }
	return []placeWithKeys{
		{"Overview", nil},
		{"Heap by stack", keys("2")},
		{"Heap by function", keys("2 v")},
		{"Heap by handler", keys("2 v v v")},
		{"Heap as tree", keys("2 v v v v")},
		{flameGraph, keys("2 v v v v v")},
		{"Goroutines by group", keys("3")},
		{"Goroutines by state", keys("3 v")},
		{"Goroutines by handler", keys("3 v v")},
		{"Goroutines by label", keys("3 v v v")},
		{"Handlers", keys("4")},
		{"Snapshots", keys("5")},
		{"a finding", keys("enter")},
		{"a handler", keys("4 enter")},
		{"a stack", keys("2 enter")},
		{"a package", keys("2 v v / n e t / h enter enter")},
		{"a group", keys("3 enter")},
	}
}

// keysOf reads the keys off the left column of a help or a hint: "↑↓ j k",
// "1–5 tab", "gg G". What is no key, as a word that the help explains, gives none.
func keysOf(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		switch word {
		case "↑↓":
			out = append(out, "up", "down")
		case "←→", "→←":
			out = append(out, "left", "right")
		case "1–5":
			out = append(out, "1", "2", "3", "4", "5")
		case "gg":
			out = append(out, "gg")
		case "pgdn":
			out = append(out, "pgdown")
		case "tab", "enter", "esc", "space", "pgup", "pgdown", "home", "end", "ctrl+c", "ctrl+z", "ctrl+o", "shift+tab":
			out = append(out, word)
		default:
			if len(word) == 1 && ansi.StringWidth(word) == 1 && word[0] < 0x80 {
				out = append(out, word)
			}
		}
	}
	return out
}

// helped are the keys that a help explains. Words such as "g" in the legend of
// the chart's marks stand beside glyphs and are none.
func helped(sections ...section) []string {
	var out []string
	for _, s := range sections {
		for _, h := range s.hints {
			if strings.ContainsAny(h.key, "▴↻±Δ") {
				continue
			}
			out = append(out, keysOf(h.key)...)
		}
	}
	return out
}

func TestEveryHintIsExplainedInTheHelp(t *testing.T) {
	for _, place := range placesWithKeys() {
		p := told(t, 200, 50).press(place.to...)
		explained := helped(p.current().help(), everywhere())
		for _, h := range p.current().hints() {
			for _, key := range keysOf(h.key) {
				if !slices.Contains(explained, key) {
					t.Errorf("%s: the footer names %s (%s), the help does not", place.name, key, h.does)
				}
			}
		}
	}
}

// before leads to where a key has something to do: back needs a page, up needs
// a row above.
func before(key string) []string {
	switch key {
	case "up", "k":
		return []string{"down"}
	case "pgup", "gg":
		return []string{"G"}
	case "G", "down", "j", "pgdown":
		return []string{"g", "g"}
	case "left", "home":
		return []string{"right"}
	case "right", "end":
		return []string{"left"}
	case "i":
		return []string{"o"}
	}
	return nil
}

// ready is a program at a place where a key has something to do.
func ready(t *testing.T, place placeWithKeys, key string, width, height int) *program {
	p := told(t, width, height).press(place.to...)
	switch {
	case place.name == "Goroutines by label" && key == "enter":
		return p.press("down") // the first row stands for what has no labels
	case place.name != flameGraph:
		return p.press(before(key)...)
	}
	// The root of a flame graph has nothing above it to zoom to or to go back to.
	return p.press("down").press(before(key)...)
}

// effect reports whether a key did anything that a person can tell: the
// picture changed, the sampler was asked, or the terminal was.
func effect(p *program, key string) bool {
	picture, asked, got, edited := p.View().Content, len(p.sampler.asked), len(p.got), len(p.files.edited)
	if key == "gg" {
		p.press("g", "g")
	} else {
		p.press(key)
	}
	return p.View().Content != picture || len(p.sampler.asked) != asked || len(p.got) != got || len(p.files.edited) != edited
}

// A footer that names a key promises that it does something there.
func TestEveryKeyInTheFooterDoesSomething(t *testing.T) {
	for _, place := range placesWithKeys() {
		for _, width := range []int{60, 200} {
			footer := told(t, width, 30).press(place.to...).footer()
			for hint := range strings.SplitSeq(footer, "   ") {
				word, _, _ := strings.Cut(strings.TrimSpace(hint), " ")
				if strings.HasPrefix(strings.TrimSpace(hint), "n N") {
					word = "n N"
				}
				for _, key := range keysOf(word) {
					p := ready(t, place, key, width, 30)
					if !effect(p, key) {
						t.Errorf("%s at %d columns: the footer says %q, and %s does nothing", place.name, width, strings.TrimSpace(hint), key)
					}
				}
			}
		}
	}
}

// Every key of the screen's own help works on it; a view that lacks one of
// them is named here, with the reason.
func TestEveryKeyInTheHelpDoesSomething(t *testing.T) {
	except := map[string]string{
		"Heap as tree p":           "a tree has all frames",
		"Heap as flame graph p":    "a flame graph has all frames",
		"Heap as tree w":           "a tree has all frames",
		"Heap as flame graph w":    "a flame graph has all frames",
		"Goroutines by state p":    "states have no code of their own",
		"Goroutines by label p":    "labels have no code of their own",
		"Heap by function left":    "every name fits",
		"Heap by function right":   "every name fits",
		"Goroutines by state left": "every name fits",
		"a group enter":            "there is no full dump to list: see TestFullDump",
		"a stack n":                "it has but one stack",
		"a stack N":                "it has but one stack",
	}
	for _, place := range placesWithKeys() {
		help := told(t, 70, 20).press(place.to...).current().help()
		for _, key := range helped(help) {
			if _, ok := except[place.name+" "+key]; ok {
				continue
			}
			p := ready(t, place, key, 70, 20)
			if !effect(p, key) && key != "right" && key != "left" {
				t.Errorf("%s: the help explains %s, and it does nothing", place.name, key)
			}
		}
	}
}

// The keys that work everywhere do so on every screen that has something for
// them to work on.
func TestEverywhereMeansEverywhere(t *testing.T) {
	for _, place := range placesWithKeys() {
		for _, key := range []string{"1", "2", "3", "4", "5", "tab", "shift+tab", "up", "down", "j", "k", "gg", "G", "space", "s", "+", "-", "e", "?", "q", "ctrl+c", "ctrl+z"} {
			p := ready(t, place, key, 70, 20)
			if p.view == tabKeys()[key] && len(p.details) == 0 && len(key) == 1 && strings.Contains("12345", key) {
				continue // one is there already
			}
			if place.name == flameGraph && key == "G" {
				continue // it has no last row
			}
			if !effect(p, key) {
				t.Errorf("%s: %s does nothing", place.name, key)
			}
		}
	}
}

func tabKeys() map[string]view {
	return map[string]view{"1": viewOverview, "2": viewHeap, "3": viewGoroutines, "4": viewHandlers, "5": viewSnapshots}
}

func TestTabs(t *testing.T) {
	p := told(t, 120, 32)
	for key, want := range map[string]string{"1": "▸1 Overview", "2": "▸2 Heap", "3": "▸3 Goroutines", "4": "▸4 Handlers", "5": "▸5 Snapshots"} {
		p.press(key).want(want)
	}
	p.press("1")
	for _, want := range []string{"▸2 Heap", "▸3 Goroutines", "▸4 Handlers", "▸5 Snapshots", "▸1 Overview"} {
		p.press("tab").want(want)
	}
	for _, want := range []string{"▸5 Snapshots", "▸4 Handlers", "▸3 Goroutines", "▸2 Heap", "▸1 Overview"} {
		p.press("shift+tab").want(want)
	}
	// All of them can be read in the smallest window.
	told(t, 60, 20).want("1 Overview  2 Heap  3 Goroutines  4 Handlers  5 Snapshots ")
}

func TestMoving(t *testing.T) {
	for _, place := range []struct {
		to          string
		first, last string
	}{
		{"1", "(*Notifier)", "report.(*"},
		{"2", "(*Notifier)", "runtime.malg"},
		{"3", "(*Notifier)", "http.(*Server)"},
		{"4", "api.(*Server).Create", "other"},
		{"5", "#8", "#1"},
	} {
		p := told(t, 120, 32).press(place.to)
		selected := func(keys string, want string) {
			t.Helper()
			p.press(strings.Fields(keys)...)
			if got := p.selected(); !strings.Contains(got, want) {
				t.Errorf("screen %s, after %s: selected is %q, want %s", place.to, keys, got, want)
			}
		}
		selected("down up", place.first)
		selected("j k", place.first)
		selected("G", place.last)
		selected("g g", place.first)
		selected("pgdown pgdown", place.last)
		selected("pgup pgup", place.first)
		if place.to != "1" { // there home and end move in time
			selected("end", place.last)
			selected("home", place.first)
		}
		selected("G g j", place.last) // one g and another key is no gg
	}
}

func TestQuitAndSuspend(t *testing.T) {
	for _, to := range []string{"1", "2", "3", "4", "5"} {
		for _, key := range []string{"q", "ctrl+c"} {
			p := told(t, 120, 32).press(to, key)
			if _, ok := result[tea.QuitMsg](p); !ok {
				t.Errorf("%s on screen %s does not quit", key, to)
			}
		}
		p := told(t, 120, 32).press(to, "ctrl+z")
		if _, ok := result[tea.SuspendMsg](p); !ok {
			t.Errorf("ctrl+z on screen %s does not suspend", to)
		}
	}
	// ctrl+c quits whatever lies over the screen; q is a letter there.
	for _, over := range []string{"?", "/", "e"} {
		p := told(t, 120, 32).press("2", over, "ctrl+c")
		if _, ok := result[tea.QuitMsg](p); !ok {
			t.Errorf("ctrl+c does not quit while %s is open", over)
		}
	}
	p := told(t, 120, 32).press("2", "/", "q")
	if _, ok := result[tea.QuitMsg](p); ok {
		t.Error("q quits while a filter is typed")
	}
	p.want("filter / q")
	// A window that is too small can be left, too.
	p = told(t, 20, 5).press("q")
	if _, ok := result[tea.QuitMsg](p); !ok {
		t.Error("q does not quit a window that is too small")
	}
}

func TestHelp(t *testing.T) {
	p := told(t, 60, 20).press("2", "?")
	p.want("Heap: what grew", "↑↓ scroll")
	p.wantNot("suspend")
	p.press("down", "down").press("pgdown", "pgdown").want("ctrl+z", "suspend")
	p.press("up", "pgup", "pgup").want("Heap: what grew")
	p.press("x").want("live bytes")
	p.wantNothingOver()
	// The key that closes the help does not act on the screen below.
	p.press("?", "3").want("▸2 Heap")
	if p := told(t, 200, 50).press("2", "?"); !strings.Contains(p.screen(), "Everywhere") {
		t.Error("a wide window does not show all of the help at once")
	}
}

func (p *program) wantNothingOver() {
	p.t.Helper()
	if p.over != nil {
		p.t.Errorf("%T is still open", p.over)
	}
}
