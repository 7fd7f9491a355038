package tui

import (
	"fmt"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

const (
	softDark  = "#262626" // the selected row's background, as tui/theme has it
	softLight = "#eeeeee"
)

func TestSelectedRowHasASoftBackground(t *testing.T) {
	for _, c := range []struct {
		name       string
		background color.Color
		want       string
	}{
		{"dark", color.Black, softDark},
		{"light", color.White, softLight},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := startTerminal(t, 120, 32, c.background, trueColour())
			term.text("2")
			// The terminal's answer about its background may come after the first picture.
			term.await("the selected row has its background", func() bool {
				y := term.selected()
				return term.has("▸2 Heap") && y > 0 && slices.Equal(term.backgrounds(y), []string{c.want})
			})
			term.look(func() {
				for y := range term.emulator.Height() {
					if y != term.selected() && !slices.Equal(term.backgrounds(y), []string{""}) {
						t.Errorf("line %d has backgrounds %q: %s", y, term.backgrounds(y), term.line(y))
					}
				}
				x, y := term.find("Heap")
				if s := term.style(x, y); s.Attrs&uv.AttrBold == 0 {
					t.Error("the active tab is not bold")
				}
				if s := term.style(x-2, y); s.Fg == nil {
					t.Error("the active tab's number has no accent")
				}
				x, y = term.find("Goroutines")
				if s := term.style(x, y); s.Attrs&uv.AttrBold != 0 {
					t.Error("a tab that is not active is bold")
				}
			})
		})
	}
}

// Without colours every state still reads as a word or a glyph.
func TestWithoutColours(t *testing.T) {
	for _, c := range []struct {
		name        string
		environment []string
	}{
		{"NO_COLOR", append(trueColour(), "NO_COLOR=1")},
		{"dumb", []string{"TERM=dumb"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			term := startTerminal(t, 120, 32, color.Black, c.environment)
			colours := func() {
				for y := range term.emulator.Height() {
					for x := range term.emulator.Width() {
						if s := term.style(x, y); s.Fg != nil || s.Bg != nil {
							t.Fatalf("cell %d, %d has a colour on: %s", x, y, term.line(y))
						}
					}
				}
			}
			term.await("the verdict is there", func() bool { return term.has(" LEAK ") })
			term.look(func() {
				colours()
				for _, text := range []string{"▸1 Overview", "● live", " LEAK  live heap", "GROWING    31", "PLATEAU    grew, and has levelled off"} {
					if !term.has(text) {
						t.Errorf("without colours the screen lacks %q", text)
					}
				}
				if !strings.Contains(term.line(term.selected()), "notify.(*Notifier).Push") {
					t.Error("no glyph tells which row is selected")
				}
			})
			term.text("2vvvvv")
			term.await("the flame graph is there", func() bool { return term.has("as flame graph") })
			term.look(func() {
				colours()
				if !term.has("▸+all") || !term.has("▏−") || !term.has("▏=") {
					t.Error("the flame graph does not say in signs what grew, shrank and stayed")
				}
			})
			term.text("1e")
			term.await("the export menu is there", func() bool { return term.has("▸ heap diff") })
			term.look(colours)
		})
	}
}

func TestMouse(t *testing.T) {
	t.Parallel()
	term := startTerminal(t, 120, 32, color.Black, trueColour())
	var x, y int
	at := func(text string) (int, int) {
		term.look(func() { x, y = term.find(text) })
		if x < 0 {
			t.Fatalf("%q is not on the screen", text)
		}
		return x, y
	}
	clicked := func(text string) { t.Helper(); term.click(at(text)) }

	clicked("Heap")
	term.await("a click on the tab shows Heap", func() bool { return term.has("▸2 Heap") })
	clicked("lru.(*Cache).Add")
	term.await("a click on a row selects it", func() bool {
		return term.selected() > 0 && strings.Contains(term.line(term.selected()), "lru.(*Cache).Add")
	})
	clicked("now")
	term.await("a click on a head sorts by it", func() bool { return term.has("↓ now") })
	term.await("the selection stays on its row", func() bool {
		return strings.Contains(term.line(term.selected()), "lru.(*Cache).Add")
	})
	clicked("now")
	term.await("another click turns the order round", func() bool { return term.has("↑ now") })
	clicked("cache.(*Store).Put")
	clicked("cache.(*Store).Put")
	term.await("a double click opens the row", func() bool { return term.has("stack, leaf first") && term.has("store.go:41") })
	clicked("Goroutines")
	term.await("a click on a tab leaves the detail", func() bool { return term.has("▸3 Goroutines") && term.has("by entry function") })
	clicked("Overview")
	term.await("Overview is back", func() bool { return term.has("▸1 Overview") && term.has("Findings") })
	// The list of Overview lies below the charts.
	clicked("lru.(*Cache).Add")
	term.await("a click selects what grows", func() bool {
		return term.selected() > 0 && strings.Contains(term.line(term.selected()), "lru.(*Cache).Add")
	})
}

// The wheel moves what is on screen; the selection comes along only where it
// would be lost from sight.
func TestWheel(t *testing.T) {
	t.Parallel()
	term := startTerminal(t, 80, 20, color.Black, trueColour())
	term.text("2v")
	term.await("there are more functions than lines", func() bool { return term.has("1–12 of 29") })
	term.wheel(5, 10, vt.MouseWheelDown)
	term.await("the wheel moves the rows", func() bool { return term.has("4–15 of 29") })
	term.wheel(5, 10, vt.MouseWheelUp)
	term.await("and back", func() bool { return term.has("1–12 of 29") })
}

func TestResizeAtAnyTime(t *testing.T) {
	t.Parallel()
	term := startTerminal(t, 120, 32, color.Black, trueColour())
	term.text("3")
	term.await("Goroutines are shown", func() bool { return term.has("▸3 Goroutines") })
	for _, size := range [][2]int{{60, 20}, {200, 50}, {80, 24}} {
		term.resize(size[0], size[1])
		term.await(fmt.Sprint("the screen fills ", size), func() bool {
			return strings.Contains(term.line(0), "● live") &&
				strings.HasSuffix(strings.TrimRight(term.line(0), " "), "next 12s") &&
				strings.Contains(term.line(size[1]-1), "enter open")
		})
	}
	term.resize(20, 5)
	term.await("it says what size it needs", func() bool {
		return strings.Contains(strings.Join(term.lines(), ""), "60×20") && !term.has("Goroutines")
	})
	term.resize(80, 24)
	term.await("it goes on where it was", func() bool { return term.has("▸3 Goroutines") && term.has("notify.(*Notifier)") })
}

// While a text is typed the terminal's own cursor stands behind it.
func TestCursorStandsWhereOneTypes(t *testing.T) {
	t.Parallel()
	term := startTerminal(t, 80, 24, color.Black, trueColour())
	behind := func(text string) func() bool {
		return func() bool {
			x, y := term.find(text)
			at := term.emulator.CursorPosition()
			return x >= 0 && !term.hidden && at.X == x+ansi.StringWidth(text) && at.Y == y
		}
	}
	term.text("2/put")
	term.await("the cursor is behind the filter", behind("filter / put"))
	term.key(vt.KeyEscape)
	term.await("the cursor is hidden", func() bool { return term.hidden && !term.has("filter /") })
	term.text("e")
	term.await("the cursor is behind the path", behind("leaktop-orders-20260301-120145.pb.gz"))
}

func TestClipboard(t *testing.T) {
	t.Parallel()
	term := startTerminal(t, 120, 32, color.Black, trueColour())
	term.text("2jy")
	term.await("the stack is on the clipboard", func() bool {
		return strings.HasPrefix(term.copied, "bytes.Clone\n\t/usr/local/go/src/bytes/bytes.go:1422\n"+
			"example.com/orders/cache.(*Store).Put\n\t/home/dev/orders/cache/store.go:41\n")
	})
}

func TestQuitRestoresTheTerminal(t *testing.T) {
	for name, keys := range map[string]string{"q": "q", "ctrl+c": "\x03", "ctrl+c in an input": "2/x\x03"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := startTerminal(t, 80, 24, color.Black, trueColour())
			term.look(func() {
				if !term.emulator.IsAltScreen() || !term.hidden {
					t.Error("the program does not run on the alternate screen with a hidden cursor")
				}
				if !term.modes[ansi.ModeMouseButtonEvent] {
					t.Error("the mouse is not asked for")
				}
			})
			term.text(keys)
			select {
			case err := <-term.ended:
				if err != nil {
					t.Errorf("the program ended with %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("the program does not end")
			}
			term.look(func() {
				if term.emulator.IsAltScreen() {
					t.Error("the alternate screen is still there")
				}
				if term.hidden {
					t.Error("the cursor is still hidden")
				}
				if len(term.modes) != 0 && !onlyDefaults(term.modes) {
					t.Errorf("modes are left on: %v", term.modes)
				}
				for y, l := range term.lines() {
					if strings.TrimSpace(l) != "" {
						t.Errorf("line %d is left on the screen: %q", y, l)
					}
				}
			})
		})
	}
}

// onlyDefaults reports whether no mode is on but those of a shell's terminal.
func onlyDefaults(modes map[ansi.Mode]bool) bool {
	for m := range modes {
		switch m {
		case ansi.ModeTextCursorEnable, ansi.ModeAutoWrap, ansi.ModeInsertReplace:
		default:
			return false
		}
	}
	return true
}
