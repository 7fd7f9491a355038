package pseudonym

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Texts replaces names in sentences that leaktop wrote.
type Texts struct {
	namer *Namer
	known []replacement // the longest first
}

type replacement struct{ from, to string }

// Texts returns what replaces names in sentences: those known, by their
// pseudonyms, and then whatever else looks like a name: a qualified identifier,
// a path or an address.
func (n *Namer) Texts(known map[string]string) *Texts {
	t := &Texts{namer: n}
	for from, to := range known {
		// A number, or a letter or two, is no name, and stands in any sentence.
		if from != to && utf8.RuneCountInString(from) > 2 && !isNumber(from) {
			t.known = append(t.known, replacement{from, to})
		}
	}
	slices.SortFunc(t.known, func(a, b replacement) int {
		return cmp.Or(cmp.Compare(len(b.from), len(a.from)), strings.Compare(a.from, b.from))
	})
	return t
}

// Replace returns a sentence with the names in it replaced.
func (t *Texts) Replace(text string) string {
	return strings.Join(t.pieces(text, t.known), "")
}

// pieces replaces the first of the names in what lies between its places, and
// the others in what lies beside them.
func (t *Texts) pieces(text string, known []replacement) []string {
	for i, r := range known {
		at := standsIn(text, r.from)
		if at < 0 {
			continue
		}
		before := t.pieces(text[:at], known[i+1:])
		after := t.pieces(text[at+len(r.from):], known[i:])
		return append(append(before, r.to), after...)
	}
	return []string{t.guessed(text)}
}

// standsIn finds a name in a text where it is no part of a longer word, −1 for nowhere.
func standsIn(text, name string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return -1
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(name):])
		first, _ := utf8.DecodeRuneInString(name)
		last, _ := utf8.DecodeLastRuneInString(name)
		if !(inName(before) && isIdentifier(first)) && !(isIdentifier(after) && isIdentifier(last)) {
			return at
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		from = at + size
	}
}

// inName reports whether a name that goes on after a character is part of a
// longer one: "v2.Run" in "shop/v2.Run".
func inName(before rune) bool { return isIdentifier(before) || before == '/' || before == '.' }

var (
	address   = regexp.MustCompile(`^[a-z][a-z0-9+]*://`)
	dottedIP  = regexp.MustCompile(`^\[?[0-9a-fA-F:.]*[0-9a-fA-F]+[.:][0-9a-fA-F:.]*(%[\w.]+)?\]?(:[0-9]+)?$`)
	clockTime = regexp.MustCompile(`^\d{1,2}:\d\d(:\d\d)?$`)
	decimal   = regexp.MustCompile(`^[\d.,]+$`)
	absolute  = regexp.MustCompile(`^/[\pL_.]`)
	qualified = regexp.MustCompile(`^[(*]*[\pL_][^\s]*\.[(*]*[\pL_]`)
	hostPort  = regexp.MustCompile(`^[\pL\d][\pL\d.-]*:\d+$`)
)

// guessed replaces the words of a text that look like names.
func (t *Texts) guessed(text string) string {
	return replaceRuns(text, func(r rune) bool { return !unicode.IsSpace(r) }, func(word string) string {
		core := strings.TrimLeft(word, `"'(`)
		head := word[:len(word)-len(core)]
		trimmed := strings.TrimRight(core, `"',;:.`)
		if strings.Count(trimmed, ")") > strings.Count(trimmed, "(") {
			trimmed = strings.TrimRight(trimmed, ")")
		}
		tail := core[len(trimmed):]
		switch {
		case clockTime.MatchString(trimmed), decimal.MatchString(trimmed) && strings.Count(trimmed, ".") < 3:
		case address.MatchString(trimmed), hostPort.MatchString(trimmed), dottedIP.MatchString(trimmed):
			trimmed = t.namer.Word(trimmed)
		case absolute.MatchString(trimmed):
			trimmed = t.namer.File(trimmed)
		case qualified.MatchString(trimmed) && !t.ofStandard(trimmed):
			trimmed = t.namer.Function(trimmed)
		}
		return head + trimmed + tail
	})
}

// ofStandard reports whether a qualified name begins with the last element of a
// package of the standard library, as sentences write it: "sync.Mutex.Lock".
func (t *Texts) ofStandard(name string) bool {
	pkg, _, _ := strings.Cut(name, ".")
	for path := range t.namer.standard {
		if path == pkg || strings.HasSuffix(path, "/"+pkg) {
			return true
		}
	}
	return pkg == "ctx"
}
