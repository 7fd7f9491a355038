package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Paint is a way to draw text: colours and weight. The zero Paint leaves text
// as it is. Paints are cheap to copy and to compare.
//
// The escape sequences are made once: a lipgloss Style costs about 4 µs for
// each text it renders, two concatenations next to nothing, and a screen has
// hundreds of cells.
type Paint struct{ look *look }

// look is what a Paint stands for; it does not change once it was made.
type look struct {
	style       lipgloss.Style
	open, close string
}

// newPaint returns a Paint with a foreground and a background, either of which
// may be nil for the terminal's own.
func newPaint(fg, bg color.Color, bold bool) Paint {
	l := look{style: lipgloss.NewStyle().Bold(bold)}
	var open, end ansi.Style
	if fg != nil {
		l.style = l.style.Foreground(fg)
		open, end = open.ForegroundColor(fg), end.ForegroundColor(nil)
	}
	if bg != nil {
		l.style = l.style.Background(bg)
		open, end = open.BackgroundColor(bg), end.BackgroundColor(nil)
	}
	if bold {
		open, end = open.Bold(), end.Normal()
	}
	l.open, l.close = open.String(), end.String()
	return Paint{look: &l}
}

// Apply returns s in this paint. The sequence at its end takes back only what
// the paint itself set, so a paint inside another leaves the outer one standing:
// a red number keeps the background of its selected row.
func (p Paint) Apply(s string) string {
	if p.look == nil || s == "" {
		return s
	}
	return p.look.open + s + p.look.close
}

// Style returns the same paint as a lipgloss style, for components that want one.
func (p Paint) Style() lipgloss.Style {
	if p.look == nil {
		return lipgloss.NewStyle()
	}
	return p.look.style
}
