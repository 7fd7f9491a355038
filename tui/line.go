package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// fit returns s in exactly width cells: cut with an ellipsis, or padded.
func fit(s string, width int) string {
	if width <= 0 {
		return ""
	}
	w := ansi.StringWidth(s)
	// Truncate counts an ASCII character and the combining ones after it apart
	// from each other, and may leave too much.
	for cut := width; w > width && cut >= 0; cut-- {
		s = ansi.Truncate(s, cut, "…")
		w = ansi.StringWidth(s)
	}
	return s + strings.Repeat(" ", max(0, width-w))
}

// alignRight puts s at the right end of width cells.
func alignRight(s string, width int) string {
	if gap := width - ansi.StringWidth(s); gap > 0 {
		return strings.Repeat(" ", gap) + s
	}
	return fit(s, width)
}

// ends puts one text at the left end of a line and one at the right; where
// both do not fit, the left one is cut.
func ends(left, right string, width int) string {
	rw := ansi.StringWidth(right)
	if rw+2 > width {
		return fit(right, width)
	}
	return fit(left, width-rw-2) + "  " + right
}

// leftFirst puts one text at the left end of a line and at the right the first
// of some that fits beside it, or none.
func leftFirst(left string, rights []string, width int) string {
	for _, right := range rights {
		if ansi.StringWidth(left)+2+ansi.StringWidth(right) <= width {
			return ends(left, right, width)
		}
	}
	return fit(left, width)
}

// block returns lines as exactly height lines.
func block(lines []string, height int) string {
	if height <= 0 {
		return ""
	}
	if len(lines) > height {
		lines = lines[:height]
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return strings.Join(lines, "\n")
}

// fitted returns lines that are each exactly width cells wide.
func fitted(lines []string, width int) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = fit(l, width)
	}
	return out
}

// beside puts two blocks next to each other; the left one is padded to its width.
func beside(left, right string, leftWidth int) string {
	a, b := strings.Split(left, "\n"), strings.Split(right, "\n")
	out := make([]string, max(len(a), len(b)))
	for i := range out {
		var l, r string
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out[i] = fit(l, leftWidth) + r
	}
	return strings.Join(out, "\n")
}

// wrap breaks a text into lines of at most width cells, at spaces where there are any.
func wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, width, " "), "\n")
}

// firstFit returns the first of some texts that fits, or the last one cut.
func firstFit(width int, texts ...string) string {
	for _, text := range texts {
		if ansi.StringWidth(text) <= width {
			return fit(text, width)
		}
	}
	return fit(texts[len(texts)-1], width)
}
