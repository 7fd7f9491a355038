package decode

import (
	"bytes"
	"regexp"
)

// prefix is what stands before each line of a dump that went through a log: a
// time stamp, a container's name, the name and pid of a program. It is nil for
// none. A digit stands for any number of them, since times change from line to
// line; all else is the same in each.
type prefix []byte

// maxPrefix bounds the bytes before a line.
const maxPrefix = 256

// headerPattern is a goroutine's first line as a regular expression; headers.read
// says of what forms there are.
const headerPattern = `goroutine \d+ (?:gp=[^\n]*)?\[[^\n]*\](?: \{[^\n]*\})?:`

// prefixed matches a goroutine's first line behind something else, which must
// end in what is no part of a word.
var prefixed = regexp.MustCompile(`[^0-9A-Za-z_](` + headerPattern + `)$`)

// prefixOf returns what stands before a goroutine's first line, and that line;
// nil where the line is none.
func prefixOf(line []byte) (before prefix, header []byte) {
	if !bytes.HasSuffix(line, []byte("]:")) && !bytes.HasSuffix(line, []byte("}:")) || !bytes.Contains(line[:min(len(line), maxPrefix+len("goroutine "))], []byte("goroutine ")) {
		return nil, nil // as nearly all lines, and cheaper to tell
	}
	at := prefixed.FindSubmatchIndex(line)
	if at == nil || at[2] > maxPrefix {
		return nil, nil
	}
	for i := 0; i < at[2]; i++ {
		c := line[i]
		if isDigit(c) {
			c = '0'
		}
		if c != '0' || len(before) == 0 || before[len(before)-1] != '0' {
			before = append(before, c)
		}
	}
	return before, line[at[2]:]
}

// strip takes the prefix off a line; ok is false where it has another one. An
// empty line may have lost the blanks at its end.
func (p prefix) strip(line []byte) (rest []byte, ok bool) {
	rest = line
	for i, c := range p {
		switch {
		case c == '0':
			n := 0
			for n < len(rest) && isDigit(rest[n]) {
				n++
			}
			if n == 0 {
				return nil, false
			}
			rest = rest[n:]
		case len(rest) > 0 && rest[0] == c:
			rest = rest[1:]
		default:
			return rest, len(rest) == 0 && len(bytes.TrimRight(p[i:], " \t")) == 0
		}
	}
	return rest, true
}

// blank reports whether it is an indentation.
func (p prefix) blank() bool { return len(bytes.TrimLeft(p, " \t")) == 0 }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// rsyslog writes a tab so.
const escapedTab = "#011"

// tabbed puts the tab back that a log has escaped. It changes line.
func tabbed(line []byte) []byte {
	if !bytes.HasPrefix(line, []byte(escapedTab)) {
		return line
	}
	line = line[len(escapedTab)-1:]
	line[0] = '\t'
	return line
}

// startsBody reports whether a line can be the first one below a header.
func startsBody(line []byte) bool {
	return bytes.HasSuffix(line, []byte(")")) || bytes.HasPrefix(line, []byte("\tgoroutine running on other thread")) ||
		bytes.HasPrefix(line, []byte(escapedTab+"goroutine running on other thread")) || bytes.HasPrefix(line, []byte("non-Go function"))
}
