package clean

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"a Go function", "net/http.(*conn).serve", "net/http.(*conn).serve"},
		{"other scripts stay", "größe.日本語.привет", "größe.日本語.привет"},
		{"U+FFFD itself is clean", "a\uFFFDb", "a\uFFFDb"},
		{"newline, tab, carriage return", "a\nb\tc\rd", "a b c d"},
		{"escape sequence", "a\x1b[2Jb", "a\uFFFD[2Jb"},
		{"clipboard write", "\x1b]52;c;aGk=\a", "\uFFFD]52;c;aGk=\uFFFD"},
		{"NUL and DEL", "a\x00b\x7f", "a\uFFFDb\uFFFD"},
		{"C1 as a character", "a\u009b2J\u0085", "a\uFFFD2J\uFFFD"},
		{"C1 as a bare byte", "a\x9b2J", "a\uFFFD2J"},
		{"invalid UTF-8, byte by byte", "a\xff\xfeb", "a\uFFFD\uFFFDb"},
		{"cut in the middle of a character", "a\xe6\x97", "a\uFFFD\uFFFD"},
		{"surrogate", "a\xed\xa0\x80", "a\uFFFD\uFFFD\uFFFD"},
		{"bidi marks", "\u200e\u200f\u061c", "\uFFFD\uFFFD\uFFFD"},
		{"bidi embeddings", "\u202a\u202b\u202c\u202d\u202e", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"bidi isolates", "\u2066\u2067\u2068\u2069", "\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"zero width and byte order mark", "a\u200bb\ufeff", "a\uFFFDb\uFFFD"},
		{"line and paragraph separators", "a\u2028b\u2029", "a\uFFFDb\uFFFD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.in); got != tt.want {
				t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestTextOfCleanStringAllocatesNothing(t *testing.T) {
	in := strings.Repeat("github.com/größe/日本.(*T).Do[...]", 20)
	var out string
	if n := testing.AllocsPerRun(100, func() { out = Text(in) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	if out != in {
		t.Errorf("a clean string changed to %q", out)
	}
}

func TestLine(t *testing.T) {
	tests := []struct {
		name, in string
		limit    int
		want     string
	}{
		{"empty", "", 10, ""},
		{"no room", "abc", 0, ""},
		{"fits exactly", "abcde", 5, "abcde"},
		{"one too long", "abcdef", 5, "abcd…"},
		{"room for one", "ab", 1, "…"},
		{"characters, not bytes", "äöüäöü", 5, "äöüä…"},
		{"white space runs and ends", "  a \r\n\t b  ", 10, "a b"},
		{"trailing space does not cut", "abcde \n ", 5, "abcde"},
		{"cut after a word leaves no space hanging", "abc def", 4, "abc…"},
		{"cut after a space that has room", "abc def", 5, "abc…"},
		{"no-break space is white space", "a\u00a0\u00a0b", 10, "a b"},
		{"controls are replaced", "a\x1b[31mb", 10, "a\uFFFD[31mb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Line(tt.in, tt.limit); got != tt.want {
				t.Errorf("Line(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
			}
		})
	}
}

func TestMiddle(t *testing.T) {
	tests := []struct {
		name  string
		in    string
		limit int
		want  string
	}{
		{"short", "WHAT: WHY; DO", 20, "WHAT: WHY; DO"},
		{"exactly", "abcde", 5, "abcde"},
		{"one too long", "abcdef", 5, "ab…ef"},
		{"begin and end are kept", "WHAT" + strings.Repeat("x", 500_000) + "DO", 9, "WHAT…xxDO"},
		{"white space", " a\n\n b ", 9, "a b"},
		{"room for one", "ab", 1, "…"},
		{"no room", "ab", 0, ""},
		{"characters, not bytes", "äöüäöü", 3, "ä…ü"},
		{"controls", "a\x1b[2Jb", 9, "a\uFFFD[2Jb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Middle(tt.in, tt.limit); got != tt.want {
				t.Errorf("Middle(%.40q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
			}
		})
	}
}

// harmless fails the test if s holds anything that clean text must not hold.
func harmless(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not valid UTF-8", s)
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Errorf("%q holds %U", s, r)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "main.main", "\x1b[2J", "a\u202eb\x9b", "\xff", "日本\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		harmless(t, got)
		if again := Text(got); again != got {
			t.Errorf("cleaning %q twice gives %q, then %q", s, got, again)
		}
		if in, out := utf8.RuneCountInString(s), utf8.RuneCountInString(got); in != out {
			t.Errorf("%q has %d characters, cleaned %d", s, in, out)
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add("a  b\nc", 3)
	f.Add("\x1b]52;c;aGk=\a", 200)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit %= 300
		got := Line(s, limit)
		harmless(t, got)
		if n := utf8.RuneCountInString(got); n > max(limit, 0) {
			t.Errorf("Line(%q, %d) has %d characters", s, limit, n)
		}
		if got != strings.Join(strings.Fields(got), " ") {
			t.Errorf("Line(%q, %d) = %q has white space to spare", s, limit, got)
		}
		if whole := strings.Join(strings.Fields(Text(s)), " "); utf8.RuneCountInString(whole) <= limit && got != whole {
			t.Errorf("Line(%q, %d) = %q, want %q", s, limit, got, whole)
		}
	})
}
