package decode

import "bytes"

// shown takes off what a tool has put behind the lines of a text to show where they
// end: cat -A a dollar sign, a table of Markdown a bar.
type shown struct {
	dollars bool // stand behind its lines
}

// line is a line without what stands behind it, which for nearly all is nothing.
func (s *shown) line(line []byte) []byte {
	if n := len(line); n > 0 && (line[n-1] == '$' || line[n-1] == '|') {
		return s.without(line)
	}
	return line
}

// without takes off what stands behind a line. No line of a dump or a profile ends
// so, but others may: a row has another bar before, as a prefix is, and dollar signs
// are taken off once one stood behind a first line of a goroutine or of a profile.
func (s *shown) without(line []byte) []byte {
	last := len(line) - 1
	if line[last] == '|' {
		if bytes.IndexByte(line[:min(last, maxPrefix)], '|') < 0 {
			return line
		}
		return s.line(bytes.TrimRight(line[:last], " \t\r`"))
	}
	inside := s.line(bytes.TrimSuffix(line[:last], []byte("^M"))) // the line end of Windows
	s.dollars = s.dollars || endsHeader(inside) || isTextHeading(inside) || bytes.Contains(inside, []byte(" @ 0x"))
	if s.dollars {
		return inside
	}
	return line
}
