package decode

import (
	"bytes"
	"io"
)

const (
	// maxLine is how much of a line is looked at.
	maxLine = 64 << 10
	// windowSize is the buffer that a text of any size goes through. It stays in
	// a processor's cache.
	windowSize = 2 * maxLine
	// maxEmptyReads is how often in a row a reader may give nothing.
	maxEmptyReads = 100
	// maxWhole is how much of a line is kept that is longer than maxLine, where more
	// than its start is of use: a log may hold a whole dump in one line.
	maxWhole = 64 << 20
)

// lines reads a text line by line, in constant memory.
type lines struct {
	// line is the line at hand, without its end; it is gone with the next one.
	line []byte
	cut  bool  // the line is longer: this is its start
	open bool  // the line has no end: the text stops in it
	err  error // of the reader; nil at the end of the text

	r        io.Reader
	window   []byte // what was read; window[pos:end] is still to come
	pos, end int
	read     int64 // from r
	done     error // why no more can be read, io.EOF at the end
	start    []byte
	// whole reports, by the start of a long line, whether all of it is of use.
	whole func(start []byte) bool
}

func newLines(r io.Reader, whole func(start []byte) bool) lines {
	return lines{r: r, window: make([]byte, windowSize), whole: whole}
}

// over makes them the lines of a text that is all at hand.
func (l *lines) over(text []byte) {
	*l = lines{window: text, end: len(text), done: io.EOF}
}

// bytes is how much of the text is behind.
func (l *lines) bytes() int64 { return l.read - int64(l.end-l.pos) }

// rest is what is at hand of the text to come. Who takes some of it, in whole
// lines, adds to pos.
func (l *lines) rest() []byte { return l.window[l.pos:l.end] }

// next goes on to the next line. It returns false at the end of the text.
func (l *lines) next() bool {
	n := l.find()
	if n < 0 {
		return l.last()
	}
	l.cut, l.open = n >= maxLine, false
	if l.cut {
		return l.long()
	}
	l.line = trimReturn(l.window[l.pos : l.pos+n])
	l.pos += n + 1
	return true
}

// find returns how long the next line is, without its end: maxLine if it is
// longer, and -1 if the text stops in it or before.
func (l *lines) find() int {
	for from := l.pos; ; {
		if i := bytes.IndexByte(l.window[from:min(l.end, l.pos+maxLine)], '\n'); i >= 0 {
			return from + i - l.pos
		}
		if l.end-l.pos >= maxLine {
			return maxLine
		}
		searched := l.end - l.pos
		if !l.fill() {
			return -1
		}
		from = l.pos + searched
	}
}

// fill reads on behind what is still to come. It returns false where nothing is left.
func (l *lines) fill() bool {
	if l.done != nil {
		return false
	}
	l.end = copy(l.window, l.window[l.pos:l.end])
	l.pos = 0
	for range maxEmptyReads {
		n, err := l.r.Read(l.window[l.end:])
		l.end += n
		l.read += int64(n)
		l.done = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	l.done = io.ErrNoProgress
	return false
}

// last takes what stands behind the last line end.
func (l *lines) last() bool {
	if l.done != io.EOF {
		l.err = l.done
		return false
	}
	if l.pos == l.end {
		return false
	}
	l.line, l.cut, l.open = trimReturn(l.rest()), false, true
	l.pos = l.end
	return true
}

// long takes a line of which only the start is kept, or all where that is of use.
func (l *lines) long() bool {
	l.start = append(l.start[:0], l.window[l.pos:l.pos+maxLine]...)
	l.pos += maxLine
	most := maxLine
	if l.whole != nil && l.whole(l.start) {
		most = maxWhole
	}
	for {
		part, end := l.rest(), false
		if i := bytes.IndexByte(part, '\n'); i >= 0 {
			part, end = part[:i], true
		}
		kept := part[:min(len(part), most-len(l.start))]
		l.start = append(l.start, kept...)
		l.cut = len(kept) < len(part) || most == maxLine
		l.line = l.start
		if l.pos += len(part); end {
			l.pos++
			l.line = trimReturn(l.line)
			return true
		}
		if !l.fill() {
			break
		}
	}
	l.open = true
	if l.done != io.EOF {
		l.err = l.done
	}
	return l.err == nil
}

func trimReturn(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}
