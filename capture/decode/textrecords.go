package decode

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"leaktop/capture/snapshot"
)

// records finds a profile in the form of a text of which the first line was not
// pasted. What its records count tells what it is of:
//
//	20 @ 0x489b0e 0x4195bc 0x68db3e 0x491261
//	#	0x68db3d	main.wait+0x1d	example.com/orders/main.go:17
//
// They are taken for some only where one has a frame whose address is one of its own:
// nothing else looks so. Of a dump or a whole profile in the same text they are no part.
type records struct {
	text   []byte // the lines from the first one on that may be a record
	limit  int    // bytes of text
	over   bool   // there are more
	proven bool   // there is a whole one
	before prefix // of its lines, nil for none

	// Of the record that was seen last:
	own       [][]byte // its addresses, nil for none
	ahead     []byte   // what stands before it in its line
	at        int      // where that begins in text
	linesThen int      // how many lines came behind it
}

const (
	// maxUnproven bounds the bytes of the lines before the first whole record.
	maxUnproven = 64 << 10
	// maxBehind bounds the lines between a record and its first frame.
	maxBehind = 16
)

// recordBehind matches the first line of a record behind something else.
var recordBehind = regexp.MustCompile(`(?:^|[^0-9A-Za-z_])(\d+(?:: \d+ \[\d+: \d+\])? @((?: 0x[0-9a-f]+)+))$`)

// add takes in the next line of the text.
func (r *records) add(line []byte) {
	if !r.proven {
		line = bytes.TrimRight(line, " \t")
		switch at := recordIn(line); {
		case at != nil:
			r.own, r.ahead, r.at, r.linesThen = fieldsIn(line[at[4]:at[5]]), append(r.ahead[:0], line[:at[2]]...), len(r.text), 0
		case r.own == nil:
			return
		case r.isFrame(line):
			r.proven = true
		default:
			if r.linesThen++; r.linesThen > maxBehind || len(r.text) > maxUnproven {
				r.own, r.text = nil, r.text[:0]
				return
			}
		}
	}
	if r.over = r.over || len(r.text)+len(line) >= r.limit; !r.over {
		r.text = append(append(r.text, line...), '\n')
	}
}

func recordIn(line []byte) []int {
	if !bytes.Contains(line, []byte(" @ 0x")) {
		return nil // as nearly all, and cheaper to tell
	}
	at := recordBehind.FindSubmatchIndex(line)
	if at == nil || at[2] > maxPrefix {
		return nil
	}
	return at
}

// fieldsIn are the words of a text that is gone with the next line.
func fieldsIn(text []byte) [][]byte { return bytes.Fields(bytes.Clone(text)) }

// isFrame reports whether a line is that of a frame of the record that was seen last,
// and takes over what stands before its lines.
func (r *records) isFrame(line []byte) bool {
	if len(bytes.TrimSpace(r.ahead)) == 0 {
		return isFrameOf(r.own, line)
	}
	before := prefixOf(r.ahead)
	for n := len(before); n > 0; n-- {
		below, same := before[:n].strip(line)
		if !same || !isFrameOf(r.own, below) || len(bytes.TrimSpace(before[:n])) == 0 {
			continue
		}
		if n < len(before) { // the record has more of a prefix than the others
			if isNumber(lastField(r.ahead)) {
				return false
			}
			record := r.text[r.at+len(r.ahead):]
			ahead := line[:len(line)-len(below)]
			r.text = append(append(bytes.Clone(r.text[:r.at]), ahead...), record...)
			r.ahead = append(r.ahead[:0], ahead...)
		}
		r.before = before[:n]
		return true
	}
	// What stands before the record alone, as where a program logs a profile, is
	// taken off; a number there may be one of two that a record of waits has.
	if isNumber(lastField(r.ahead)) || !isFrameOf(r.own, line) {
		return false
	}
	r.text = append(r.text[:r.at], r.text[r.at+len(r.ahead):]...)
	return true
}

func lastField(text []byte) []byte {
	text = bytes.TrimSpace(text)
	return text[bytes.LastIndexAny(text, " \t")+1:]
}

func isNumber(word []byte) bool { return digits(word) == len(word) }

// isFrameOf reports whether a line is that of a frame with one of these addresses.
func isFrameOf(addresses [][]byte, line []byte) bool {
	at := namedLine.FindSubmatch(bytes.TrimSpace(allTabbed(bytes.TrimSpace(line))))
	return at != nil && isAmong(addresses, at[1])
}

// isAmong reports whether the address of a frame is that of a call, which returns to
// one of these.
func isAmong(addresses [][]byte, frame []byte) bool {
	call, err := strconv.ParseUint(string(frame), 0, 64)
	if err != nil {
		return false
	}
	for _, text := range addresses {
		if a, err := strconv.ParseUint(string(text), 0, 64); err == nil && (a == call || a == call+1) {
			return true
		}
	}
	return false
}

// recordForm is what a record counts.
type recordForm uint8

const (
	anyForm  recordForm = iota
	aCount              // "20 @ 0x489b0e": goroutines, or threads
	ofMemory            // "1: 2048 [3: 4096] @ 0x489b0e"
	ofWaits             // "82735 4 @ 0x489b0e"
)

// formOf tells it by what stands behind the first number.
func formOf(middle []byte) recordForm {
	switch {
	case len(middle) == 0:
		return aCount
	case middle[0] == ':':
		return ofMemory
	}
	return ofWaits
}

// formUnder is what the records count of a profile with this first line.
func formUnder(heading []byte) recordForm {
	switch {
	case bytes.Contains(heading, []byte("profile: total")):
		return aCount
	case bytes.Contains(heading, []byte(" profile: ")):
		return ofMemory
	case bytes.HasPrefix(heading, []byte("--- mutex")), bytes.HasPrefix(heading, []byte("--- contention")):
		return ofWaits
	}
	return anyForm
}

// run is the records of one profile, one behind the other.
type run struct {
	form  recordForm
	lines []byte
}

// runs takes the profiles apart that the lines hold. Each stack comes once in one, so
// that a second time it is of the next, which begins where the order of the records
// does: Go sorts goroutines from the most to the least, and memory the other way.
func (r *records) runs() (out []run) {
	type place struct {
		at  int
		key string
	}
	var places []place // of the records since begin
	seen := make(map[string]bool)
	form, begin, turn, last := anyForm, 0, -1, int64(0)
	cut := func(end int) {
		if lines := r.text[begin:end]; form != anyForm && form != ofWaits && r.hasWhole(lines) {
			out = append(out, run{form, lines})
		}
		begin, turn = end, -1
		places = slices.DeleteFunc(places, func(p place) bool { return p.at < end })
		clear(seen)
		for _, p := range places {
			seen[p.key] = true
		}
	}
	end := func() { // ends the record at hand
		if len(places) == 0 {
			return
		}
		p := places[len(places)-1]
		if p.key != "" && seen[p.key] {
			cut(cmp.Or(max(turn, 0), p.at))
		}
		seen[p.key] = true
	}
	at := 0
	for line := range bytes.Lines(r.text) {
		text := r.below(line)
		if record := recordLine.FindSubmatch(text); record != nil {
			end()
			if is := formOf(record[2]); is != form {
				cut(at)
				form, last = is, 0
			}
			sorts, size := recordSize(record)
			if at > begin && (form == aCount && sorts > last || form == ofMemory && sorts < last) {
				turn = at
			}
			last = sorts
			p := place{at, fmt.Sprintf("%d%s", size, record[3])}
			if form == ofMemory && size == 0 || len(record[3]) == 0 {
				p.key = "" // another one may look the same
			}
			places = append(places, p)
		} else if n := len(places); n > 0 && places[n-1].key != "" {
			if _, labels := labelsOf(text); labels {
				places[n-1].key += string(text)
			}
		}
		at += len(line)
	}
	end()
	cut(at)
	return out
}

// below is a line without what stands before it, and blanks around it; nil where it has
// another prefix than the records.
func (r *records) below(line []byte) []byte {
	if r.before != nil {
		below, same := r.before.strip(line)
		if !same {
			return nil
		}
		line = below
	}
	return bytes.TrimSpace(line)
}

// recordSize is what a record is sorted by, and of memory how large the objects are.
func recordSize(record [][]byte) (first, size int64) {
	first, _ = number(record[1])
	if formOf(record[2]) != ofMemory {
		return first, 0
	}
	v := numbersIn(record[2])
	if v[1] > 0 {
		size = v[2] / v[1]
	}
	return v[0], size
}

// numbersIn are the three numbers of ": 2048 [3: 4096]".
func numbersIn(middle []byte) (out [3]int64) {
	for i := range out {
		middle = bytes.TrimLeft(middle, ": [")
		out[i], middle = number(middle)
	}
	return out
}

// hasWhole reports whether there is a whole record in these lines.
func (r *records) hasWhole(lines []byte) bool {
	var own [][]byte
	for line := range bytes.Lines(lines) {
		text := r.below(line)
		if record := recordLine.FindSubmatch(text); record != nil {
			own = bytes.Fields(record[3])
		} else if own != nil && isFrameOf(own, text) {
			return true
		}
	}
	return false
}

// startOfHeading is how the first line begins that records of a form have, which were
// found without one. Threads are told by the function of the runtime that makes one.
func (u run) startOfHeading() string {
	switch {
	case u.form == ofMemory:
		return "heap profile: "
	case bytes.Contains(u.lines, []byte("\truntime.allocm+0x")) || bytes.Contains(u.lines, []byte(" runtime.allocm+0x")):
		return "threadcreate profile: total "
	}
	return "goroutine profile: total "
}

// headed is the first line that the records which were read have. The rate of samples
// is not known: with 0 nothing is scaled.
func (m *mended) headed() []byte {
	if formUnder(m.heading) == ofMemory {
		if m.sums[2] == m.sums[0] && m.sums[3] == m.sums[1] {
			m.sums[3]++ // else google/pprof takes what was allocated for unknown
		}
		return fmt.Appendf(nil, "%s%d: %d [%d: %d] @ heap/0", m.heading, m.sums[0], m.sums[1], m.sums[2], m.sums[3])
	}
	return fmt.Appendf(nil, "%s%d", m.heading, snapshot.AddSaturating(m.whole, m.bare))
}

// sum adds what a record of memory counts.
func (m *mended) sum(record [][]byte) {
	n, _ := number(record[1])
	rest := numbersIn(record[2])
	for i, n := range [4]int64{n, rest[0], rest[1], rest[2]} {
		m.sums[i] = snapshot.AddSaturating(m.sums[i], n)
	}
}
