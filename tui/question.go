package tui

import (
	tea "charm.land/bubbletea/v2"

	"leaktop/tui/theme"
)

// question asks for an explicit yes before something that costs the target
// more than watching does. Anything but Y is a no.
type question struct {
	theme theme.Theme
	text  string
	yes   func()
}

func (q *question) key(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if msg.String() == "Y" { // not y, which copies and may be on its way
		q.yes()
	}
	return nil, true
}

func (q *question) render(width, height int) string {
	lines := []string{"", " " + q.theme.Growing.Apply("This costs the target")}
	for _, line := range wrap(q.text, min(width-2, 90)) {
		lines = append(lines, " "+line)
	}
	return block(lines, height)
}

func (q *question) hints() []hint { return []hint{{"Y", "yes"}, {"any other key", "no"}} }
