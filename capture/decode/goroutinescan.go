package decode

import (
	"bytes"
	"io"
	"math"
	"strings"

	"leaktop/capture/snapshot"
)

// scanner takes a dump apart, one goroutine after the other.
type scanner struct {
	goroutine   snapshot.DumpedGoroutine // at hand
	elided      bool                     // frames were left out of its stack
	unavailable bool                     // its stack could not be printed
	unread      bool                     // its stack could not be read
	bare        bool                     // its frames have no places
	source      int                      // the number of the stream that it is of, 0 for none
	begins      int64                    // the number of its first line
	cut         bool                     // the text ended within it

	text     feed
	headers  headers
	frames   dumpFrames
	block    block      // what was read of the goroutine at hand
	status   *status    // of the goroutine at hand
	ancestor knownFrame // stands before the leaf of a stack further back
	id       int64      // of the goroutine that comes next
	head     header     // of that one, too
	begun    bool       // which was read
	part     []byte     // of a first line that was broken in two
	headless int64      // such lines of which there is no other part
	found    bool       // there was one
	heading  bool       // a profile in the form of a text begins here
	records  *records   // of a profile without its first line; nil where none are looked for
	deadlock bool       // the runtime said that all are asleep
	lead     int64      // bytes within which the first one must stand
	late     bool       // it does not
}

func newScanner(r io.Reader, table *snapshot.Table) *scanner {
	return &scanner{lead: math.MaxInt64, text: newFeed(r), headers: newHeaders(table), frames: newDumpFrames(table)}
}

// next goes on to the next goroutine. It returns false after the last one, where
// the text cannot be read or takes too much, and where a profile in the form of a
// text begins before the first one.
func (s *scanner) next() bool {
	for !s.begun {
		if !s.text.within() {
			s.text.enter()
		}
		if !s.text.next(true) {
			if len(s.text.whole) > 0 || !s.text.ended {
				continue
			}
			if s.records != nil && s.records.proven {
				s.heading = true
				return false
			}
			s.cut = s.cut || s.text.open && mayBeHeader(s.text.line) || s.text.lost
			return false
		}
		if s.late = !s.found && s.text.raw.bytes() > s.lead && (s.records == nil || !s.records.proven); s.late {
			return false
		}
		if s.begun = s.header(); s.begun {
			s.records = nil // a dump tells more than they do
			break
		}
		if !s.found && isTextHeading(s.text.line) {
			s.records, s.heading = nil, true
			return false
		}
		if s.records != nil {
			s.records.add(s.text.line)
		}
		s.deadlock = s.deadlock || isDeadlock(s.text.line)
	}
	s.found, s.source, s.begins = true, s.text.source, s.text.number
	if s.text.within() {
		s.begins = s.text.begins
	}
	h := s.head
	s.goroutine = snapshot.DumpedGoroutine{ID: s.id, Status: h.status.text, Labels: h.labels, Minutes: h.minutes, Leaked: h.leaked, Locked: h.locked}
	s.status, s.begun, s.elided, s.unavailable, s.cut = h.status, false, false, false, false
	s.body()
	if h.goleak && s.begun && !s.block.any && s.id == s.goroutine.ID {
		return s.next() // the runtime's own first line stands below it
	}
	return s.text.raw.err == nil && s.frames.err == nil
}

// header reads the line at hand, if it is the first of a goroutine. It may have
// been broken in two.
func (s *scanner) header() (ok bool) {
	line := bytes.Trim(s.text.line, " \t")
	if len(s.part) > 0 {
		if endsHeader(line) && !bytes.HasPrefix(line, []byte("goroutine ")) {
			line = append(s.part, line...)
		} else {
			s.headless++
			s.block.damaged = true
		}
		s.part = s.part[:0]
	}
	if s.id, s.head, ok = s.headers.read(line, s.text.cut); ok {
		return true
	}
	if bytes.HasPrefix(line, []byte("goroutine ")) && mayBreak(line) {
		s.part = append(s.part[:0], line...)
	}
	return false
}

// mayBreak reports whether a line may be the start of a goroutine's first one.
func mayBreak(line []byte) bool {
	_, rest := number(line[len("goroutine "):])
	return len(rest) < len(line)-len("goroutine ") && (len(rest) == 0 || bytes.HasPrefix(rest, []byte(" [")) || bytes.HasPrefix(rest, []byte(" gp=")))
}

// mayBeHeader reports whether a line that has no end may be the start of a
// goroutine's first one. Others may stand behind a dump.
func mayBeHeader(line []byte) bool {
	const start = "goroutine "
	return bytes.Contains(line, []byte(start)) || strings.HasPrefix(start, string(line))
}
