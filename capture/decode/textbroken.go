package decode

import (
	"bytes"
	"regexp"
	"unicode/utf8"
)

// rejoiner puts the lines of a text profile together that a terminal broke at its
// width. A line is one part of several only where it is as wide as the widest one, and
// what stands behind is the rest of it alone: else what is not whole is not read.
type rejoiner struct {
	take    func(line []byte)
	damage  func()
	width   int  // of the widest line, in characters
	columns int  // and in columns, with a tab to each eighth
	indent  int  // of the line with the least
	sure    bool // some line is as wide, and was broken
	part    []byte
	parts   int
	// Of the last line of the profile that was given on:
	framed   bool // it is that of a frame
	recorded bool // it is the first one of a record
}

var (
	// recordStart matches how a record begins, and frameStart how a frame does.
	recordStart = regexp.MustCompile(`^(\d+)(: \d+ \[\d+: \d+\]| \d+)? @`)
	frameStart  = regexp.MustCompile(`^#?[ \t]*0x[0-9a-f]+[ \t]+\S`)
	// joinedLine is namedLine for what was put together: a blank may be of another line.
	joinedLine = regexp.MustCompile(`^#?[ \t]*0x[0-9a-f]+[ \t]+\S+\+0x[0-9a-f]+[ \t]+(\S+):\d+$`)
	digitsOnly = regexp.MustCompile(`^[0-9]+$`)
	hexOnly    = regexp.MustCompile(`^[0-9a-fx ]+$`)
)

const labelsStart = "labels: {"

// labelsOf is what stands in the line of labels, behind its bracket; ok is false for
// another line.
func labelsOf(line []byte) (text []byte, ok bool) {
	return bytes.CutPrefix(bytes.TrimLeft(line, "# \t"), []byte(labelsStart))
}

// isOfProfile reports whether a line, without blanks around it, begins as one does
// that may be long.
func isOfProfile(line []byte) bool {
	_, labels := labelsOf(line)
	return labels || frameStart.Match(line) || recordStart.Match(line)
}

// measure looks over the lines.
func (j *rejoiner) measure(lines [][]byte) {
	j.indent = -1
	for _, line := range lines {
		text := bytes.TrimSpace(line)
		if !isOfProfile(text) {
			continue
		}
		j.width, j.columns = max(j.width, utf8.RuneCount(line)), max(j.columns, columnsOf(line))
		if n := indentOf(line); j.indent < 0 || n < j.indent {
			j.indent = n
		}
	}
	for _, line := range lines {
		text := bytes.TrimSpace(line)
		j.sure = j.sure || j.full(line) && frameStart.Match(text) && !recordStart.Match(text) && !namedLine.Match(text)
	}
}

func indentOf(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

// columnsOf is how many columns of a terminal a line takes.
func columnsOf(line []byte) (n int) {
	for _, c := range string(line) {
		if c == '\t' {
			n += 8 - n%8
		} else {
			n++
		}
	}
	return n
}

// full reports whether a line goes to the edge.
func (j *rejoiner) full(line []byte) bool {
	return len(line) >= leastBroken && (utf8.RuneCount(line) == j.width || columnsOf(line) == j.columns)
}

// line takes the next one.
func (j *rejoiner) line(line []byte) {
	if len(j.part) > 0 {
		if joined := j.join(line); joined != nil {
			j.part, j.sure = joined, true
			if j.parts++; j.parts > maxPieces || !j.full(line) {
				j.end()
			}
			return
		}
		j.end()
	}
	if j.full(line) && isOfProfile(bytes.TrimSpace(line)) {
		j.part, j.parts = append(j.part[:0], line...), 1
		return
	}
	text := bytes.TrimSpace(line)
	switch {
	case j.framed && digitsOnly.Match(text), j.recorded && hexOnly.Match(text) && !addressLine.Match(text):
		j.damage() // what stands before may not be the whole number of a line, or all addresses
	}
	j.give(text)
}

// give gives on a line.
func (j *rejoiner) give(line []byte) {
	if isOfProfile(line) {
		j.framed, j.recorded = namedLine.Match(line), recordStart.Match(line)
	}
	j.take(line)
}

// maxPieces bounds the parts of one line.
const maxPieces = 64

// end gives on what is at hand.
func (j *rejoiner) end() {
	if len(j.part) > 0 {
		j.give(bytes.TrimSpace(j.part))
		j.part = j.part[:0]
	}
}

// join returns the part at hand with a line that is the next one of it; nil where it
// is not.
func (j *rejoiner) join(line []byte) []byte {
	first, rest := bytes.TrimSpace(j.part), bytes.TrimSpace(line)
	apart := indentOf(line) > j.indent || j.part[len(j.part)-1] == ' ' || j.part[len(j.part)-1] == '\t'
	if len(rest) == 0 {
		return nil
	}
	if at := recordStart.Find(first); at != nil {
		if !hexOnly.Match(rest) || addressLine.Match(rest) && isAmong(bytes.Fields(first[len(at):]), rest) {
			return nil // another line, or a frame without a name
		}
		if apart = apart || bytes.HasPrefix(rest, []byte("0x")); apart {
			return append(append(bytes.TrimRight(j.part, " \t"), ' '), rest...)
		}
		return append(j.part, rest...)
	}
	if isOfProfile(rest) || rest[0] == '#' {
		return nil
	}
	if labels, ok := labelsOf(first); ok {
		if apart || areWhole(labels) {
			return nil // a value may have any blanks in it
		}
		joined := append(j.part, line[min(len(line), max(0, j.indent)):]...)
		labels, _ = labelsOf(bytes.TrimSpace(joined))
		if areWhole(labels) || j.full(line) {
			return joined
		}
		return nil
	}
	if namedLine.Match(first) {
		// It may be whole, or the number of its line broken in two.
		if !digitsOnly.Match(rest) {
			return nil
		}
		if j.sure && !apart {
			return append(j.part, rest...)
		}
		return nil
	}
	direct, separate := append(bytes.Clone(j.part), rest...), append(append(bytes.Clone(j.part), '\t'), rest...)
	switch {
	case !apart && isJoined(direct):
		return direct
	case (apart || rest[0] == '/') && isJoined(separate):
		return separate
	case !j.full(line) || bytes.IndexByte(rest, ' ') >= 0:
		return nil
	case apart:
		return separate
	}
	return direct
}

// isJoined reports whether what was put together is the whole line of a frame.
func isJoined(line []byte) bool {
	at := joinedLine.FindSubmatch(bytes.TrimSpace(line))
	return at != nil && (isSourceFile(at[1]) || string(at[1]) == "?")
}

// areWhole reports whether labels go to the bracket that closes them.
func areWhole(text []byte) bool {
	_, rest := labelsIn(string(text))
	return len(rest) > 0 && rest[0] == '}'
}
