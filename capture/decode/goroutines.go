package decode

import (
	"cmp"
	"fmt"
	"io"
	"slices"

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
// of a crash, with whatever stands before, after and between its goroutines, and
// whatever a log, a terminal or a page has made of its lines.
//
// The text is read as a stream, and nothing of it is kept but the goroutines and
// what they have in common. The name stands for the input in errors. The caller
// sets Time.
func Goroutines(r io.Reader, name string, table *snapshot.Table) (*snapshot.Dump, error) {
	d := &snapshot.Dump{}
	s := newScanner(r, table)
	s.frames.given.wanted = true
	arguments := newDumpArguments()
	for s.next() {
		if len(d.Goroutines) == maxDumped {
			return nil, refuse(name, fmt.Sprintf("it has more than %d goroutines", maxDumped), "take a dump of fewer goroutines")
		}
		d.Goroutines = append(d.Goroutines, s.goroutine)
		arguments.add(&s.goroutine, &s.frames.given)
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
	d.Cut = s.cut || s.text.raw.bytes() == largestDump
	d.Arguments = arguments.all()
	slices.SortStableFunc(d.Goroutines, func(a, b snapshot.DumpedGoroutine) int { return cmp.Compare(a.ID, b.ID) })
	return d, nil
}

// howToDump ends every error about a text that is no dump.
const howToDump = "fetch one with curl -o goroutines.txt 'http://HOST:PORT/debug/pprof/goroutine?debug=2'"

// refusal is why the text cannot be taken; nil where it can, and some
// goroutines were found.
func (s *scanner) refusal(name string, found bool) error {
	switch {
	case s.text.raw.err != nil:
		return unreadable(name, s.text.raw.err)
	case s.frames.err != nil:
		return refuse(name, s.frames.err.Error(), "take a dump of a program with fewer and shallower stacks")
	case s.late:
		return refuse(name, fmt.Sprintf("there is no goroutine in its first %s", size(int(s.lead))), "cut off what comes before the dump, or raise the cap with --max-filesize")
	case !found:
		return noDump{refuse(name, "it is not a full goroutine dump", howToDump)}
	}
	return nil
}

// noDump is the error about a text with no goroutine in it.
type noDump struct{ error }
