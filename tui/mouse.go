package tui

import tea "charm.land/bubbletea/v2"

// mouseKey turns the mouse off and on.
const mouseKey = "M"

// mouse says who has the mouse: the screens, or the terminal, whose text can be
// selected then as in any other program.
type mouse struct{ off bool }

// toggle hands the mouse to the other, and says so.
func (m *mouse) toggle() (said string) {
	m.off = !m.off
	if m.off {
		return "mouse off: the terminal selects text with it, until M is pressed again"
	}
	return "mouse on: clicks and the wheel work; shift+drag selects text, on macOS option+drag"
}

// mode is what the terminal is told.
func (m *mouse) mode() tea.MouseMode {
	if m.off {
		return tea.MouseModeNone
	}
	return tea.MouseModeCellMotion
}

// hints are what the footer says first: nothing while the mouse is on.
func (m *mouse) hints() []hint {
	if m.off {
		return []hint{{mouseKey, "mouse on"}}
	}
	return nil
}

// typing reports whether an overlay takes text, so that no letter is a key.
func typing(o overlay) bool {
	_, ok := o.(interface{ edit(tea.Msg) tea.Cmd })
	return ok
}
