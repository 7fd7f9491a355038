package decode

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"
)

// serviceStart begins a message to TeamCity, in which a build reports what a test has
// printed:
//
//	##teamcity[testFailed name='TestMail' details='goroutine 1 |[running|]:|nmain.main()|n' flowId='7']
const serviceStart = "##teamcity["

// isService reports whether a line is such a message, with whatever stands before it.
// Of other lines it is told by their last character.
func isService(line []byte) bool {
	n := len(line)
	return n > 0 && (line[n-1] == ']' || line[n-1] == ' ') && holdsService(line)
}

// holdsService reports whether such a message is in a line, in the colours of a
// terminal, too. Those in its texts are escaped in part, as all brackets are.
func holdsService(line []byte) bool {
	start := bytes.Index(line, []byte(serviceStart))
	return start >= 0 && (bytes.Contains(line[start:], []byte("='")) || hasEntity(line[start:]))
}

// service adds the lines of the texts in such a message. As those of JSON they stand
// behind what tells them apart from others: the name of the test, and the key.
func (u *unwrapper) service(line []byte, depth int) {
	start := bytes.Index(line, []byte(serviceStart))
	before, inside := slices.Clone(line[:start]), line[start+len(serviceStart):]
	for key, text := range serviceTexts(inside) {
		if (key == "name" || key == "flowId") && len(text) < maxSource {
			before = append(append(append(append(before, key...), '='), text...), ' ')
		}
	}
	for key, text := range serviceTexts(inside) {
		if key != "name" && key != "flowId" {
			u.split(append(append(slices.Clip(before), key...), ": "...), text, depth)
		}
	}
}

// serviceTexts gives the texts of a message and their keys: key='text'.
func serviceTexts(line []byte) func(yield func(key string, text []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for {
			open := bytes.IndexByte(line, '\'')
			if open < 0 {
				return
			}
			key := bytes.TrimSuffix(bytes.TrimRight(line[:open], " "), []byte("="))
			key = key[bytes.LastIndexByte(key, ' ')+1:]
			text, rest := serviceText(line[open+1:])
			if !yield(string(key[:min(len(key), maxPrefix/2)]), text) {
				return
			}
			line = rest
		}
	}
}

// serviceText takes the text off that begins behind a quote, up to the next one or the
// end of the line, and puts back what was escaped in it.
func serviceText(line []byte) (text, rest []byte) {
	for len(line) > 0 {
		c := line[0]
		line = line[1:]
		if c == '\'' {
			return text, line
		}
		if c != '|' || len(line) == 0 {
			text = append(text, c)
			continue
		}
		c = line[0]
		line = line[1:]
		switch c {
		case 'n', 'x', 'l', 'p': // the last three are the line ends of Unicode
			text = append(text, '\n')
		case 'r':
			text = append(text, '\r')
		case '0':
			if r, ok := serviceRune(line); ok {
				text, line = utf8.AppendRune(text, r), line[len("x0000"):]
				continue
			}
			text = append(text, '|', c)
		case '|', '\'', '[', ']':
			text = append(text, c)
		default:
			text = append(text, '|', c) // none that is known
		}
	}
	return text, nil
}

// serviceRune reads the "x2026" of what was escaped as a number.
func serviceRune(text []byte) (rune, bool) {
	if len(text) < len("x0000") || text[0] != 'x' {
		return 0, false
	}
	r, err := strconv.ParseUint(string(text[1:len("x0000")]), 16, 16)
	return rune(r), err == nil
}
