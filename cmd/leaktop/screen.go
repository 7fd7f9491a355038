package main

import (
	"bytes"
	"os"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// terminalScreen is the terminal that the screens are drawn on. It knows
// whether they are in sight, and can take them away without asking anybody,
// which is for a program that must end at once, or does not answer any more.
type terminalScreen struct {
	in, out *os.File
	before  *term.State   // how the terminal was set; nil where that is not known
	turn    chan struct{} // holds a token while somebody writes
	shown   atomic.Bool   // the alternate screen is on
}

func newScreen(in, out *os.File) *terminalScreen {
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		before = nil
	}
	return &terminalScreen{in: in, out: out, before: before, turn: make(chan struct{}, 1)}
}

// Write draws.
func (s *terminalScreen) Write(p []byte) (int, error) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	on := bytes.LastIndex(p, []byte(ansi.SetModeAltScreenSaveCursor))
	if off := bytes.LastIndex(p, []byte(ansi.ResetModeAltScreenSaveCursor)); on != off {
		s.shown.Store(on > off)
	}
	return s.out.Write(p)
}

// Read reads what the terminal sends.
func (s *terminalScreen) Read(p []byte) (int, error) { return s.out.Read(p) }

// Close does nothing: the terminal is there for others, too.
func (s *terminalScreen) Close() error { return nil }

// Fd is the terminal's descriptor.
func (s *terminalScreen) Fd() uintptr { return s.out.Fd() }

// inSight reports whether the screens are what the terminal shows: not while
// the program is stopped, nor while an editor has the terminal.
func (s *terminalScreen) inSight() bool { return s.shown.Load() }

// longestWrite is how long a terminal may take for what is being written to it.
// One that takes longer was halted (Ctrl+S), or its line is dead.
const longestWrite = time.Second

// abandon gives the terminal back, as it was before. Nothing is drawn any more.
func (s *terminalScreen) abandon() {
	select {
	case s.turn <- struct{}{}: // for good
	case <-time.After(longestWrite):
		return
	}
	if !s.inSight() {
		return
	}
	given := make(chan struct{})
	go func() {
		defer close(given)
		_, _ = s.out.WriteString(leave)
		if s.before != nil {
			_ = term.Restore(int(s.in.Fd()), s.before)
		}
	}()
	select {
	case <-given:
	case <-time.After(longestWrite):
	}
}

// leave takes back all that Bubble Tea sets for the screens. The keyboard's
// modes belong to the alternate screen, so they come before it.
const leave = ansi.ResetModeSynchronizedOutput +
	ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
	ansi.ResetModeBracketedPaste + ansi.ResetModeFocusEvent + ansi.ResetModeUnicodeCore +
	ansi.ResetModifyOtherKeys + "\x1b[<1u" + // one entry off the stack of the Kitty keyboard protocol
	"\x1b]2;\a" + // no title
	ansi.ResetStyle + ansi.ResetModeAltScreenSaveCursor + ansi.SetModeTextCursorEnable
