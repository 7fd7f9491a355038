package tui

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/color"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"leaktop/capture/snapshot"
)

// terminal is an emulated terminal that the real program runs in.
type terminal struct {
	t        *testing.T
	program  *tea.Program
	story    *story
	sampler  *sampler
	files    *files
	events   chan snapshot.Event
	ended    chan error
	written  chan struct{} // something was written since the last look
	mu       sync.Mutex    // guards what follows; the emulator's own lock does not cover its cells
	emulator *vt.Emulator
	modes    map[ansi.Mode]bool
	hidden   bool   // the cursor
	copied   string // what was put on the clipboard
}

// input is what was typed and not read yet. The emulator writes while it is
// locked, so a writer must never wait for the reader.
type input struct {
	mu     sync.Mutex
	more   *sync.Cond
	bytes  bytes.Buffer
	closed bool
}

func newInputQueue() *input {
	in := &input{}
	in.more = sync.NewCond(&in.mu)
	return in
}

func (in *input) Read(p []byte) (int, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.bytes.Len() == 0 {
		if in.closed {
			return 0, io.EOF
		}
		in.more.Wait()
	}
	return in.bytes.Read(p)
}

func (in *input) Write(p []byte) (int, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	defer in.more.Signal()
	return in.bytes.Write(p)
}

func (in *input) Close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	in.more.Broadcast()
}

// trueColour is the environment of a terminal with all colours; TTY_FORCE
// because the emulator is none by the kernel's word.
func trueColour() []string {
	return []string{"TERM=xterm-256color", "COLORTERM=truecolor", "TTY_FORCE=1"}
}

// startTerminal runs the program in a terminal with this background.
func startTerminal(t *testing.T, width, height int, background color.Color, environment []string) *terminal {
	t.Helper()
	term := &terminal{
		t: t, story: newStory(), sampler: &sampler{}, files: newFiles(),
		events: make(chan snapshot.Event, 4096), ended: make(chan error, 1), written: make(chan struct{}, 1),
		emulator: vt.NewEmulator(width, height), modes: make(map[ansi.Mode]bool),
	}
	term.emulator.SetDefaultBackgroundColor(background)
	term.emulator.SetCallbacks(vt.Callbacks{
		EnableMode:       func(m ansi.Mode) { term.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { delete(term.modes, m) },
		CursorVisibility: func(visible bool) { term.hidden = !visible },
	})
	term.emulator.RegisterOscHandler(52, func(data []byte) bool {
		parts := strings.SplitN(string(data), ";", 3)
		text, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
		if err == nil {
			term.copied = string(text)
		}
		return true
	})
	// A terminal's driver makes a new line of a bare line feed.
	_, _ = term.emulator.WriteString("\x1b[20h")
	clear(term.modes)

	in := newInputQueue()
	typed := make(chan struct{})
	go func() {
		defer close(typed)
		_, _ = io.Copy(in, term.emulator)
	}()
	ctx, cancel := context.WithCancel(context.Background())
	model := New(Config{
		Context: ctx, Table: term.story.table, Events: term.events,
		Sampler: term.sampler, Files: term.files, Now: func() time.Time { return storyEnd },
	})
	term.program = tea.NewProgram(model,
		tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(term), tea.WithEnvironment(environment),
		tea.WithWindowSize(width, height), tea.WithoutSignalHandler(), tea.WithFPS(120))
	go func() {
		_, err := term.program.Run()
		term.ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		term.program.Kill()
		in.Close()
		_ = term.emulator.InputPipe().(io.Closer).Close()
		<-typed
	})
	for _, e := range term.story.whole() {
		term.events <- e
	}
	term.await("the story was told", func() bool { return term.has("#8") })
	return term
}

// Write takes what the program draws.
func (term *terminal) Write(p []byte) (int, error) {
	term.mu.Lock()
	defer term.mu.Unlock()
	select {
	case term.written <- struct{}{}:
	default:
	}
	return term.emulator.Write(p)
}

// await waits until something is true of the screen.
func (term *terminal) await(what string, is func() bool) {
	term.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		term.mu.Lock()
		ok := is()
		term.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-term.written:
		case <-deadline:
			term.mu.Lock()
			defer term.mu.Unlock()
			term.t.Fatalf("waited in vain until %s; the screen:\n%s", what, term.emulator.String())
		}
	}
}

// look reads the screen while nothing changes it.
func (term *terminal) look(at func()) {
	term.mu.Lock()
	defer term.mu.Unlock()
	at()
}

// The methods below need the lock: they are called in await and look.

func (term *terminal) line(y int) string {
	var b strings.Builder
	for x := range term.emulator.Width() {
		if c := term.emulator.CellAt(x, y); c != nil && c.Content != "" {
			b.WriteString(c.Content)
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func (term *terminal) lines() []string {
	out := make([]string, term.emulator.Height())
	for y := range out {
		out[y] = term.line(y)
	}
	return out
}

func (term *terminal) has(text string) bool {
	return slices.ContainsFunc(term.lines(), func(l string) bool { return strings.Contains(l, text) })
}

// find returns the cell at which a text begins; -1, -1 where it is not.
func (term *terminal) find(text string) (x, y int) {
	for y, l := range term.lines() {
		if before, _, ok := strings.Cut(l, text); ok {
			return ansi.StringWidth(before), y
		}
	}
	return -1, -1
}

// selected is the line of the selected row, -1 for none.
func (term *terminal) selected() int {
	for y := bodyTop; y < term.emulator.Height(); y++ {
		if strings.HasPrefix(term.line(y), "▸") {
			return y
		}
	}
	return -1
}

func (term *terminal) style(x, y int) uv.Style {
	c := term.emulator.CellAt(x, y)
	if c == nil {
		return uv.Style{}
	}
	return c.Style
}

// backgrounds are the backgrounds on a line, each once, "" for the terminal's own.
func (term *terminal) backgrounds(y int) []string {
	var out []string
	for x := range term.emulator.Width() {
		if hex := hexOf(term.style(x, y).Bg); !slices.Contains(out, hex) {
			out = append(out, hex)
		}
	}
	return out
}

func hexOf(c color.Color) string {
	if c == nil {
		return ""
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func (term *terminal) text(s string) {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.emulator.SendText(s)
}

func (term *terminal) key(code rune) {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.emulator.SendKey(vt.KeyPressEvent{Code: code})
}

func (term *terminal) click(x, y int) {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.emulator.SendMouse(vt.MouseClick{X: x, Y: y, Button: vt.MouseLeft})
	term.emulator.SendMouse(vt.MouseRelease{X: x, Y: y, Button: vt.MouseLeft})
}

func (term *terminal) wheel(x, y int, button vt.MouseButton) {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.emulator.SendMouse(vt.MouseWheel{X: x, Y: y, Button: button})
}

// resize does what a terminal does: its cells move and the program is told.
func (term *terminal) resize(width, height int) {
	term.mu.Lock()
	term.emulator.Resize(width, height)
	term.mu.Unlock()
	term.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
}

const (
	softDark  = "#1f2937" // the selected row's background, as tui/theme has it
	softLight = "#e4ecf5"
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
			term.await("the verdict is there", func() bool { return term.has(" GROWING ") })
			term.look(func() {
				colours()
				for _, text := range []string{"▸1 Overview", "● live", "GROWING"} {
					if !term.has(text) {
						t.Errorf("without colours the screen lacks %q", text)
					}
				}
				if !strings.Contains(term.line(term.selected()), "notify.(*Notifier).Push") {
					t.Error("no glyph tells which row is selected")
				}
			})
			term.text("2vvvv")
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
	term.await("Overview is back", func() bool { return term.has("▸1 Overview") && term.has("What grows") })
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
