package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/tui/theme"
)

// baselineMenu chooses one of the named baselines as the base.
type baselineMenu struct {
	m     *Model
	theme theme.Theme
	named []snapshot.Noted
	at    int
}

// chooseBaseline opens the menu, where there is anything to choose from.
func (m *Model) chooseBaseline() {
	menu := &baselineMenu{m: m, theme: m.theme}
	current := m.data.Current()
	for _, n := range m.data.history.Notes() {
		s := m.data.history.Find(n.Seq)
		if n.Baseline == "" || s == nil || current == nil || s.Run != current.Run {
			continue
		}
		if base := m.data.Base(); base != nil && base.Seq == n.Seq {
			menu.at = len(menu.named)
		}
		menu.named = append(menu.named, n)
	}
	if len(menu.named) == 0 {
		m.say("no baseline of this process has a name yet: N names a snapshot")
		return
	}
	m.over = menu
}

func (b *baselineMenu) key(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	switch msg.String() {
	case "up", "k":
		b.at = max(0, b.at-1)
	case "down", "j":
		b.at = min(b.at+1, len(b.named)-1)
	case "enter":
		n := b.named[b.at]
		b.m.data.setBase(n.Seq)
		b.m.version++
		b.m.say("base is #" + itoa(n.Seq) + ", " + n.Baseline)
		return nil, true
	case "esc", "q":
		return nil, true
	}
	return nil, false
}

func (b *baselineMenu) hints() []hint {
	return []hint{{"↑↓", "which"}, {"enter", "make it the base"}, {"esc", "back"}}
}

// clock is how the times of the baselines are written: with the day where they
// are of several.
func (b *baselineMenu) clock() string {
	days := make(map[string]bool)
	for _, n := range b.named {
		if s := b.m.data.history.Find(n.Seq); s != nil {
			days[s.Time.Format(time.DateOnly)] = true
		}
	}
	if len(days) > 1 {
		return time.DateOnly + " " + clock
	}
	return clock
}

func (b *baselineMenu) render(width, height int) string {
	lines := []string{fit(" "+b.theme.Title.Apply("Baselines"), width), ""}
	const room = 4 // for the heading, and a line below
	top := max(0, b.at-max(1, height-room)+1)
	layout := b.clock()
	for i := top; i < len(b.named); i++ {
		n := b.named[i]
		// Its number comes first: two may have one name, and a name may be long.
		text := b.theme.Dim.Apply("#" + itoa(n.Seq))
		if s := b.m.data.history.Find(n.Seq); s != nil {
			text += "  " + b.theme.Dim.Apply(timeIn(s.Time, layout))
		}
		text += "  " + n.Baseline
		if n.Text != "" {
			text += "  " + n.Text
		}
		line := fit("   "+text, width)
		if i == b.at {
			line = b.theme.Selected.Apply(fit(" "+b.theme.Accent.Apply(theme.SelectionGlyph)+" "+text, width))
		}
		lines = append(lines, line)
	}
	return block(lines, height)
}
