// Package clean makes text from outside safe to print.
//
// What flows in: strings that somebody else wrote, such as function names,
// label values, error bodies and command lines. What flows out: valid UTF-8
// that moves no cursor, switches no direction and hides nothing, so that it
// may stand in a terminal, a log line or a report. Text is cleaned once, where
// it comes in; nothing behind that point looks at it again.
package clean

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// replacement stands for what was taken out, so that a reader sees that
// something was there.
const replacement = utf8.RuneError

// Text returns s with everything that a terminal may act on, or that a reader
// cannot see, replaced: a tab, newline or carriage return by a space; any
// other control (C0, DEL, C1), format character (bidi controls, zero-width
// characters, the byte order mark), line or paragraph separator, and each byte
// that is not valid UTF-8, by U+FFFD. A string that is clean already is
// returned as it is, with no allocation. Text(Text(s)) equals Text(s).
func Text(s string) string {
	dirty := firstDirty(s)
	if dirty == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + utf8.UTFMax)
	b.WriteString(s[:dirty])
	for _, r := range s[dirty:] {
		b.WriteRune(safe(r))
	}
	return b.String()
}

// Line returns s as one line of at most limit characters: cleaned as [Text]
// does, with each run of white space made one space and none at either end.
// What is longer ends in "…", which counts as one of the characters. No more
// of s is looked at than the result needs.
func Line(s string, limit int) string {
	if limit <= 0 {
		return ""
	}
	var line []rune
	space := false
	for _, r := range s {
		r = safe(r)
		if unicode.IsSpace(r) {
			space = len(line) > 0
			continue
		}
		if space {
			line, space = append(line, ' '), false
		}
		line = append(line, r)
		if len(line) > limit {
			return strings.TrimSuffix(string(line[:limit-1]), " ") + "…"
		}
	}
	return string(line)
}

// Middle returns s as [Line] does, but takes what is too much out of its middle:
// of an address or an error the begin says what it is about, and the end what to do.
func Middle(s string, limit int) string {
	line := []rune(Line(s, math.MaxInt))
	if len(line) <= limit {
		return string(line)
	}
	if limit <= 0 {
		return ""
	}
	tail := (limit - 1) / 2
	return string(line[:limit-1-tail]) + "…" + string(line[len(line)-tail:])
}

// firstDirty returns where the first byte that must be replaced stands,
// len(s) if there is none.
func firstDirty(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size == 1 || safe(r) != r {
			return i
		}
		i += size
	}
	return len(s)
}

// safe returns what stands for r in clean text: r itself where it is harmless.
func safe(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case r >= ' ' && r < 0x7f:
		return r
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
		return replacement
	}
	return r
}
