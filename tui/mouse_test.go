package tui

import (
	"image/color"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// TestMouseSwitch hands the mouse to the terminal and takes it back on every
// screen, and in overlays where nothing is typed.
func TestMouseSwitch(t *testing.T) {
	off := func(p *program) bool { return p.View().MouseMode == tea.MouseModeNone }
	for _, c := range []struct {
		name string
		keys []string
	}{
		{"overview", []string{"1"}},
		{"heap", []string{"2"}},
		{"flame graph", []string{"2", "v", "v", "v", "v", "v"}},
		{"goroutines", []string{"3"}},
		{"handlers", []string{"4"}},
		{"snapshots", []string{"5"}},
		{"detail", []string{"2", "enter"}},
		{"help", []string{"?"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := told(t, 120, 32)
			p.press(c.keys...)
			before := p.View().Content
			if off(p) {
				t.Fatal("the mouse is off from the start")
			}
			p.press("M")
			if !off(p) {
				t.Error("the mouse is still on")
			}
			p.Model.notice = notice{}
			p.want("M mouse on")
			p.press("M")
			if off(p) {
				t.Error("the mouse is still off")
			}
			p.Model.notice = notice{}
			if after := p.View().Content; ansi.Strip(after) != ansi.Strip(before) {
				t.Errorf("something else has changed:\n%s\nwas:\n%s", ansi.Strip(after), ansi.Strip(before))
			}
		})
	}
	p := told(t, 120, 32)
	p.press("M").want("mouse off: the terminal selects text with it, until M is pressed again")
	p.press("M").want("mouse on", "shift+drag selects text, on macOS option+drag")
	p.press("?").want("dragging selects text; on:", "shift+drag does (option+drag on macOS)")
}

// TestMouseKeyIsTyped takes an M where text is typed.
func TestMouseKeyIsTyped(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want string
	}{
		{"filter", []string{"2", "/"}, "filter / M"},
		{"export path", []string{"e"}, "M"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := told(t, 120, 32)
			p.press(c.keys...)
			p.enter("M").want(c.want)
			if p.View().MouseMode != tea.MouseModeCellMotion {
				t.Error("what was typed turned the mouse off")
			}
		})
	}
}

// TestMouseOffAtTheTerminal sees what the terminal is told.
func TestMouseOffAtTheTerminal(t *testing.T) {
	t.Parallel()
	term := startTerminal(t, 120, 32, color.Black, trueColour())
	on := func() bool { return term.modes[ansi.ModeMouseButtonEvent] && term.modes[ansi.ModeMouseExtSgr] }
	term.await("the mouse is on", on)
	term.text("M")
	term.await("the mouse is off", func() bool {
		return !term.modes[ansi.ModeMouseButtonEvent] && !term.modes[ansi.ModeMouseExtSgr] && term.has("mouse off")
	})
	term.text("M")
	term.await("the mouse is on again", on)
}

// TestMouseSwitchOfThePicker does the same where a run is picked.
func TestMouseSwitchOfThePicker(t *testing.T) {
	p := newPicking(t, 120, 32)
	p.keys("M")
	p.shows("mouse off")
	if p.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is still on")
	}
	p.keys("down")
	p.shows("M mouse on")
	p.keys("/", "M")
	p.shows("filter / M")
	p.keys("esc", "M")
	if p.View().MouseMode != tea.MouseModeCellMotion {
		t.Error("the mouse is not on again")
	}
}
