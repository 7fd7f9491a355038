package tui

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/diff/leak"
)

// Alert is how the terminal says that something leaks, for who does not look at it.
type Alert string

// The alerts.
const (
	NoAlert Alert = ""
	Bell    Alert = "bell"   // the terminal's own
	Notify  Alert = "notify" // a notification on the desktop, where the terminal has them
)

// alarm remembers what was told, so that each finding is told once.
type alarm struct {
	how  Alert
	told map[string]bool // by the finding's id
	// What the terminal understands: most read OSC 9, these only OSC 777.
	osc777 bool
	tmux   bool // hands on only what is wrapped for it
}

// learn takes over what the environment says of the terminal.
func (a *alarm) learn(env tea.EnvMsg) {
	a.osc777 = env.Getenv("VTE_VERSION") != "" || strings.HasPrefix(env.Getenv("TERM"), "rxvt")
	a.tmux = env.Getenv("TMUX") != ""
}

// raise tells of what is found to leak or to be stuck for the first time: in a
// line on screen, and as the user wants it.
func (m *Model) raise() tea.Cmd {
	var first *leak.Finding
	more := 0
	r := m.data.latest.result
	for i := range r.Findings { // the worst first
		f := &r.Findings[i]
		if !f.Verdict.Fails() || m.alarm.told[f.ID] {
			continue
		}
		m.alarm.told[f.ID] = true
		if first == nil {
			first = f
		} else {
			more++
		}
	}
	if first == nil || m.replaying() {
		return nil // what a recorded run found is no news
	}
	text := first.Verdict.String() + ": " + first.Summary()
	if more > 0 {
		text += " · and " + itoa(more) + " more"
	}
	m.tell(text)
	switch m.alarm.how {
	case Bell:
		return tea.Raw("\a")
	case Notify:
		return tea.Raw(m.alarm.notification(strings.TrimSpace("leaktop " + m.data.history.Info.Name + " " + text)))
	}
	return nil
}

// notification is the sequence that shows a text on the desktop.
func (a *alarm) notification(text string) string {
	text = printable(text)
	sequence := ansi.Notify(text)
	if a.osc777 {
		sequence = "\x1b]777;notify;leaktop;" + text + "\a"
	}
	if a.tmux {
		sequence = ansi.TmuxPassthrough(sequence)
	}
	return sequence
}

// longestNotification is what a desktop shows of a text at most, in characters.
const longestNotification = 200

// printable is a text that can end no sequence and begin none.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > longestNotification {
		text = string(runes[:longestNotification-1]) + "…"
	}
	return text
}
