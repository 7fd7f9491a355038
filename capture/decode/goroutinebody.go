package decode

import (
	"bytes"

	"leaktop/capture/snapshot"
)

// owner is whose stack the frames are of that come next.
type owner uint8

const (
	ofGoroutine owner = iota
	ofCreator         // as it started the goroutine
	ofNobody          // further back, which is of no use
)

// block is what was read of a goroutine behind its first line.
type block struct {
	whose   owner
	any     bool   // something was
	placed  int    // frames with a place
	bare    int    // and without
	damaged bool   // a line is missing, or cannot be told
	blank   int    // empty lines one after the other
	spaced  bool   // one stands behind each line
	over    bool   // what stands behind is of something else
	part    []byte // of a line that was broken in two, empty for none
	parts   int    // how many there are
	odd     []byte // the line before, where it is none of a goroutine; empty for none
	remnant bool   // it may be what is left of one
}

// body reads the lines of a goroutine behind its header.
func (s *scanner) body() {
	b, f := &s.block, &s.frames
	*b = block{part: b.part[:0], odd: b.odd[:0]}
	f.begin(&s.status.start)
	f.given.reset()
	for {
		if len(b.part) == 0 && b.blank == 0 && !b.over {
			s.expected()
		}
		if f.err != nil || !s.text.next(false) {
			break
		}
		if s.begun = s.header(); s.begun {
			s.finish()
			return
		}
		if len(s.part) > 0 {
			continue
		}
		line := bytes.TrimRight(s.text.line, " \t")
		if len(line) == 0 {
			if b.blank++; b.blank > 1 && b.any {
				b.over = true
			}
			continue
		}
		if s.over(line) {
			s.deadlock = s.deadlock || isDeadlock(line)
			continue
		}
		b.blank = 0
		s.take(line)
	}
	last := bytes.TrimRight(s.text.line, " \t")
	// What is of the last goroutine in a text that stops in it looks like another stack.
	if ends := len(s.text.whole) == 0 && s.text.ended; ends {
		whole := !s.text.open || b.over || offsetEnd.Match(last) || shapeOf(bytes.TrimLeft(last, " \t")) == anUnavailable
		s.cut = !b.any || f.named() && b.bare == 0 || len(b.part) > 0 || len(s.part) > 0 || !whole || s.text.raw.bytes() == largestDump
	}
	if s.cut {
		s.forget()
		return
	}
	s.finish()
}

// over reports whether a line is of something else that stands behind the
// goroutine. An empty line ends it, unless one stands behind each, or somewhere by
// mistake. What looks like a frame after the end may be of it, or of another one
// whose first line is lost.
func (s *scanner) over(line []byte) bool {
	b := &s.block
	if b.blank == 0 && !b.over || b.spaced && !b.over {
		return false
	}
	switch shapeOf(bytes.TrimLeft(line, " \t")) {
	case noShape, aRemnant:
		b.over = true
	case aPart:
		b.spaced = !b.any
		b.over = b.over || b.any
	case aPlace:
		// Others than the runtime, too, print where a function is, without an address.
		b.damaged = b.damaged || b.over && offsetEnd.Match(line)
		b.over = b.over || !s.frames.named()
	default:
		b.spaced = b.spaced || !b.any
		b.damaged = b.damaged || b.over
	}
	return b.over
}

// take reads a line, without the blanks at its end.
func (s *scanner) take(indented []byte) {
	b, f := &s.block, &s.frames
	line, tab := bytes.TrimLeft(indented, " \t"), indented[0] == '\t'
	is := noShape
	if !s.text.cut {
		is = shapeOf(line)
	}
	if tab && (f.named() && mayBePlace(line) || s.text.cut) && is != anUnavailable {
		is = aPlace
	}
	if is == aPart && isPath(line) && !f.named() {
		is = noShape // no place can stand here
	}
	if len(b.part) > 0 {
		line, is = s.join(line, is)
	}
	if b.remnant && !(is == aPlace && tab) {
		b.damaged = true
	}
	odd := false
	switch is {
	case aFunction:
		s.function(line)
	case aPlace:
		s.place(line, tab)
	case aCreator:
		s.leave()
		if id := f.creator(line); b.whose == ofGoroutine { // an ancestor's is of no use
			s.goroutine.CreatorID = id
		}
	case anElision:
		s.leave()
		s.elided = s.elided || b.whose == ofGoroutine
		f.elision()
	case anOrigin:
		s.leave()
		s.end()
		f.begin(&s.ancestor)
		b.whose = min(b.whose+1, ofNobody)
	case aStranger:
		s.leave()
		f.name(line)
		f.push(f.place(nil))
		b.placed++
	case anUnavailable:
		s.unavailable = s.unavailable || b.whose == ofGoroutine
	case aPart:
		if len(b.part) == 0 {
			b.parts = 0
		}
		b.part = append(b.part[:0], line...)
		odd = true
	default:
		odd = true
	}
	if b.odd, b.remnant = b.odd[:0], false; odd {
		b.odd, b.remnant = append(b.odd, line...), is == aRemnant
	}
	b.any = b.any || !odd
}

// mayBePlace reports whether a line behind a tab can be the second one of a frame,
// though it does not look like one of Go's.
func mayBePlace(line []byte) bool {
	_, address := withoutAddresses(line)
	return address || bytes.IndexByte(line, ':') >= 0
}

// join puts what was broken in two together, where the line at hand, of this shape,
// is the rest of it.
func (s *scanner) join(line []byte, alone shape) (joined []byte, _ shape) {
	b := &s.block
	joined = append(b.part, line...)
	b.part = b.part[:0]
	b.parts++
	is := shapeOf(joined)
	switch {
	case is == aPlace && s.frames.named(), is == aFunction && !isPath(joined), is == aCreator:
		return joined, is
	case is == aPart && b.parts < maxParts && alone != aPart && (alone != aFunction || !isPath(joined)):
		return joined, is
	}
	b.damaged = true
	return line, alone
}

// maxParts bounds the parts of a line that was broken.
const maxParts = 4

// function reads the first line of a frame.
func (s *scanner) function(line []byte) {
	s.leave()
	s.frames.name(line)
}

// place reads the second line of a frame.
func (s *scanner) place(line []byte, tab bool) {
	b, f := &s.block, &s.frames
	if !f.named() {
		// What C calls a function may look like anything.
		if !tab || len(b.odd) == 0 {
			b.damaged = true
			return
		}
		f.name(b.odd)
	}
	b.placed++
	s.push(f.place(line))
}

// push adds a frame, and takes over what its function was given; or who started
// the goroutine.
func (s *scanner) push(k *knownFrame) {
	f, own := &s.frames, s.block.whose == ofGoroutine
	if k.half == namedCreate {
		f.follow(k)
		if own {
			s.goroutine.Creator = k.id
		}
		return
	}
	f.push(k)
	if !own {
		return
	}
	if s.goroutine.Lock == 0 {
		s.goroutine.Lock = f.lock
	}
	if k.given {
		f.given.named(k.id)
	}
}

// leave ends a frame that has no second line: all of the goroutine have none then,
// or it was lost.
func (s *scanner) leave() {
	b, f := &s.block, &s.frames
	if !f.named() {
		return
	}
	if b.placed > 0 {
		b.damaged = true
	}
	b.bare++
	s.push(f.place(nil))
}

// finish takes over what was read. What was not read whole is not told: it would
// look like another stack.
func (s *scanner) finish() {
	b := &s.block
	s.leave()
	s.end()
	s.unread, s.bare = false, b.bare > 0
	if b.damaged || b.remnant || !b.any || len(b.part) > 0 || b.placed > 0 && b.bare > 0 {
		s.forget()
	}
}

// forget leaves out what was read of the goroutine at hand.
func (s *scanner) forget() {
	g := &s.goroutine
	g.Stack, g.Origin, g.Creator, g.CreatorID, g.Lock = snapshot.NoStack, snapshot.NoStack, 0, 0, 0
	s.unread, s.bare = true, false
}

// expected reads frames for as long as they are those that came next the last
// time.
func (s *scanner) expected() {
	b, f := &s.block, &s.frames
	for !f.named() && f.err == nil {
		k, size, id := f.expected(s.text.rest())
		if k == nil {
			return
		}
		if b.whose == ofGoroutine && (k.lock || k.given) {
			// From the bracket on, which belongs to the name, to the one that closes it.
			name, place := len(f.parts[k.pkg])+len(f.parts[k.name])-1, len(f.parts[k.file])+int(k.tailSize)
			arguments := s.text.rest()[name : size-place]
			if k.lock && s.goroutine.Lock == 0 {
				s.goroutine.Lock = firstArgument(arguments)
			}
			if k.given && f.given.room() {
				f.given.add(k.id, arguments)
			}
		}
		s.text.skip(size)
		b.any = true
		b.placed++
		if len(b.odd) > 0 {
			b.damaged = b.damaged || b.remnant
			b.odd, b.remnant = b.odd[:0], false
		}
		if k.half == namedFrame {
			f.push(k)
			continue
		}
		f.follow(k)
		if b.whose == ofGoroutine {
			s.goroutine.Creator, s.goroutine.CreatorID = k.id, id
		}
	}
}

// end takes over the stack that was read.
func (s *scanner) end() {
	switch s.block.whose {
	case ofGoroutine:
		s.goroutine.Stack = s.frames.stack()
	case ofCreator:
		s.goroutine.Origin = s.frames.stack()
	}
}
