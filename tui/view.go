package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/list"
)

// View draws everything.
func (m *Model) View() tea.View {
	v := tea.NewView(m.render())
	v.AltScreen = true
	v.MouseMode = m.mouse.mode()
	v.WindowTitle = "leaktop"
	if name := m.data.history.Info.Name; name != "" {
		v.WindowTitle = "leaktop " + name
	}
	if input, ok := m.over.(interface {
		cursor(width, height int) *tea.Cursor
	}); ok && m.fits() {
		v.Cursor = input.cursor(m.width, m.height)
	}
	return v
}

func (m *Model) fits() bool { return fits(m.width, m.height) }

// fits reports whether a window is large enough.
func fits(width, height int) bool { return width >= minWidth && height >= minHeight }

// The lines of the window that are not the screen's: header, tabs and what takes
// long above it, the footer below.
const (
	bodyTop    = 3
	footerSize = 1
)

func (m *Model) render() string {
	if m.quitting || m.width == 0 || m.height == 0 {
		return "" // at the end, and before the first size is known
	}
	if !m.fits() {
		return tooSmall(m.width, m.height)
	}
	height := m.height - bodyTop - footerSize
	var body string
	if m.over != nil {
		body = m.over.render(m.width, height)
	}
	if body == "" {
		body = m.current().render(m.width, height)
	}
	lines := append([]string{m.renderHeader(m.width), m.renderTabs(m.width), m.renderProgress(m.width)}, strings.Split(body, "\n")...)
	return block(lines, m.height-footerSize) + "\n" + m.renderFooter()
}

// tooSmall says what size of window is needed.
func tooSmall(width, height int) string {
	need := fmt.Sprintf("leaktop: needs %d×%d, this is %d×%d", minWidth, minHeight, width, height)
	return block(wrap(need, width), height)
}

// renderFooter is the last line: an input, what just happened, or the keys.
func (m *Model) renderFooter() string {
	switch {
	case m.over != nil:
		if line, ok := m.over.(interface{ footer(width int) string }); ok {
			return line.footer(m.width)
		}
		return renderHints(m.theme, append(m.mouse.hints(), m.over.hints()...), m.width)
	case m.notice.text != "":
		return fit(" "+list.ClipWords(m.notice.text, m.width-1), m.width)
	}
	hints := append(m.mouse.hints(), m.offered(m.current().hints())...)
	hints = append(hints, m.offered([]hint{{"s", "snapshot"}, {"e", "export"}, {"space", "pause"}})...)
	if s, ok := m.current().(*heapScreen); !ok || s.by != asFlame {
		hints = append(hints, hint{"/", "filter"})
	}
	// The others are in the help, so that one always has its place.
	help := renderHints(m.theme, []hint{{"?", "help"}}, m.width)
	rest := renderHints(m.theme, hints, m.width-ansi.StringWidth(help)-2)
	return rest + "  " + help
}

// renderProgress is the line below the tabs: what takes long, so that the screen
// does not show it yet. Mostly it is empty.
func (m *Model) renderProgress(width int) string {
	text := joined(m.workshop.progress(), m.asOf())
	if text == "" {
		return ""
	}
	return alignRight(m.theme.Dim.Apply(text+" … "), width)
}
