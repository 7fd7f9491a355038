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
	model    *Model // only for Wait once the program has ended
	cancel   context.CancelFunc
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

// startTerminal runs the program in a terminal with this background, and tells
// it the whole story.
func startTerminal(t *testing.T, width, height int, background color.Color, environment []string) *terminal {
	t.Helper()
	term := startTerminalWith(t, width, height, background, environment, nil, func(*Model) {})
	for _, e := range term.story.whole() {
		term.events <- e
	}
	term.await("the story was told", func() bool { return term.has("#8") })
	return term
}

// startTerminalWith runs a program that was changed before it began and that was
// told nothing yet, with a judge; nil for one that says what the story is.
func startTerminalWith(t *testing.T, width, height int, background color.Color, environment []string, by Judge, change func(*Model)) *terminal {
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
	term.cancel = cancel
	if by == nil {
		by = &judge{result: term.story.judged(t)}
	}
	term.model = New(Config{
		Context: ctx, Table: term.story.table, Events: term.events,
		Sampler: term.sampler, Judge: by, Handlers: newFinder(t, term.story.table),
		Files: term.files, Now: func() time.Time { return storyEnd },
	})
	change(term.model)
	term.program = tea.NewProgram(term.model,
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
		term.model.Wait()
	})
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
