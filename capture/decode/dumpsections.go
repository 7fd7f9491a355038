package decode

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"leaktop/capture/snapshot"
)

// dumpGrouper tells the dumps of one text apart, and groups them.
//
// A process has one main goroutine, whose number is 1, so that a second one
// begins another dump. The goroutine that was running as the dump was taken, or
// crashed, stands before it. Each stream has dumps of its own.
type dumpGrouper struct {
	nth   int // of the dump to take, 0 for the last
	dumps int // that have begun
	open  map[int]*section
	whole []*section // those that may be the one to take
}

// section is a dump that is being read.
type section struct {
	begins int64 // the number of its first line
	count  *counter
	main   bool // it has its main goroutine
	// held is the goroutine before, which may be of the next dump; its status is
	// nil for none.
	held told
}

// maxSections bounds the dumps of a text of which one is taken by its number.
const maxSections = 1000

// told is what the scanner says of one goroutine.
type told struct {
	goroutine                         snapshot.DumpedGoroutine
	status                            *status
	begins                            int64
	elided, unavailable, unread, bare bool
	given                             *arguments // gone with the next goroutine
}

// take takes in the goroutine that the scanner is at.
func (g *dumpGrouper) take(s *scanner) error {
	at := g.open[s.source]
	if at == nil {
		at = g.begin(s)
	}
	t := told{s.goroutine, s.status, s.begins, s.elided, s.unavailable, s.unread, s.bare, &s.frames.given}
	if t.goroutine.ID == 1 && at.main {
		leading := at.held
		at.held = told{}
		if g.whole = append(g.whole, at); g.nth == 0 {
			g.whole = []*section{latest(g.whole)}
		}
		if len(g.whole) > maxSections {
			return fmt.Errorf("it holds more than %d dumps", maxSections)
		}
		at = g.begin(s)
		if leading.status != nil {
			at.begins = leading.begins
		}
		at.held = leading
	}
	at.main = at.main || t.goroutine.ID == 1
	if err := at.settle(); err != nil {
		return err
	}
	if t.status.text == "running" && !t.unavailable {
		t.given = t.given.clone()
		at.held = t
		return nil
	}
	return at.count.add(t)
}

// begin begins the next dump of the stream that the scanner is at.
func (g *dumpGrouper) begin(s *scanner) *section {
	g.dumps++
	at := &section{begins: s.begins, count: newCounter()}
	g.open[s.source] = at
	return at
}

// latest is the one that begins last.
func latest(sections []*section) *section {
	return slices.MaxFunc(sections, func(a, b *section) int { return cmp.Compare(a.begins, b.begins) })
}

// settle counts the goroutine before, which is of this dump.
func (at *section) settle() error {
	if at.held.status == nil {
		return nil
	}
	t := at.held
	at.held = told{}
	return at.count.add(t)
}

// chosen returns the dump that was asked for; nil where there are not so many.
func (g *dumpGrouper) chosen() (*snapshot.GroupedDump, error) {
	all := slices.AppendSeq(g.whole, maps.Values(g.open))
	slices.SortFunc(all, func(a, b *section) int { return cmp.Compare(a.begins, b.begins) })
	number := cmp.Or(g.nth, g.dumps)
	if len(all) == 0 || number > g.dumps {
		return nil, nil
	}
	at := all[len(all)-1]
	if g.nth > 0 {
		at = all[number-1]
	}
	if err := at.settle(); err != nil {
		return nil, err
	}
	d := at.count.whole()
	d.Number, d.Dumps = number, g.dumps
	return d, nil
}
