package tui

import (
	tea "charm.land/bubbletea/v2"

	"leaktop/tui/list"
)

// mover is what every list understands, whatever its rows.
type mover interface {
	Move(n int)
	Page(n int)
	Home()
	End()
	Scroll(n int)
	NextSort()
	PreviousSort()
	InvertSort()
	filtered
}

// listKey handles the keys that all lists share.
func (m *Model) listKey(l mover, key string) (tea.Cmd, bool) {
	if key == "/" {
		m.over = newFilterPrompt(m.theme, l)
		return nil, true
	}
	return nil, moveList(l, key)
}

// moveList handles those of them that move, sort and let a filter go.
func moveList(l mover, key string) bool {
	switch key {
	case "down", "j":
		l.Move(1)
	case "up", "k":
		l.Move(-1)
	case "pgdown", "ctrl+d":
		l.Page(1)
	case "pgup", "ctrl+u":
		l.Page(-1)
	case "home", "first":
		l.Home()
	case "end", "G":
		l.End()
	case "left":
		l.Scroll(-1)
	case "right":
		l.Scroll(1)
	case "o":
		l.NextSort()
	case "O":
		l.PreviousSort()
	case "i":
		l.InvertSort()
	case "esc":
		if !l.Filter().Active() {
			return false
		}
		l.SetFilter(list.Filter{})
	default:
		return false
	}
	return true
}

// tableKey handles the keys that the tables of what is compared share, besides
// those of all lists. Text is what is copied of the selected row, "" for nothing.
func (m *Model) tableKey(l mover, key string, open func() tea.Cmd, text func() string) (tea.Cmd, bool) {
	switch key {
	case "b":
		m.baseIsNow()
	case "enter":
		return open(), true
	case "y":
		if copied := text(); copied != "" {
			return m.copy(copied), true
		}
	default:
		return m.listKey(l, key)
	}
	return nil, true
}

// clickList selects a row or sorts by a head; a click on the selected row opens it.
func clickList[T any, K comparable](l *list.List[T, K], x, y int, key func(T) K, open func() tea.Cmd) tea.Cmd {
	if y == 0 {
		if column, ok := l.ClickHead(x); ok {
			l.SortBy(column)
		}
		return nil
	}
	before, had := l.Selected()
	if !l.ClickRow(y) {
		return nil
	}
	if now, ok := l.Selected(); ok && had && key(before) == key(now) {
		return open()
	}
	return nil
}

// copy puts text on the clipboard, through the terminal.
func (m *Model) copy(text string) tea.Cmd {
	m.say("copied")
	return tea.SetClipboard(text)
}

// baseIsNow makes the newest snapshot the base.
func (m *Model) baseIsNow() {
	newest := m.data.history.Newest()
	if newest == nil {
		return
	}
	m.data.setBase(newest.Seq)
	m.data.current = 0
	m.version++
	m.say("base is #" + itoa(newest.Seq) + " now: changes count from " + clockOf(newest.Time))
}
