package decode

import (
	"bytes"
	"regexp"

	"github.com/charmbracelet/x/ansi"
)

const (
	// maxWrapped bounds how often a line is wrapped up in another way: a stack in
	// the JSON of a logger, in the JSON of a container's log, in HTML.
	maxWrapped = 6
	// maxUnwrapped bounds what one line unwraps to.
	maxUnwrapped = 2 * maxWhole
)

// unwrapper gives the lines as a program printed them out of those that a log, a
// terminal or a page has made of them: it takes off colours and other control
// characters, and takes apart JSON, quoted texts, HTML and messages to TeamCity.
type unwrapper struct {
	out     []byte // the lines that came of one, each with its end
	changed bool   // it is not as it was
	over    bool   // it unwrapped to too much, of which the end is left out
	shown   shown
}

// plain reports whether a line holds nothing that could be unwrapped. Nearly
// all lines do not, and this is cheap to tell.
func plain(line []byte) bool {
	for _, c := range line {
		if c < ' ' && c != '\t' || c == '"' || c == '\\' || c == '<' || c == '&' || c >= 0x7f {
			return false
		}
	}
	return true
}

// unwrap returns the lines that one stands for, each with its end, which are gone
// with the next call; false where that is the line itself.
func (u *unwrapper) unwrap(line []byte) (text []byte, changed bool) {
	if plain(line) && !isService(line) {
		return nil, false
	}
	u.out, u.changed, u.over = u.out[:0], false, false
	u.add(line, 0)
	return u.out, u.changed
}

// add adds what a line unwraps to. depth is how often it was unwrapped before.
func (u *unwrapper) add(line []byte, depth int) {
	if len(u.out)+len(line) > maxUnwrapped {
		u.over = true
		return
	}
	if depth > 0 {
		line = u.shown.line(line)
	}
	if depth < maxWrapped && holdsService(line) {
		u.changed = true
		if bytes.Contains(line, []byte("='")) {
			u.service(line, depth+1)
		} else { // on a page
			u.split(nil, withoutMarkup(line), depth+1)
		}
		return
	}
	if depth < maxWrapped && !plain(line) {
		whole := line
		if controlled(line) {
			line, u.changed = u.shown.line(withoutControls(line)), true
		}
		switch {
		case isHeader(line) && !quotedByEntities(line) && !tagged(line):
		case hasEntity(line):
			u.changed = true
			u.split(nil, withoutMarkup(line), depth+1)
			return
		case isPacked(line):
			u.changed = true
			u.literals(line, depth+1)
			return
		case bytes.IndexByte(whole, '\r') >= 0:
			u.returns(whole, depth+1)
			return
		case bytes.IndexByte(line, '<') >= 0:
			if text := withoutMarkup(line); !bytes.Equal(text, line) {
				u.changed = true
				u.split(nil, text, depth+1)
				return
			}
		}
	}
	u.out = append(append(u.out, line...), '\n')
}

// split adds the lines of a text, each behind a prefix.
func (u *unwrapper) split(before, text []byte, depth int) {
	for line := range bytes.SplitSeq(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		if u.over {
			return
		}
		line = trimReturn(line)
		if len(before) > 0 {
			line = append(append(make([]byte, 0, len(before)+len(line)), before...), line...)
		}
		u.add(line, depth)
	}
}

// returns adds the lines that end in a carriage return alone. A terminal begins at the
// left again there. What is empty was none: several may stand before a line feed.
func (u *unwrapper) returns(line []byte, depth int) {
	any := false
	for part := range bytes.SplitSeq(line, []byte("\r")) {
		if len(part) > 0 && !u.over {
			any = true
			u.add(part, depth)
		}
	}
	if !any {
		u.add(nil, depth)
	}
}

// controlled reports whether a line has a control character in it, what prints as
// a blank and is none, or as three dots.
func controlled(line []byte) bool {
	for i, c := range line {
		if c < ' ' && c != '\t' || c == 0x7f || c == 0xc2 && i+1 < len(line) && line[i+1] <= 0xa0 || c == 0xef && bytes.HasPrefix(line[i:], byteOrderMark) || isEllipsis(line[i:]) {
			return true
		}
	}
	return false
}

var byteOrderMark = []byte("\ufeff")

// ellipsis is what an editor or a wiki makes of the three dots in "main.f(...)".
const ellipsis = "…"

// isEllipsis reports whether a text begins with one that was three dots: arguments,
// or what a type is made of, end with it.
func isEllipsis(text []byte) bool {
	return bytes.HasPrefix(text, []byte(ellipsis)) && len(text) > len(ellipsis) && bytes.IndexByte([]byte(")]}"), text[len(ellipsis)]) >= 0
}

// ownEnd matches what steers a terminal and ends with a bell, where others end with
// a sequence of two characters: Buildkite writes the time of a line so.
var ownEnd = regexp.MustCompile("\x1b_[^\x07\x1b]*\x07")

// withoutControls takes off colours, and whatever else steers a terminal.
func withoutControls(line []byte) []byte {
	if bytes.IndexByte(line, 0x1b) >= 0 {
		line = []byte(ansi.Strip(string(ownEnd.ReplaceAll(line, nil))))
	}
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c < ' ' && c != '\t', c == 0x7f:
		case c == 0xc2 && i+1 < len(line) && line[i+1] <= 0xa0: // U+00A0, or one of C1
			if i++; line[i] == 0xa0 {
				out = append(out, ' ')
			}
		case c == 0xef && bytes.HasPrefix(line[i:], byteOrderMark):
			i += len(byteOrderMark) - 1
		case isEllipsis(line[i:]):
			out = append(out, "..."...)
			i += len(ellipsis) - 1
		default:
			out = append(out, c)
		}
	}
	return out
}

// isHeader reports whether a line is a goroutine's first one as it was printed,
// whose labels may hold quotes and anything else.
func isHeader(line []byte) bool {
	line = bytes.Trim(line, " \t")
	return endsHeader(line) && (bytes.HasPrefix(line, []byte("goroutine ")) || bytes.HasPrefix(bytes.TrimPrefix(line, []byte("[")), []byte(goleakStart))) || prefixed(line) >= 0
}
