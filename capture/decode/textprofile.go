package decode

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	"leaktop/capture/snapshot"
)

// textProfile decodes the profile in the form of a text whose first line the
// scanner is at.
func textProfile(s *scanner, name string, limits Limits, nth int) (Content, error) {
	parts, whole := s.parts(limits.MaxUnpacked)
	if err := s.text.raw.err; err != nil {
		return Content{}, unreadable(name, err)
	}
	if !whole {
		return Content{}, refuse(name, "it is larger than the cap of "+size(limits.MaxUnpacked), "name a smaller profile, or raise the cap with --max-unpacked")
	}
	if len(parts) == 0 {
		return Content{}, refuse(name, "it is text, but neither a profile that pprof knows nor a goroutine dump", howToFetch)
	}
	if nth == 0 {
		nth = len(parts)
	}
	if nth > len(parts) {
		return Content{}, refuse(name, fmt.Sprintf("it holds %s, so there is no #%d", several(len(parts), "profile"), nth), fmt.Sprintf("name one from #1 to #%d", len(parts)))
	}
	m := parts[nth-1]()
	limits.MaxBytes = limits.MaxUnpacked // it was held to what it had as a file
	p, err := Profile(m.text, name, s.headers.table, limits)
	return Content{Profile: p, Figures: figures(m.text), Number: nth, Count: len(parts), Unread: m.lost(), Headless: m.headless}, err
}

// parts are the profiles in the text, each to be mended; whole is false where they have
// more than limit.
func (s *scanner) parts(limit int) (out []func() mended, whole bool) {
	if r := s.records; r != nil {
		for _, u := range r.runs() {
			out = append(out, func() (m mended) {
				m.readRecords(u, r)
				return m
			})
		}
		return out, !r.over
	}
	lines := s.text.collect(limit)
	for _, section := range sections(lines) {
		out = append(out, func() (m mended) {
			m.read(section)
			return m
		})
	}
	return out, lines != nil
}

// figures are the statistics behind the text of a heap profile. A text without
// them is as good a profile.
func figures(text []byte) snapshot.Vitals {
	v, err := MemStats(text)
	if err != nil {
		return snapshot.Vitals{}
	}
	v.Source = "its heap?debug=1"
	return v
}

// collect reads the line at hand and all behind it, unwrapped; nil where that
// is more than limit.
func (f *feed) collect(limit int) []byte {
	text := append([]byte(nil), f.line...)
	for {
		text = append(text, '\n')
		if len(text) > limit {
			return nil
		}
		if !f.read() {
			return text
		}
		text = append(text, f.line...)
	}
}

// sections are the profiles in a text, each from its first line on.
func sections(text []byte) [][]byte {
	var starts []int
	at := 0
	for line := range bytes.Lines(text) {
		if isTextHeading(bytes.TrimRight(line, " \t\r\n")) {
			starts = append(starts, at)
		}
		at += len(line)
	}
	var out [][]byte
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		out = append(out, text[start:end])
	}
	return out
}

// mended is the text of a profile as Go printed it, made from what a log, a
// terminal or a page has left of it:
//
//	goroutine profile: total 22
//	20 @ 0x489b0e 0x4195bc 0x68db3e 0x491261
//	# labels: {"route":"/carts"}
//	#	0x68db3d	main.wait+0x1d	example.com/orders/main.go:17
//
// Tabs may have become blanks, the signs of comments may be gone, and other lines
// may stand between.
type mended struct {
	text    []byte
	heading []byte
	before  prefix // of its lines, nil for none
	blanks  int    // at the end of it

	// headless says that the first line is lost, but for how it begins by the form of
	// the records.
	headless bool
	sums     [4]int64 // of the numbers of records of memory

	sample  []byte   // the lines of the record at hand
	own     [][]byte // the addresses of it
	named   bool     // it has a frame with a name, or needs none
	broken  bool     // lines of the text were broken in two
	damaged bool     // a line of it is not whole, or of another one
	count   int64    // of goroutines in it
	names   bool     // some record has one
	whole   int64    // counts of the records with names
	bare    int64    // and of those without
	kept    []byte   // the lines of these
}

var (
	// recordLine matches the first line of a record.
	recordLine = regexp.MustCompile(`^(\d+)(: \d+ \[\d+: \d+\]| \d+)? @((?: 0x[0-9a-f]+)*)$`)
	// namedLine matches that of a frame.
	namedLine = regexp.MustCompile(`^#?[ \t]*(0x[0-9a-f]+)[ \t]+(\S.*?\+0x[0-9a-f]+)[ \t]+(\S.*:\d+)$`)
	// addressLine matches that of a frame whose function has no name.
	addressLine = regexp.MustCompile(`^0x[0-9a-f]+$`)
	// statLine matches what a heap profile says of the process.
	statLine = regexp.MustCompile(`^#?[ \t]*(\w+ = .*|runtime\.MemStats)$`)
	// unitLine matches what a profile of contention says of its values.
	unitLine = regexp.MustCompile(`^[a-z/ ]+= ?\d+$`)
	// totalOf matches how many goroutines a profile tells of.
	totalOf = regexp.MustCompile(`profile: total (\d+)`)
)

// read takes in the lines of one profile.
func (m *mended) read(lines []byte) {
	first, rest, _ := bytes.Cut(lines, []byte("\n"))
	at := textHeading.FindSubmatchIndex(first)
	m.heading = bytes.TrimSpace(first[at[2]:])
	if before := first[:at[2]]; len(bytes.TrimSpace(before)) > 0 {
		m.before, m.blanks = prefixOf(before), blanksBehind(before)
		if !m.prefixed(rest) {
			m.before = nil
		}
	}
	m.lines(rest)
	m.text = append(append(bytes.Clone(m.heading), '\n'), m.text...)
}

// readRecords takes in the lines of a profile without its first one.
func (m *mended) readRecords(u run, r *records) {
	m.headless, m.heading, m.before, m.blanks = true, []byte(u.startOfHeading()), r.before, blanksBehind(r.ahead)
	m.lines(u.lines)
	m.text = append(append(m.headed(), '\n'), m.text...)
}

// blanksBehind is with how many of them a text ends.
func blanksBehind(text []byte) int { return len(text) - len(bytes.TrimRight(text, " ")) }

// lines takes in the lines behind the first one.
func (m *mended) lines(rest []byte) {
	var own [][]byte
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if m.before != nil {
			below, same := m.before.strip(line)
			if !same {
				continue
			}
			// More blanks than the prefix ends with are of the line.
			behind := len(line) - len(below)
			line = line[behind-max(0, blanksBehind(line[:behind])-m.blanks):]
		}
		text := bytes.TrimSpace(line)
		if bytes.Equal(text, []byte("--- Memory map: ---")) || bytes.HasPrefix(text, []byte("MAPPED_LIBRARIES:")) {
			m.rejoined(own)
			m.text = append(append(append(m.text, text...), '\n'), rest...)
			return
		}
		own = append(own, allTabbed(line))
	}
	m.rejoined(own)
}

// rejoined takes in all lines, of which a terminal may have broken some.
func (m *mended) rejoined(lines [][]byte) {
	j := rejoiner{take: m.line, damage: func() { m.damaged = true }}
	j.measure(lines)
	for _, line := range lines {
		m.broken = m.broken && !recordStart.Match(bytes.TrimSpace(line)) || j.sure || j.full(line) && recordStart.Match(bytes.TrimSpace(line))
		j.line(line)
	}
	j.end()
	m.end()
	m.finish()
}

// prefixed reports whether the first record has the prefix of the heading, or the start
// of it, and not the heading alone, as where a program logs a profile.
func (m *mended) prefixed(lines []byte) bool {
	for line := range bytes.Lines(lines) {
		line = bytes.TrimRight(line, " \t\r\n")
		if below, same := m.before.strip(line); same && recordLine.Match(below) {
			return true
		}
		if recordLine.Match(bytes.TrimSpace(line)) {
			return false
		}
		for n := len(m.before); n > 0 && recordIn(line) != nil; n-- {
			if below, same := m.before[:n].strip(line); same && recordLine.Match(bytes.TrimSpace(below)) {
				m.before = m.before[:n]
				return true
			}
		}
	}
	return false
}

// line takes in a line without the blanks around it.
func (m *mended) line(line []byte) {
	if len(line) == 0 {
		return
	}
	if at := recordStart.FindSubmatch(line); at != nil {
		m.record(line, at)
		return
	}
	if at := namedLine.FindSubmatch(line); at != nil {
		m.sample = fmt.Appendf(m.sample, "#\t%s\t%s\t%s\n", at[1], at[2], at[3])
		m.named, m.names = true, true
		m.damaged = m.damaged || m.broken && !isAmong(m.own, at[1])
		return
	}
	comment := bytes.TrimLeft(line, "# \t")
	switch {
	case addressLine.Match(comment):
		m.sample = fmt.Appendf(m.sample, "#\t%s\n", comment)
		m.named = true
	case frameStart.Match(line):
		m.damaged = true // one that was broken, and the rest of it is not here
	case isLabels(comment):
		if labels, ok := labelsOf(comment); ok && !areWhole(labels) {
			m.damaged = true
		}
		m.sample = fmt.Appendf(m.sample, "# %s\n", comment)
	case statLine.Match(line):
		m.end()
		m.text = fmt.Appendf(m.text, "# %s\n", comment)
	case unitLine.Match(line) && bytes.HasPrefix(m.heading, []byte("---")):
		m.text = append(append(m.text, line...), '\n')
	}
}

// record begins the record of a line that begins as one does.
func (m *mended) record(line []byte, start [][]byte) {
	m.end()
	form := formUnder(m.heading)
	if form != anyForm && formOf(start[2]) != form {
		m.damaged = true // of another profile: its frames are not of the one before
		return
	}
	at := recordLine.FindSubmatch(line)
	if m.count = 1; form == aCount {
		m.count, _ = number(start[1])
	}
	m.sample = append(append(m.sample, line...), '\n')
	if at == nil {
		m.damaged = true
		return
	}
	if form == ofMemory {
		m.sum(at)
	}
	// Of a goroutine that has just begun no frame is shown, and the threads that
	// C started have none.
	m.own = fieldsIn(at[3])
	m.named = len(m.own) <= 1 || bytes.HasPrefix(m.heading, []byte("threadcreate"))
}

// end ends the record at hand.
func (m *mended) end() {
	switch {
	case len(m.sample) == 0:
	case m.damaged:
		m.bare += m.count
	case m.named:
		m.text = append(append(m.text, m.sample...), '\n')
		m.whole += m.count
	default:
		m.kept = append(append(m.kept, m.sample...), '\n')
		m.bare += m.count
	}
	m.sample, m.own, m.named, m.damaged, m.count = m.sample[:0], nil, false, false, 0
}

// finish takes the records without names where none has any: a program that does
// not know its names writes none. Go knows those of its goroutines, so that they
// were lost, and what is at addresses alone would be taken for one group.
func (m *mended) finish() {
	if !m.names && !bytes.HasPrefix(m.heading, []byte("goroutine")) {
		m.text = append(m.text, m.kept...)
		m.whole, m.bare = m.whole+m.bare, 0
	}
}

// lost is how many goroutines the profile tells of that could not be read.
func (m *mended) lost() int64 {
	total := totalOf.FindSubmatch(m.heading)
	if total == nil {
		return m.bare
	}
	n, _ := strconv.ParseInt(string(total[1]), 10, 64)
	return max(n-m.whole, m.bare)
}
