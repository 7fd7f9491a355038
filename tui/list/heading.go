package list

import "slices"

// parts reports whether a row is a heading.
func parts[T any, K comparable](cfg Config[T, K], row T) bool {
	if cfg.Heading == nil {
		return false
	}
	title, note := cfg.Heading(row)
	return title != "" || note != ""
}

// isHeading reports whether a heading stands at an index of the view.
func (l *List[T, K]) isHeading(at int) bool {
	_, ok := slices.BinarySearch(l.heads, at)
	return ok
}

// headings counts those among the first n of the view.
func (l *List[T, K]) headings(n int) int {
	at, _ := slices.BinarySearch(l.heads, n)
	return at
}

// land brings the cursor within bounds and off a heading: to the next row in
// the direction it came, or in the other where there is none.
func (l *List[T, K]) land(down bool) {
	l.cursor = max(0, min(l.cursor, len(l.view)-1))
	if len(l.view) == 0 || !l.isHeading(l.cursor) {
		return
	}
	step := 1
	if !down {
		step = -1
	}
	for _, step := range []int{step, -step} {
		for at := l.cursor; at >= 0 && at < len(l.view); at += step {
			if !l.isHeading(at) {
				l.cursor = at
				return
			}
		}
	}
}

// headingLine draws a heading.
func (l *List[T, K]) headingLine(row T) string {
	title, note := l.cfg.Heading(row)
	var out line
	out.put(place{x: 1, width: l.width - 1}, Cell{Text: title, Paint: l.cfg.Theme.Title}, false)
	if room := l.width - out.at - gap; note != "" && room > 0 {
		out.put(place{x: out.at + gap, width: room}, Cell{Text: note, Paint: l.cfg.Theme.Dim}, false)
	}
	return out.text(l.width)
}
