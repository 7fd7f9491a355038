package list

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"leaktop/tui/theme"
)

// line is a line of the screen as it is written, left to right.
type line struct {
	b    strings.Builder // painted, up to the run
	run  strings.Builder // what follows in one paint
	as   theme.Paint     // of the run
	at   int             // cells written so far
	wide bool            // some text is not plain ASCII
}

// joined is how many blanks between two texts of one paint are painted, too,
// rather than left out: that is fewer bytes on the wire than to take the paint
// back and set it again.
const joined = 24

// put writes a cell at its place, cut to its width.
func (l *line) put(p place, c Cell, right bool) {
	text, width := c.Text, cells(c.Text)
	if width > p.width {
		text = clip(text, p.width)
		width = cells(text)
	}
	if width == 0 {
		return
	}
	x := p.x
	if right {
		x += p.width - width
	}
	if l.as != c.Paint || x-l.at > joined {
		l.flush()
		blanks(&l.b, x-l.at)
		l.as = c.Paint
	} else {
		blanks(&l.run, x-l.at)
	}
	l.run.WriteString(text)
	l.at = max(l.at, x) + width
	l.wide = l.wide || !isASCII(text)
}

// flush ends the run.
func (l *line) flush() {
	l.b.WriteString(l.as.Apply(l.run.String()))
	l.run.Reset()
}

// pad writes blanks up to cell x.
func (l *line) pad(x int) {
	l.flush()
	blanks(&l.b, x-l.at)
	l.at = max(l.at, x)
}

func blanks(b *strings.Builder, n int) {
	for range max(0, n) {
		b.WriteByte(' ')
	}
}

// text returns the line. A text that starts with a combining character joins
// the blank before it and may come out wider than it measured by itself, so a
// line with anything but ASCII on it is measured as a whole, and one that is too
// wide gives up its colours for its width.
func (l *line) text(width int) string {
	l.flush()
	s := l.b.String()
	if l.wide && ansi.StringWidth(s) > width {
		return clip(ansi.Strip(s), width)
	}
	return s
}

// clip cuts a plain text to at most width cells, an ellipsis included where
// something was cut. (ansi.Truncate counts an ASCII character and the combining
// ones after it apart from each other, and may leave too much.)
func clip(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	end, used := 0, 0
	for end < len(s) {
		cluster, w := ansi.FirstGraphemeCluster(s[end:], ansi.GraphemeWidth)
		if used+w > width-1 {
			break
		}
		end, used = end+len(cluster), used+w
	}
	return s[:end] + "…"
}

// ClipWords cuts a plain text to at most width cells, an ellipsis included, behind
// a word where that keeps more than half of what there is room for.
func ClipWords(s string, width int) string {
	cut := clip(s, width)
	if cut == s {
		return s
	}
	kept := strings.TrimSuffix(cut, "…")
	space := strings.LastIndexByte(kept, ' ')
	if strings.HasPrefix(s[len(kept):], " ") {
		space = len(kept) // it ends with a word already
	}
	if whole := strings.TrimRight(kept[:max(0, space)], " ,;:·"); cells(whole) > width/2 {
		return whole + "…"
	}
	return cut
}

// clipLeft cuts a plain text at its start to at most width cells, an ellipsis
// included.
func clipLeft(s string, width int) string {
	for over := cells(s) - width; over > 0 && width > 0; over++ {
		if short := ansi.TruncateLeft(s, over+1, "…"); cells(short) <= width {
			return short
		}
	}
	return clip(s, width)
}

// cells returns the width of a text on screen. Most are ASCII, for which the
// walk over grapheme clusters can be spared.
func cells(s string) int {
	if isASCII(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// isASCII reports whether s is printable ASCII alone.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
