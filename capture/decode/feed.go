package decode

import (
	"bytes"
	"io"
	"slices"
)

// feed gives the lines of a text one by one as a program printed them: unwrapped,
// and without what a log has put before each.
//
// A log may hold the lines of several programs by turns, which then have other
// prefixes. Each prefix that a goroutine's first line had is a stream of its own:
// the lines with it are put by until its goroutine is whole, and come then, one
// goroutine after the other, as if nothing had stood between them.
type feed struct {
	line []byte // at hand, without its end; it is gone with the next one
	cut  bool   // the line is longer: this is its start
	open bool   // the text stops in it

	raw       lines // of the text
	unwrapped lines // that the line of raw at hand stands for
	block     lines // a goroutine of a stream
	wrap      unwrapper
	lost      bool // a line stood for too much, and its end is left out

	begun   int       // streams that were
	streams []*stream // by the length of their prefix, the longest first
	whole   []whole   // the goroutines of streams that did not come yet
	source  int       // the number of the stream that block is of; 0 for lines of none
	begins  int64     // the number of the first line of block
	number  int64     // of the line that was read last
	waiting int       // bytes of whole
	dropped int64     // goroutines of streams in which no stack was seen before
	fresh   *stream   // of which the first line was the one before
	again   []byte    // a line that was read and comes again, nil for none
	ended   bool      // raw has no more
}

const (
	// maxStreams bounds the programs whose lines are told apart.
	maxStreams = 64
	// maxBlock bounds the text of a goroutine that is put by. The runtime prints no
	// more than 101 frames of it, and of each ancestor.
	maxBlock = 1 << 20
	// maxWaiting bounds the text of all that are put by while another one comes.
	maxWaiting = 32 << 20
)

// whole is the text of a goroutine that is whole.
type whole struct {
	source int
	begins int64 // the number of its first line
	text   []byte
}

// stream is the lines with one prefix.
type stream struct {
	number int // from 1 on
	before prefix
	text   []byte // of the goroutine at hand, whose first line is the first; empty for none
	begins int64  // the number of that line
	proven bool   // what stood below a first line looked like a stack
	heads  int64  // first lines before it did
	open   bool   // the text stops in its last line
}

func newFeed(r io.Reader) feed {
	return feed{raw: newLines(r, func(start []byte) bool {
		return bytes.Contains(start, []byte(serviceStart)) || !plain(start) && (isPacked(start) || bytes.ContainsAny(start, "<\r"))
	})}
}

// within reports whether the line at hand is one of block.
func (f *feed) within() bool { return f.source != 0 }

// rest is what is at hand of the text to come, where that needs nothing done to
// it; see [lines.rest].
func (f *feed) rest() []byte {
	switch {
	case f.within():
		return f.block.rest()
	case f.again == nil && f.fresh == nil && len(f.streams) == 0 && f.unwrapped.pos == f.unwrapped.end:
		return f.raw.rest()
	}
	return nil
}

// skip goes on behind some lines of rest.
func (f *feed) skip(n int) {
	if f.within() {
		f.block.pos += n
	} else {
		f.raw.pos += n
	}
}

// enter begins a goroutine of a stream that is whole, if there is one. Its lines
// come next, up to its last one.
func (f *feed) enter() {
	if len(f.whole) == 0 {
		return
	}
	w := f.whole[0]
	f.whole = f.whole[1:]
	f.waiting -= len(w.text)
	f.block.over(w.text)
	f.source, f.begins = w.source, w.begins
}

// next goes on to the next line: of the goroutine of a stream that was entered,
// else of the text, but for the lines of streams. It returns false at the end; and
// between goroutines where one of a stream is whole, which is to come first.
func (f *feed) next(between bool) bool {
	if f.within() {
		if f.block.next() {
			f.line, f.cut, f.open = f.block.line, f.block.cut, f.block.open
			return true
		}
		f.source = 0
		return false
	}
	for f.read() {
		f.line = tabbed(f.line)
		if len(f.streams) == 0 && prefixed(f.line) < 0 || !f.routed() {
			return true
		}
		if between && len(f.whole) > 0 || f.waiting > maxWaiting {
			return false
		}
	}
	return false
}

// read reads the next line of the text, unwrapped.
func (f *feed) read() bool {
	f.number++
	if f.again != nil {
		f.line, f.again, f.cut = f.again, nil, false
		return true
	}
	for {
		if f.unwrapped.pos < f.unwrapped.end && f.unwrapped.next() {
			f.line, f.cut = f.unwrapped.line, f.unwrapped.cut
			f.open = f.raw.open && f.unwrapped.pos == f.unwrapped.end
			return true
		}
		if !f.raw.next() {
			f.flush()
			return false
		}
		f.line, f.cut, f.open = f.raw.line, f.raw.cut, f.raw.open
		f.line = f.wrap.shown.line(f.line)
		text, changed := f.wrap.unwrap(f.line)
		if !changed {
			return true
		}
		f.lost = f.lost || f.wrap.over || f.cut
		f.unwrapped.over(text)
	}
}

// flush makes whole what the streams have at the end of the text.
func (f *feed) flush() {
	if f.ended {
		return
	}
	f.ended = true
	for _, s := range f.streams {
		switch {
		case len(s.text) > 0 && s.proven:
			if s.open {
				s.text = bytes.TrimSuffix(s.text, []byte("\n"))
			}
			f.put(s)
		case len(s.text) > 0:
			f.dropped += s.heads + 1
		}
	}
}

// put makes the goroutine of a stream one that is to come.
func (f *feed) put(s *stream) {
	f.whole = append(f.whole, whole{s.number, s.begins, s.text})
	f.waiting += len(s.text)
	s.text = nil
}

// routed gives the line at hand to the stream that it is of; false where it is
// of none.
func (f *feed) routed() bool {
	fresh := f.fresh
	f.fresh = nil
	for _, s := range f.streams {
		if rest, same := s.before.strip(f.line); same {
			f.give(s, tabbed(rest))
			return true
		}
	}
	if at := prefixed(f.line); at >= 0 && len(bytes.TrimLeft(f.line[:at], " \t")) > 0 {
		if len(f.streams) == maxStreams {
			f.dropped++
			return true
		}
		f.begun++
		s := &stream{number: f.begun, before: prefixOf(f.line[:at]), open: f.open, begins: f.number}
		s.text = append(append(s.text, f.line[at:]...), '\n')
		f.place(s)
		f.fresh = s
		return true
	}
	if fresh == nil {
		return false
	}
	if startsBody(f.line) {
		// The first line alone has the prefix, as where a program logs a stack.
		f.remove(fresh)
		f.again = slices.Clone(f.line)
		f.line, f.cut, f.open = bytes.TrimSuffix(fresh.text, []byte("\n")), false, false
		return false
	}
	for i := 1; i < len(fresh.before); i++ {
		if rest, same := fresh.before[i:].strip(f.line); same && startsBody(rest) {
			// It has more of a prefix than the others.
			f.remove(fresh)
			fresh.before = fresh.before[i:]
			f.place(fresh)
			f.give(fresh, tabbed(rest))
			return true
		}
	}
	return false
}

// place puts a stream where it is looked for.
func (f *feed) place(s *stream) {
	i, _ := slices.BinarySearchFunc(f.streams, s, func(a, b *stream) int { return len(b.before) - len(a.before) })
	f.streams = slices.Insert(f.streams, i, s)
}

// remove takes a stream away.
func (f *feed) remove(s *stream) {
	f.streams = slices.DeleteFunc(f.streams, func(other *stream) bool { return other == s })
}

// give adds a line to a stream, without its prefix.
func (f *feed) give(s *stream, line []byte) {
	s.open = f.open
	switch {
	case isHeader(line), bytes.HasPrefix(line, []byte("goroutine ")) && mayBreak(line):
		switch {
		case len(s.text) == 0 || listed(s.text, line):
		case s.proven:
			f.put(s)
		default:
			s.heads++
		}
		s.text, s.begins = append(append(s.text[:0], line...), '\n'), f.number
	case len(s.text) > 0 && len(s.text)+len(line) < maxBlock:
		if !s.proven && startsBody(line) {
			s.proven = true
			f.dropped += s.heads
		}
		s.text = append(append(s.text, line...), '\n')
	}
}

// listed reports whether a text is no more than what goleak, in earlier releases,
// wrote above the first line of the goroutine, which is the line at hand.
func listed(text, line []byte) bool {
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("["))
	above, isGoleak := bytes.CutPrefix(text, []byte(goleakStart))
	below, isRuntime := bytes.CutPrefix(bytes.TrimLeft(line, " \t"), []byte("goroutine "))
	if !isGoleak || !isRuntime || bytes.IndexByte(text, '\n') >= 0 {
		return false
	}
	n := digits(above)
	return n > 0 && n == digits(below) && bytes.Equal(above[:n], below[:n])
}

// startsBody reports whether a line can be the first one below a header.
func startsBody(line []byte) bool {
	switch shapeOf(bytes.Trim(line, " \t")) {
	case aFunction, anUnavailable, aStranger:
		return true
	}
	return false
}
