package ascii_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/ascii"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"ASCII", "plain\ttext\n", "plain\ttext\n"},
		{"signs", "+12 MiB ±3 · −4 ×2 Δ 5 µs…", "+12 MiB ~3 . -4 x2 d 5 us~"},
		{"a thin curve", "┤──╮\n│  ╰─", "+--.\n|  '-"},
		{"a thick curve", "━━┓\n  ┗━┃", "==#\n  #=#"},
		{"a sparkline", "▁▂▃▄▅▆▇█", "_.:-=+*#"},
		{"colours", "\x1b[38;5;75m●\x1b[39m live", "\x1b[38;5;75m*\x1b[39m live"},
		{"Greek letters", "pkg.ανα", "pkg.???"},
		{"a wide character", "a漢字b", "a????b"},
		{"a letter and an accent", "cafe\u0301!", "cafe!"},
		{"a cluster", "[👩‍👩‍👧]", "[??]"},
		{"what was taken out", "a\ufffdb", "a?b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ascii.Text(c.in); got != c.want {
				t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestWanted(t *testing.T) {
	for _, c := range []struct {
		env    string
		system string
		want   bool
	}{
		{"LANG=en_US.UTF-8", "linux", false},
		{"LANG=C.utf8", "linux", false},
		{"LANG=de_DE.UTF-8@euro", "linux", false},
		{"LC_CTYPE=UTF-8", "darwin", false},
		{"", "linux", true},
		{"", "freebsd", true},
		{"", "darwin", false},
		{"", "windows", false},
		{"LANG=C", "darwin", true},
		{"LANG=POSIX", "linux", true},
		{"LANG=de_DE", "linux", true},
		{"LANG=de_DE.ISO-8859-15@euro", "linux", true},
		{"LC_ALL=C LANG=en_US.UTF-8", "linux", true},
		{"LC_ALL=C.UTF-8 LC_CTYPE=C LANG=C", "linux", false},
		{"LC_CTYPE=C LANG=en_US.UTF-8", "linux", true},
		{"LC_ALL= LC_CTYPE= LANG=en_US.UTF-8", "linux", false},
		{"TERM=linux LANG=en_US.UTF-8", "linux", true},
	} {
		t.Run(c.system+" "+c.env, func(t *testing.T) {
			getenv := func(name string) string {
				for _, set := range strings.Fields(c.env) {
					if key, value, _ := strings.Cut(set, "="); key == name {
						return value
					}
				}
				return ""
			}
			if got := ascii.Wanted(getenv, c.system); got != c.want {
				t.Errorf("ASCII is wanted: %v, want %v", got, c.want)
			}
		})
	}
}

// FuzzText looks for text that does not become ASCII of the same width.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"a…", "\x1b[1m漢\x1b[m", "e\u0301", "👩‍👩‍👧", "\x1b]2;é\a", "\u200d", "│\u0301", "1\ufe0f\u20e3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := ascii.Text(s)
		for i := range len(got) {
			if got[i] >= 0x80 {
				t.Fatalf("%q becomes %q", s, got)
			}
		}
		if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
			return // only clean text is drawn, and the width of other text is nobody's business
		}
		if before, after := ansi.StringWidth(s), ansi.StringWidth(got); before != after {
			t.Fatalf("%q has %d cells, and as %q %d", s, before, got, after)
		}
	})
}
