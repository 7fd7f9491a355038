package list

// Move moves the selection by n rows, down where n is positive.
func (l *List[T, K]) Move(n int) { l.moveTo(l.cursor + n) }

// Page moves the selection by n screenfuls, and what is on screen with it.
func (l *List[T, K]) Page(n int) { l.jump(n * max(1, l.bodyLines()-1)) }

// HalfPage moves the selection by n halves of a screenful.
func (l *List[T, K]) HalfPage(n int) { l.jump(n * max(1, l.bodyLines()/2)) }

// Home selects the first row.
func (l *List[T, K]) Home() { l.moveTo(0) }

// End selects the last row.
func (l *List[T, K]) End() { l.moveTo(len(l.view) - 1) }

// scrollStep is how many cells one step sideways is.
const scrollStep = 8

// Scroll moves the flexible column by n steps, to its right end where n is positive.
func (l *List[T, K]) Scroll(n int) {
	l.scroll = max(0, l.scroll+n*scrollStep) // the upper bound is known once the rows are drawn
}

// Wheel moves what is on screen by n lines; the selection comes along only
// where it would be lost from sight.
func (l *List[T, K]) Wheel(n int) {
	lines := l.bodyLines()
	if lines < 1 {
		return
	}
	l.offset = max(0, min(l.offset+n, len(l.view)-lines))
	l.choose(max(l.offset, min(l.cursor, l.offset+lines-1)), n > 0)
}

// ClickRow selects the row on line y of what was last rendered, where line 0
// is the first. It reports whether there is a row.
func (l *List[T, K]) ClickRow(y int) bool {
	line := y - l.headLines()
	if line < 0 || line >= l.bodyLines() || l.offset+line >= len(l.view) || l.isHeading(l.offset+line) {
		return false
	}
	l.moveTo(l.offset + line)
	return true
}

// ClickHead returns the index of the column whose head is at cell x of the
// head line; ok is false beside all columns.
func (l *List[T, K]) ClickHead(x int) (column int, ok bool) {
	if l.headLines() == 0 {
		return 0, false
	}
	for _, p := range l.places {
		if x >= p.x && x < p.x+p.width {
			return p.column, true
		}
	}
	return 0, false
}

// jump moves the selection and the screen by the same number of rows.
func (l *List[T, K]) jump(n int) {
	l.offset = max(0, min(l.offset+n, len(l.view)-l.bodyLines()))
	l.moveTo(l.cursor + n)
}

// moveTo selects a row, and shows the heading right above it, too.
func (l *List[T, K]) moveTo(index int) {
	l.choose(index, index >= l.cursor)
	for at := l.cursor - 1; at >= 0 && l.isHeading(at); at-- {
		l.offset = min(l.offset, at)
	}
	l.settle()
}

// choose selects a row, or the next one in a direction where that is a heading.
func (l *List[T, K]) choose(index int, down bool) {
	if len(l.view) == 0 {
		return
	}
	l.cursor, l.moved = index, true
	l.land(down)
	l.settle()
}
