package decode

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

const (
	// largestDump is where the runtime stops: a text of exactly this size is cut.
	largestDump = 64 << 20
	// maxDumped bounds the goroutines that are kept one by one. A dump of
	// 64 MiB has a third of that at most.
	maxDumped = 2 << 20
	// maxDumpText bounds the distinct lines of frames in one dump. Those of a
	// large program have a few megabytes.
	maxDumpText = 64 << 20
)

// Goroutines decodes a full goroutine dump: the text of goroutine?debug=2, or
// of a crash, with whatever stands before, after and between its goroutines.
//
// The text is read as a stream, and nothing of it is kept but the goroutines and
// what they have in common. The name stands for the input in errors. The caller
// sets Time.
func Goroutines(r io.Reader, name string, table *snapshot.Table) (*snapshot.Dump, error) {
	d := &snapshot.Dump{}
	s := newScanner(r, table)
	for s.next() {
		if len(d.Goroutines) == maxDumped {
			return nil, refuse(name, fmt.Sprintf("it has more than %d goroutines", maxDumped), "take a dump of fewer goroutines")
		}
		d.Goroutines = append(d.Goroutines, s.goroutine)
		if s.elided {
			d.Elided++
		}
		if s.unavailable {
			d.Unavailable++
		}
	}
	if err := s.refusal(name, len(d.Goroutines) > 0); err != nil {
		return nil, err
	}
	d.Cut = s.cut || s.lines.bytes() == largestDump
	slices.SortStableFunc(d.Goroutines, func(a, b snapshot.DumpedGoroutine) int { return cmp.Compare(a.ID, b.ID) })
	return d, nil
}

// howToDump ends every error about a text that is no dump.
const howToDump = "fetch one with curl -o goroutines.txt 'http://HOST:PORT/debug/pprof/goroutine?debug=2'"

// refusal is why the text cannot be taken; nil where it can, and some
// goroutines were found.
func (s *scanner) refusal(name string, found bool) error {
	switch {
	case s.lines.err != nil:
		return unreadable(name, s.lines.err)
	case s.frames.err != nil:
		return refuse(name, s.frames.err.Error(), "take a dump of a program with fewer and shallower stacks")
	case s.late:
		return refuse(name, fmt.Sprintf("there is no goroutine in its first %s", size(int(s.lead))), "cut off what stands before the dump, or raise the bound with --max-filesize")
	case !found:
		return noDump{refuse(name, "it is no full goroutine dump", howToDump)}
	}
	return nil
}

// noDump is the error about a text with no goroutine in it.
type noDump struct{ error }

// scanner takes a dump apart, one goroutine after the other.
type scanner struct {
	goroutine   snapshot.DumpedGoroutine // at hand
	elided      bool                     // frames were left out of its stack
	unavailable bool                     // its stack could not be printed
	cut         bool                     // the text ended within it

	lines    lines
	headers  headers
	frames   dumpFrames
	status   *status    // of the goroutine at hand
	ancestor knownFrame // stands before the leaf of a stack further back
	id       int64      // of the goroutine that comes next
	head     header     // of that one, too
	begun    bool       // which was read
	before   prefix     // of its lines
	usual    prefix     // that lines had before; nil for none
	line     []byte     // reused
	found    bool       // there was one
	deadlock bool       // the runtime said that all are asleep
	lead     int64      // bytes within which the first one must stand
	late     bool       // it does not
}

func newScanner(r io.Reader, table *snapshot.Table) *scanner {
	return &scanner{lead: math.MaxInt64, lines: newLines(r), headers: newHeaders(table), frames: newDumpFrames(table)}
}

// next goes on to the next goroutine. It returns false after the last one, and
// where the text cannot be read or takes too much; nothing else is an error.
func (s *scanner) next() bool {
	for !s.begun {
		if !s.lines.next() {
			s.cut = s.cut || s.lines.open && mayBeHeader(s.lines.line)
			return false
		}
		if s.late = !s.found && s.lines.bytes() > s.lead; s.late {
			return false
		}
		s.begun = s.header()
		s.deadlock = s.deadlock || !s.begun && isDeadlock(s.lines.line)
	}
	s.found = true
	h := s.head
	s.goroutine = snapshot.DumpedGoroutine{ID: s.id, Status: h.status.text, Labels: h.labels, Minutes: h.minutes, Leaked: h.leaked, Locked: h.locked}
	s.status, s.begun, s.elided, s.unavailable = h.status, false, false, false
	s.body()
	return s.lines.err == nil && s.frames.err == nil
}

// header reads the line at hand, if it is the first of a goroutine. Behind a
// prefix it is one if the next line has the same, or none at all, as where a
// program logs a stack; and looks like a stack.
func (s *scanner) header() (ok bool) {
	line := s.lines.line
	if s.id, s.head, ok = s.headers.read(line, s.lines.cut); ok {
		s.before = nil
		return true
	}
	if s.lines.cut {
		return false
	}
	before, header := prefixOf(line)
	if before == nil {
		return false
	}
	id, head, ok := s.headers.read(header, false)
	if !ok {
		return false
	}
	if !bytes.Equal(before, s.usual) {
		// A look at the next line may take this one away.
		s.line = append(s.line[:0], line...)
		next := s.lines.peek()
		s.lines.line = s.line
		switch rest, same := before.strip(next); {
		case same && startsBody(rest):
			s.usual = before
		case before.blank() || !startsBody(next):
			return false
		default:
			before = nil
		}
	}
	s.id, s.head, s.before = id, head, before
	return true
}

// mayBeHeader reports whether a line that has no end may be the start of a
// goroutine's first one. Others may stand behind a dump.
func mayBeHeader(line []byte) bool {
	const start = "goroutine "
	return bytes.Contains(line, []byte(start)) || strings.HasPrefix(start, string(line))
}

// owner is whose stack the frames are of that come next.
type owner uint8

const (
	ofGoroutine owner = iota
	ofCreator         // as it started the goroutine
	ofNobody          // further back, which is of no use
)

// body reads the lines of a goroutine behind its header.
func (s *scanner) body() {
	f, whose, empty := &s.frames, ofGoroutine, true
	f.begin(&s.status.start)
	before := s.before
	for {
		if before == nil && s.expected(whose) {
			empty = false
		}
		if f.err != nil || !s.lines.next() {
			break
		}
		if s.begun = s.header(); s.begun {
			s.end(whose)
			return
		}
		line := s.lines.line
		if before != nil {
			rest, same := before.strip(line)
			if !same {
				continue // of something else that writes to the log
			}
			line = tabbed(rest)
		}
		if len(line) == 0 {
			s.end(whose)
			return
		}
		empty = false
		switch {
		case line[0] == '\t':
			s.indented(line, whose)
		case bytes.HasPrefix(line, []byte(createdBy)):
			if id := f.creator(line); whose == ofGoroutine { // an ancestor's is of no use
				s.goroutine.CreatorID = id
			}
		case isElision(line):
			s.elided = s.elided || whose == ofGoroutine
			f.elision()
		case bytes.HasPrefix(line, []byte("[originating from goroutine ")):
			s.end(whose)
			f.begin(&s.ancestor)
			whose = min(whose+1, ofNobody)
		case bytes.HasPrefix(line, []byte("non-Go function at pc=")):
			f.name(line)
			f.push(f.place(nil))
		default:
			f.name(line)
		}
	}
	// What is of the last goroutine in a text that stops in it looks like another stack.
	s.cut = empty || f.named() && f.called() || s.lines.open || s.lines.bytes() == largestDump
	if s.cut {
		s.goroutine.Stack, s.goroutine.Origin, s.goroutine.Creator = snapshot.NoStack, snapshot.NoStack, 0
		return
	}
	s.end(whose)
}

// expected reads frames for as long as they are those that came next the last
// time, and reports whether there were any.
func (s *scanner) expected(whose owner) (any bool) {
	f := &s.frames
	for !f.named() && f.err == nil {
		k, size, id := f.expected(s.lines.rest())
		if k == nil {
			break
		}
		if k.lock && whose == ofGoroutine && s.goroutine.Lock == 0 {
			name := len(f.parts[k.pkg]) + len(f.parts[k.name]) - 1 // up to the bracket, which belongs to it
			s.goroutine.Lock = firstArgument(s.lines.rest()[name:size])
		}
		s.lines.pos += size
		any = true
		if k.half == namedFrame {
			f.push(k)
			continue
		}
		f.follow(k)
		if whose == ofGoroutine {
			s.goroutine.Creator, s.goroutine.CreatorID = k.id, id
		}
	}
	return any
}

// end takes over the stack that was read.
func (s *scanner) end(whose owner) {
	switch whose {
	case ofGoroutine:
		s.goroutine.Stack = s.frames.stack()
	case ofCreator:
		s.goroutine.Origin = s.frames.stack()
	}
}

// indented reads a line below another one: where a function is, or that there is no stack.
func (s *scanner) indented(line []byte, whose owner) {
	switch f := &s.frames; {
	case f.creates():
		k := f.place(line[1:])
		f.follow(k)
		if whose == ofGoroutine {
			s.goroutine.Creator = k.id
		}
	case f.named():
		k := f.place(line[1:])
		f.push(k)
		if whose == ofGoroutine && s.goroutine.Lock == 0 {
			s.goroutine.Lock = f.lock
		}
	case bytes.HasPrefix(line, []byte("\tgoroutine running on other thread")):
		s.unavailable = s.unavailable || whose == ofGoroutine
	}
}

// isElision reports whether a line stands for frames that were left out:
// "...12 frames elided...", and "...additional frames elided..." before Go 1.21.
func isElision(line []byte) bool {
	return bytes.HasPrefix(line, []byte("...")) && bytes.HasSuffix(line, []byte(" frames elided..."))
}
