package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// help is words that lie over the screen: the keys of a screen and those that
// work everywhere, in as many columns as fit, or all about a finding. What does
// not fit is scrolled to.
type help struct {
	theme    theme.Theme
	sections []section
	top      int
	laid     []string // for the width of the last render
	width    int
	height   int
}

// newHelp explains the keys that are offered.
func (m *Model) newHelp(own section) *help {
	general := everywhere()
	own.hints, general.hints = m.offered(own.hints), m.offered(general.hints)
	return &help{theme: m.theme, sections: []section{own, general}}
}

// newWords shows a single section.
func newWords(t theme.Theme, s section) *help { return &help{theme: t, sections: []section{s}} }

func (h *help) key(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	switch msg.String() {
	case "down", "j":
		h.top++
	case "up", "k":
		h.top--
	case "pgdown", "space":
		h.top += h.height
	case "pgup":
		h.top -= h.height
	default:
		return nil, true
	}
	h.top = max(0, min(h.top, len(h.laid)-h.height))
	return nil, false
}

func (h *help) hints() []hint { return []hint{{"↑↓", "scroll"}, {"any other key", "back"}} }

// helpColumn is the width in which a section is readable.
const helpColumn = 58

func (h *help) render(width, height int) string {
	if h.laid == nil || h.width != width {
		h.laid, h.width = h.lay(width), width
	}
	h.height = height
	top := max(0, min(h.top, len(h.laid)-height))
	return block(slices.Clone(h.laid[top:]), height)
}

// lay puts the sections into lines.
func (h *help) lay(width int) []string {
	var lines []string
	if len(h.sections) == 2 && width >= 2*helpColumn {
		left, right := h.section(h.sections[0], width/2), h.section(h.sections[1], width-width/2)
		for i := range max(len(left), len(right)) {
			var l, r string
			if i < len(left) {
				l = left[i]
			}
			if i < len(right) {
				r = right[i]
			}
			lines = append(lines, fit(l, width/2)+r)
		}
	} else {
		for i, s := range h.sections {
			if i > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, h.section(s, width)...)
		}
	}
	return lines
}

func (h *help) section(s section, width int) []string {
	keyWidth := 0
	for _, k := range s.hints {
		keyWidth = max(keyWidth, ansi.StringWidth(k.key))
	}
	var lines []string
	for _, title := range wrap(s.title, width-2) {
		lines = append(lines, " "+h.theme.Title.Apply(title))
	}
	for _, k := range s.hints {
		for i, does := range wrap(k.does, width-keyWidth-5) {
			key := k.key
			if i > 0 {
				key = ""
			}
			lines = append(lines, "   "+h.theme.Key.Apply(fit(key, keyWidth))+"  "+does)
		}
	}
	return lines
}
