package ascii

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// unknown stands in each cell of what has no likeness in ASCII, such as the
// letters of a function's name.
const unknown = "?"

// Text returns s in ASCII, as wide as before: each symbol that leaktop draws
// with as the character that looks like it, all else beyond ASCII as question
// marks, one a cell. Escape sequences and line ends are left as they are.
func Text(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		n := asciiPrefix(s)
		if n > 1 {
			n-- // the last one may have combining characters after it
			b.WriteString(s[:n])
			s = s[n:]
			continue
		}
		cluster, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		b.WriteString(cells(cluster, width))
		s = s[len(cluster):]
	}
	return b.String()
}

// cells returns what stands for a cluster of characters of so many cells.
func cells(cluster string, width int) string {
	if isASCII(cluster) {
		return cluster
	}
	first, _ := utf8.DecodeRuneInString(cluster)
	if first < utf8.RuneSelf { // with combining characters
		return cluster[:1] + strings.Repeat(" ", max(0, width-1))
	}
	if c, ok := symbol(first); ok && width == 1 {
		return string(c)
	}
	return strings.Repeat(unknown, width)
}

func isASCII(s string) bool { return asciiPrefix(s) == len(s) }

// asciiPrefix is how many bytes come before the first one beyond ASCII.
func asciiPrefix(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}
