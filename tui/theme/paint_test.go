package theme

import (
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestApply(t *testing.T) {
	red, blue := lipgloss.Color("#ff0000"), lipgloss.Color("75")
	for _, c := range []struct {
		name string
		p    Paint
		in   string
		want string
	}{
		{"the zero paint", Paint{}, "text", "text"},
		{"no text", newPaint(red, nil, true), "", ""},
		{"a foreground", newPaint(red, nil, false), "text", "\x1b[38;2;255;0;0mtext\x1b[39m"},
		{"one of 256 colours", newPaint(blue, nil, false), "text", "\x1b[38;5;75mtext\x1b[39m"},
		{"a background", newPaint(nil, red, false), "text", "\x1b[48;2;255;0;0mtext\x1b[49m"},
		{"bold", newPaint(nil, nil, true), "text", "\x1b[1mtext\x1b[22m"},
		{"all of it", newPaint(blue, red, true), "text", "\x1b[38;5;75;48;2;255;0;0;1mtext\x1b[39;49;22m"},
	} {
		if got := c.p.Apply(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestStyleDrawsTheSame(t *testing.T) {
	theme := New(true)
	for name, p := range foregrounds(theme) {
		styled := p.Style().Render("x")
		if open, _, _ := strings.Cut(p.Apply("x"), "x"); !strings.HasPrefix(styled, open) {
			t.Errorf("%s: Style opens with %q, Apply with %q", name, styled, open)
		}
	}
	if got := (Paint{}).Style().Render("x"); got != "x" {
		t.Errorf("the zero paint's style renders %q", got)
	}
}

func TestInnerPaintKeepsTheOuter(t *testing.T) {
	theme := New(true)
	row := theme.Selected.Apply("a " + theme.Leak.Apply("b") + " c")
	if ansi.Strip(row) != "a b c" {
		t.Errorf("text changed: %q", ansi.Strip(row))
	}
	if strings.Contains(row, "\x1b[m") || strings.Contains(row, "\x1b[0m") {
		t.Errorf("the inner paint resets everything: %q", row)
	}
	if strings.Index(row, "\x1b[49m") != len(row)-len("\x1b[49m") {
		t.Errorf("the background ends before the row does: %q", row)
	}
}
