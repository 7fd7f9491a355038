package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/ascii"
)

// TestScreensInASCII draws every screen in ASCII: each line has as many cells as
// before, and each symbol its likeness, so that there is no question mark more.
func TestScreensInASCII(t *testing.T) {
	for _, size := range [][2]int{{120, 32}, {80, 24}, {60, 20}} {
		for _, s := range scenes() {
			t.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], s.name), func(t *testing.T) {
				p := told(t, size[0], size[1])
				p.press(s.keys...)
				before := strings.Split(p.View().Content, "\n")
				after := strings.Split(ascii.Text(p.View().Content), "\n")
				if len(before) != len(after) {
					t.Fatalf("%d lines become %d", len(before), len(after))
				}
				for i, line := range after {
					if strings.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
						t.Errorf("beyond ASCII: %q", line)
					}
					if a, b := ansi.StringWidth(before[i]), ansi.StringWidth(line); a != b {
						t.Errorf("a line of %d cells becomes one of %d: %q", a, b, line)
					}
					if strings.Count(line, "?") != strings.Count(before[i], "?") {
						t.Errorf("there is a symbol without a likeness in %q", ansi.Strip(before[i]))
					}
				}
			})
		}
	}
}
