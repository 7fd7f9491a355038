package decode

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// isPacked reports whether a line holds texts in quotes, of which one may be what
// a program printed: JSON, or what a logger quotes, with \n for the end of a line.
// It need be no more than the start of the line.
func isPacked(line []byte) bool {
	text := bytes.TrimLeft(line, " \t")
	if len(text) == 0 || isLabels(text) {
		return false
	}
	switch text[0] {
	case '"':
		return true
	case '{', '[':
		if next := bytes.TrimLeft(text[1:], " \t{["); len(next) > 0 && next[0] == '"' {
			return true
		}
	}
	return bytes.Contains(text, []byte(`\n`)) || bytes.Contains(text, []byte(`{"`)) || bytes.Contains(text, []byte(`\"`))
}

// isLabels reports whether a line tells labels, as that of a text profile or the
// first of a goroutine does, and is not one in which such a line is quoted. What a
// log has put before it may have quotes of its own.
func isLabels(line []byte) bool {
	start := line[:min(len(line), 2*maxPrefix)]
	i := max(bytes.Index(start, []byte("labels: {")), bytes.Index(start, []byte("labels:{")))
	if i < 0 || bytes.IndexByte(line[:i], '\\') >= 0 {
		return false
	}
	labels := line[i+bytes.IndexByte(line[i:], '{')+1:]
	return bytes.IndexByte(line[:i], '"') < 0 || bytes.HasPrefix(labels, []byte(`"`)) && !bytes.HasPrefix(labels, []byte(`""`))
}

// literals adds the lines of the texts in quotes that a line holds. Each stands
// behind what was before the first of them and the key that it has, so that the
// texts of several keys, and of several programs, are told apart as those of a
// log are whose lines have prefixes.
func (u *unwrapper) literals(line []byte, depth int) {
	first := bytes.IndexByte(line, '"')
	if escape := bytes.Index(line, []byte(`\n`)); first < 0 || escape >= 0 && escape < first {
		u.split(nil, unescaped(line), depth)
		return
	}
	start := first
	if i := bytes.IndexAny(line[:first], "{["); i >= 0 {
		start = i
	}
	before := slices.Clone(line[:start])
	if start == first { // msg="…" of a line of fields
		before = before[:bytes.LastIndexAny(before, " \t")+1]
	}
	for key, text := range quotedTexts(line) {
		if isSource(key) && len(text) < maxSource {
			before = append(append(append(append(before, key...), '='), text...), ' ')
		}
	}
	for key, text := range quotedTexts(line) {
		if !isSource(key) {
			u.split(append(append(slices.Clip(before), key...), ": "...), text, depth)
		}
	}
}

// maxSource bounds the name of what wrote a line.
const maxSource = 80

// isSource reports whether a key of a line of JSON tells who wrote it.
func isSource(key string) bool {
	switch key {
	case "stream", "pod", "pod_name", "container", "container_name", "host", "hostname", "instance", "service", "app":
		return true
	}
	return false
}

// quotedTexts gives the texts in quotes of a line and their keys: "key": "text",
// key="text", and for those of a list the key of the list.
func quotedTexts(line []byte) func(yield func(key string, text []byte) bool) {
	return func(yield func(string, []byte) bool) {
		key := ""
		for {
			open := bytes.IndexByte(line, '"')
			if open < 0 {
				return
			}
			if word := lastWord(line[:open]); word != "" {
				key = word
			}
			text, rest := quotedText(line[open+1:])
			after := bytes.TrimLeft(rest, " \t")
			if len(after) > 0 && after[0] == ':' && len(text) < maxPrefix/2 {
				key, line = string(text), after[1:]
				continue
			}
			if !yield(key, text) {
				return
			}
			line = rest
		}
	}
}

// lastWord is the word that stands before a quote: that of msg="…"; "" where
// there is but the punctuation of JSON.
func lastWord(gap []byte) string {
	gap = bytes.TrimRight(gap, " \t:,[{")
	word := gap[bytes.LastIndexAny(gap, " \t,[{")+1:]
	return string(word[:min(len(word), maxPrefix/2)])
}

// quotedText takes the text off that begins behind a quote, up to the next one or
// the end of the line. A quote that is doubled, as between commas, does not end it:
// behind the end of a text in JSON stands no other one.
func quotedText(line []byte) (text, rest []byte) {
	text, doubled := line, false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && !doubled:
			i++
		case line[i] != '"':
		case i > 0 && i+1 < len(line) && line[i+1] == '"':
			doubled = true
			i++
		default:
			text, rest = line[:i], line[i+1:]
			i = len(line)
		}
	}
	if doubled {
		return bytes.ReplaceAll(text, []byte(`""`), []byte(`"`)), rest
	}
	return unescaped(text), rest
}

// unescaped puts back what was escaped in a text as JSON and Go do.
func unescaped(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		i := bytes.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return append(out, text...)
		}
		out = append(out, text[:i]...)
		c := text[i+1]
		text = text[i+2:]
		if j := bytes.IndexByte([]byte("ntrbfva"), c); j >= 0 {
			out = append(out, "\n\t\r\b\f\v\a"[j])
			continue
		}
		if digits := escapeDigits(c); digits > 0 && len(text) >= digits {
			if r, err := strconv.ParseUint(string(text[:digits]), 16, 32); err == nil {
				text = text[digits:]
				out, text = appendEscaped(out, text, c, rune(r))
				continue
			}
		}
		if bytes.IndexByte([]byte(`"\/'`), c) < 0 {
			out = append(out, '\\') // none that is known
		}
		out = append(out, c)
	}
	return out
}

// escapeDigits is how many digits stand behind a letter that begins an escape.
func escapeDigits(c byte) int {
	switch c {
	case 'x':
		return 2
	case 'u':
		return 4
	case 'U':
		return 8
	}
	return 0
}

// appendEscaped adds what was written as a number, and with it the second half
// where that is one of two.
func appendEscaped(out, text []byte, c byte, r rune) (_, rest []byte) {
	if c == 'x' {
		return append(out, byte(r)), text
	}
	if utf16.IsSurrogate(r) && bytes.HasPrefix(text, []byte(`\u`)) && len(text) >= 6 {
		if low, err := strconv.ParseUint(string(text[2:6]), 16, 32); err == nil {
			return utf8.AppendRune(out, utf16.DecodeRune(r, rune(low))), text[6:]
		}
	}
	return utf8.AppendRune(out, r), text
}
