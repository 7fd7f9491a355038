package decode

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine is how much of a line is looked at, and the size of the buffer that a
// text of any size goes through.
const maxLine = 64 << 10

// lines reads a text line by line, in constant memory.
type lines struct {
	// line is the line at hand, without its end; it is gone with the next one.
	line  []byte
	cut   bool   // the line is longer: this is its start
	open  bool   // the line has no end: the text stops in it
	bytes int64  // read so far
	err   error  // of the reader; nil at the end of the text
	start []byte // of a line that is longer than the buffer
	r     *bufio.Reader
}

func newLines(r io.Reader) lines { return lines{r: bufio.NewReaderSize(r, maxLine)} }

// next goes on to the next line. It returns false at the end of the text.
func (l *lines) next() bool {
	line, err := l.r.ReadSlice('\n')
	l.bytes += int64(len(line))
	l.cut = errors.Is(err, bufio.ErrBufferFull)
	if l.cut {
		l.start = append(l.start[:0], line...)
		line = l.start
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		var rest []byte
		rest, err = l.r.ReadSlice('\n')
		l.bytes += int64(len(rest))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
		return false
	}
	if err != nil && len(line) == 0 {
		return false
	}
	l.open = err != nil
	l.line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	return true
}
