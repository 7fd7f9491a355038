package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// hint is a key and what it does, as the footer and the help show it.
type hint struct{ key, does string }

// section is a part of the help.
type section struct {
	title string
	hints []hint
}

// everywhere are the keys that work on every screen.
func everywhere() section {
	return section{"Everywhere", []hint{
		{"1–5 tab", "screens"},
		{"↑↓ j k", "move"},
		{"gg G", "first, last"},
		{"pgup pgdn", "by a page"},
		{"enter esc", "open, back"},
		{"/", "filter: a regex, ! inverts"},
		{"o O i", "sort by next, previous; invert"},
		{"space", "pause: nothing is asked, nothing expires"},
		{"s", "snapshot now"},
		{"+ -", "time between snapshots"},
		{"e", "export"},
		{"y", "copy"},
		{mouseKey, "mouse off: dragging selects text; on: shift+drag does (option+drag on macOS)"},
		{"q ctrl+c", "quit"},
		{"ctrl+z", "suspend"},
	}}
}

// renderHints puts as many hints on one line as fit, the first ones first.
func renderHints(t theme.Theme, hints []hint, width int) string {
	var b strings.Builder
	used := 0
	for i, h := range hints {
		need := ansi.StringWidth(h.key) + 1 + ansi.StringWidth(h.does)
		if i > 0 {
			need += 3
		}
		if used+need > width-2 {
			continue // a shorter one may still fit
		}
		if used == 0 {
			b.WriteByte(' ')
		} else {
			b.WriteString("   ")
		}
		b.WriteString(t.Key.Apply(h.key) + " " + t.Hint.Apply(h.does))
		used += need
	}
	return b.String()
}
