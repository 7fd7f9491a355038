package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/tui/theme"
)

// longestNote bounds what is said of one snapshot, in characters.
const longestNote = 200

// notePrompt is the line in which something is said of a snapshot.
type notePrompt struct {
	theme theme.Theme
	label string
	input textinput.Model
	keep  func(text string) tea.Cmd
}

// newNotePrompt opens the prompt with what was said so far.
func newNotePrompt(t theme.Theme, label, text string, keep func(string) tea.Cmd) *notePrompt {
	p := &notePrompt{theme: t, label: label, input: newInput(t, text), keep: keep}
	p.input.CharLimit = longestNote
	return p
}

func (p *notePrompt) key(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	switch msg.String() {
	case "enter":
		return p.keep(strings.TrimSpace(p.input.Value())), true
	case "esc":
		return nil, true
	}
	return p.edit(msg), false
}

func (p *notePrompt) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	return cmd
}

func (p *notePrompt) hints() []hint { return nil }

// render leaves the screen in sight.
func (p *notePrompt) render(int, int) string { return "" }

func (p *notePrompt) footer(width int) string {
	help := renderHints(p.theme, []hint{{"enter", "keep"}, {"esc", "leave"}}, 28)
	setWidth(&p.input, width-len(p.label)-30)
	return ends(p.theme.Key.Apply(p.label)+p.input.View(), help, width)
}

func (p *notePrompt) cursor(_, height int) *tea.Cursor {
	return at(p.input.Cursor(), len(p.label), height-1)
}

// noteKey handles the keys with which something is said of a snapshot, on the
// screens where one is chosen.
func (m *Model) noteKey(key string, seq int) (tea.Cmd, bool) {
	switch key {
	case "n":
		m.askNote(seq)
	case "P":
		n := m.noteOf(seq)
		n.Pinned = !n.Pinned
		said := "#" + itoa(seq) + " is no longer pinned"
		if n.Pinned {
			said = "#" + itoa(seq) + " is pinned: it is kept however long the run is"
		}
		return m.note(n, said), true
	case "N":
		m.askBaseline(seq)
	case "A":
		m.chooseBaseline()
	default:
		return nil, false
	}
	return nil, true
}

// saidGlyph marks a snapshot that something was said of.
const saidGlyph = "✎"

// noteHints explain those keys.
func (m *Model) noteHints() []hint {
	kept := "it goes into the session file"
	if m.cfg.Note == nil {
		kept = "it is kept until you quit, for exports"
	}
	return []hint{
		{"n", "write a note on the snapshot; " + kept},
		{"P", "pin or unpin it: a pinned one is never thinned out"},
		{"N", "give it a name as a baseline"},
		{"A", "compare with a named baseline: choose one"},
		{saidGlyph, "it has a note, or it is pinned or named"},
	}
}

// noteOf is what was said of a snapshot so far, written or not: what is said next
// adds to it.
func (m *Model) noteOf(seq int) snapshot.Noted {
	if n, ok := m.noted[seq]; ok {
		return n
	}
	n, _ := m.data.history.Note(seq)
	n.Seq = seq
	return n
}

// askNote opens the prompt for a note.
func (m *Model) askNote(seq int) {
	n := m.noteOf(seq)
	m.over = newNotePrompt(m.theme, " note on #"+itoa(seq)+": ", n.Text, func(text string) tea.Cmd {
		n.Text = text
		if text == "" {
			return m.note(n, "no note on #"+itoa(seq)+" any more")
		}
		return m.note(n, "noted on #"+itoa(seq))
	})
}

// askBaseline opens the prompt for a name.
func (m *Model) askBaseline(seq int) {
	n := m.noteOf(seq)
	m.over = newNotePrompt(m.theme, " name of #"+itoa(seq)+" as a baseline: ", n.Baseline, func(name string) tea.Cmd {
		n.Baseline = name
		if name == "" {
			return m.note(n, "#"+itoa(seq)+" is no longer a named baseline")
		}
		m.data.setBase(seq)
		m.version++
		said := "#" + itoa(seq) + " is the baseline " + name
		for _, other := range m.data.history.Notes() {
			if other.Baseline == name && other.Seq != seq {
				said += ", as #" + itoa(other.Seq) + " is"
			}
		}
		return m.note(n, said+", and the base now")
	})
}

// note keeps what is said of a snapshot. A live run's comes back as an event once
// it is in the session file; of another one it lasts until the program ends.
func (m *Model) note(n snapshot.Noted, said string) tea.Cmd {
	n.At = m.cfg.Now()
	if write := m.cfg.Note; write != nil {
		m.noted[n.Seq] = n
		write(n)
		m.say(said)
		return nil
	}
	m.apply(n)
	if m.recorded() {
		m.say(said + " (until you quit: a recorded run is not changed)")
	} else {
		m.say(said + " (until you quit: no session file is written)")
	}
	return nil
}
