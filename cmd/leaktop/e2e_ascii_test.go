//go:build unix

package main

import (
	"strings"
	"testing"
)

// TestASCIITerminal shows the screens and the reports at terminals that do not
// show UTF-8: no byte beyond ASCII reaches them. A pipe gets it all the same.
func TestASCIITerminal(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 14)
	for _, c := range []struct {
		name string
		env  []string
		want bool
	}{
		{"C", []string{"LC_ALL=C"}, true},
		{"the Linux console", []string{"TERM=linux"}, true},
		{"UTF-8", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := sitDown(t, 120, 32)
			command := strings.Join(append([]string{"env"}, c.env...), " ") + " leaktop "
			plain := func(what string) {
				t.Helper()
				s := strings.Join(r.look(), "\n")
				if got := !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e }); got != c.want {
					t.Errorf("%s in ASCII alone: %v, want %v:\n%s", what, got, c.want, s)
				}
			}
			r.run(command + path)
			r.sees("recorded 2026-03-01", "LEAK", "cache.(*Store).Put")
			for _, s := range screenKeys() {
				r.press(s.key)
				shows := s.shows
				if c.want {
					shows = strings.ReplaceAll(shows, "Δ", "d")
				}
				r.sees("recorded 2026-03-01", shows)
				plain("screen " + s.key)
			}
			r.leaves("q")
			r.run("clear")
			r.atPrompt()
			r.run(command + "diff " + path + "#1 " + path + "#14 | head -n 25")
			r.sees("cache.(*Store).Put")
			r.atPrompt()
			if s := strings.Join(r.look(), "\n"); !strings.ContainsAny(s, "Δ−±…·→") {
				t.Errorf("a pipe got ASCII alone:\n%s", s)
			}
			r.run("clear")
			r.atPrompt()
			r.run(command + "diff --limit 8 " + path + "#1 " + path + "#14")
			r.sees("cache.(*Store).Put")
			r.atPrompt()
			plain("the report")
		})
	}
}
