package decode

import (
	"bytes"
	"regexp"
)

// prefix is what stands before each line of a dump that went through a log: a
// time stamp, a container's name, the name and pid of a program. It is nil for
// none. Times change from line to line, and so a digit stands for any number of
// them, a blank for one or more, and a capital letter for a word like "Nov" or
// "Mon". All else is the same in each.
type prefix []byte

const (
	// maxPrefix bounds the bytes before a line.
	maxPrefix = 256
	// anyNumber and anyWord stand in a prefix for what may change.
	anyNumber, anyWord = '0', 'A'
)

// headerPattern is a goroutine's first line as a regular expression; headers.read
// and headers.goleak say of what forms there are.
const headerPattern = `goroutine \d+ (?:gp=[^\n]*)?\[[^\n]*\](?: \{[^\n]*\})?:|\[?Goroutine \d+ in state [^\n]*, with [^\n]* on top of the stack:`

// headerBehind matches a goroutine's first line behind something else, which must
// end in what is no part of a word.
var headerBehind = regexp.MustCompile(`[^0-9A-Za-z_](` + headerPattern + `)$`)

// endsHeader reports whether a line ends as a goroutine's first one does.
func endsHeader(line []byte) bool {
	return bytes.HasSuffix(line, []byte("]:")) || bytes.HasSuffix(line, []byte("}:")) || bytes.HasSuffix(line, []byte(goleakEnd))
}

// prefixed returns where a goroutine's first line begins behind a prefix in a
// line; -1 where it does not.
func prefixed(line []byte) int {
	line = bytes.TrimRight(line, " \t")
	if !endsHeader(line) || !bytes.Contains(line[len("]:"):min(len(line), maxPrefix+len("goroutine "))], []byte("oroutine ")) {
		return -1 // as nearly all lines, those without a prefix too, and cheaper to tell
	}
	at := headerBehind.FindSubmatchIndex(line)
	if at == nil || at[2] > maxPrefix {
		return -1
	}
	if start := at[2] - 1; line[start] == '[' && len(bytes.TrimLeft(line[:start], " \t")) == 0 {
		return start // of what goleak lists, which is no prefix
	}
	return at[2]
}

// prefixOf makes what stands before a line the prefix of others.
func prefixOf(text []byte) prefix {
	var before prefix
	for len(text) > 0 {
		n, c := 1, text[0]
		switch {
		case isDigit(c):
			n, c = digits(text), anyNumber
		case c == ' ':
			n = blanks(text)
		case isWord(text):
			n, c = 3, anyWord
		}
		before, text = append(before, c), text[n:]
	}
	return before
}

// strip takes the prefix off a line; ok is false where it has another one. An
// empty line may have lost the blanks at its end.
func (p prefix) strip(line []byte) (rest []byte, ok bool) {
	rest = line
	for i, c := range p {
		n := 0
		switch {
		case c == anyNumber:
			n = digits(rest)
		case c == ' ':
			n = blanks(rest)
		case c == anyWord && isWord(rest):
			n = 3
		case len(rest) > 0 && rest[0] == c:
			n = 1
		}
		if n == 0 {
			return rest, len(rest) == 0 && len(bytes.TrimRight(p[i:], " \t")) == 0
		}
		rest = rest[n:]
	}
	return rest, true
}

// digits is how many of them a text begins with.
func digits(text []byte) (n int) {
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// blanks is how many of them a text begins with.
func blanks(text []byte) int { return len(text) - len(bytes.TrimLeft(text, " ")) }

// isWord reports whether a text begins with what may be the name of a month or of
// a day of the week, in three letters.
func isWord(text []byte) bool {
	return len(text) > 3 && 'A' <= text[0] && text[0] <= 'Z' && isSmall(text[1]) && isSmall(text[2]) && !isSmall(text[3])
}

func isSmall(c byte) bool { return 'a' <= c && c <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// escapedTabs are how logs write a tab: rsyslog and other syslogs, and who prints
// control characters as Go or C do.
var escapedTabs = [][]byte{[]byte("#011"), []byte("^I"), []byte(`\t`), []byte(`\011`)}

// tabbed puts the tab back that a log has escaped at the start of a line, where no
// dump has such signs. It changes line.
func tabbed(line []byte) []byte {
	if len(line) > 0 && line[0] == ' ' {
		if text := bytes.TrimLeft(line, " "); len(text) > 0 && text[0] == '^' {
			line = text // behind what a log has indented it by
		}
	}
	if len(line) == 0 || bytes.IndexByte([]byte(`#^\`), line[0]) < 0 {
		return line // as nearly all
	}
	for _, escape := range escapedTabs {
		if bytes.HasPrefix(line, escape) {
			line = line[len(escape)-1:]
			line[0] = '\t'
			return line
		}
	}
	return line
}

// allTabbed puts all tabs of a line of a text profile back where its first one was
// escaped, which stands at its start, behind the sign of a comment or behind an address.
func allTabbed(line []byte) []byte {
	text := bytes.TrimLeft(line, " \t")
	behind := bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimLeft(text, "# \t"), []byte("0x")), "0123456789abcdef")
	for _, escape := range escapedTabs {
		if bytes.HasPrefix(text, escape) || bytes.HasPrefix(bytes.TrimPrefix(text, []byte("#")), escape) || bytes.HasPrefix(behind, escape) {
			return bytes.ReplaceAll(line, escape, []byte("\t"))
		}
	}
	return line
}
