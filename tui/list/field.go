package list

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Field is something of a row that a filter can name.
type Field[T any] struct {
	Name    string // small letters
	Example string // of a condition: "wait>10m"
	// Words are its texts, one of which has to match: state:chan.
	Words func(T) []string
	// Span is a time that is compared: wait>10m. It is false where the row has
	// none, and then no comparison holds. A field has either this or Words.
	Span func(T) (time.Duration, bool)
}

// FieldName is a field as the parser knows it.
type FieldName struct {
	Name    string
	Example string
	Span    bool // it is compared, with a span of time
}

// value is what a row has in a field.
type value struct {
	words []string
	span  time.Duration
	known bool // there is a span
}

// term is one condition on a field.
type term struct {
	field  int
	invert bool
	op     string // of a comparison, "" for words
	span   time.Duration
	re     *regexp.Regexp
}

func (t term) holds(v value) bool {
	switch t.op {
	case "":
		return slices.ContainsFunc(v.words, t.re.MatchString)
	case ">":
		return v.known && v.span > t.span
	case ">=":
		return v.known && v.span >= t.span
	case "<":
		return v.known && v.span < t.span
	}
	return v.known && v.span <= t.span // "<="
}

// parseTerms takes the conditions out of a text, and returns what is left: the
// text itself where there are none.
func parseTerms(text string, fields []FieldName) (r rule, rest string, err error) {
	var left strings.Builder
	for at := text; at != ""; {
		t, n, err := parseTerm(at, fields)
		if err != nil {
			return rule{}, "", err
		}
		if n > 0 {
			r.terms = append(r.terms, t)
			at = strings.TrimLeft(at[n:], " ")
			continue
		}
		word := strings.IndexByte(at, ' ') + 1
		if word == 0 {
			word = len(at)
		}
		left.WriteString(at[:word])
		at = at[word:]
	}
	if len(r.terms) == 0 {
		return r, text, nil
	}
	return r, strings.Trim(left.String(), " "), nil
}

// parseTerm reads a condition at the begin of a text, and how many bytes it takes:
// 0 where there is none.
func parseTerm(text string, fields []FieldName) (t term, n int, err error) {
	rest, invert := text, false
	for strings.HasPrefix(rest, "!") {
		rest, invert = strings.TrimLeft(rest[1:], " "), !invert
	}
	end := 0
	for end < len(rest) && isLetter(rest[end]) {
		end++
	}
	name, rest := strings.ToLower(rest[:end]), rest[end:]
	op := operator(rest)
	if end == 0 || op == "" {
		return term{}, 0, nil
	}
	spaced := strings.HasPrefix(rest, " ")
	rest = rest[strings.Index(rest, op)+len(op):]
	t = term{field: slices.IndexFunc(fields, func(f FieldName) bool { return f.Name == name }), invert: invert}
	switch {
	case t.field < 0 && op != ":" && startsWithDigit(rest) && !spaced:
		return term{}, 0, noField(name, fields)
	case t.field < 0:
		return term{}, 0, nil // part of an expression, such as std::vec or <unknown>
	case fields[t.field].Span:
		rest = strings.TrimLeft(rest, " ")
		word, _, _ := strings.Cut(rest, " ")
		if t.span, err = parseSpan(word); err != nil || op == ":" {
			return term{}, 0, fmt.Errorf("write %s>10m or %[1]s<2d", name)
		}
		t.op = op
		return t, len(text) - len(rest) + len(word), nil
	case op != ":":
		return term{}, 0, fmt.Errorf("write %s:WORDS", name)
	}
	pattern, n, err := quoted(rest)
	if err != nil {
		return term{}, 0, fmt.Errorf("%s: %w", name, err)
	}
	if pattern == "" {
		return term{}, 0, fmt.Errorf("write what %s: must hold", name)
	}
	if t.re, err = compile(pattern); err != nil {
		return term{}, 0, err
	}
	return t, len(text) - len(rest) + n, nil
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func startsWithDigit(text string) bool {
	text = strings.TrimLeft(text, " ")
	return text != "" && '0' <= text[0] && text[0] <= '9'
}

// operator is the one at the begin of a text, "" for none. A comparison may have
// blanks before it.
func operator(text string) string {
	if strings.HasPrefix(text, ":") {
		return ":"
	}
	text = strings.TrimLeft(text, " ")
	for _, op := range []string{">=", "<=", ">", "<"} {
		if strings.HasPrefix(text, op) {
			return op
		}
	}
	return ""
}

// noField says that nothing of this name is compared here.
func noField(name string, fields []FieldName) error {
	var spans []string
	for _, f := range fields {
		if f.Span {
			spans = append(spans, f.Name)
		}
	}
	if len(spans) == 0 {
		return fmt.Errorf("no %s to compare here; \\> stands for the character", name)
	}
	return fmt.Errorf("no %s here, but %s; \\> stands for the character", name, strings.Join(spans, ", "))
}

// quoted is the text up to the next blank, or between quotation marks, and how
// many bytes it takes. A \ keeps a mark from ending it.
func quoted(text string) (pattern string, n int, err error) {
	if !strings.HasPrefix(text, `"`) {
		pattern, _, _ = strings.Cut(text, " ")
		return pattern, len(pattern), nil
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[1:i], i + 1, nil
		}
	}
	return "", 0, fmt.Errorf("no closing \"")
}

const (
	day  = 24 * time.Hour
	week = 7 * day
	// longestSpan, 146 years, keeps sums of spans within what a Duration holds.
	longestSpan = time.Duration(1 << 62)
)

// parseSpan reads a time as Go writes it, with days and weeks before: "10m",
// "1h30m", "2d6h", "1w". One above longestSpan is none.
func parseSpan(text string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a time", text)
	var sum time.Duration
	rest := text
	for _, unit := range []struct {
		letter string
		is     time.Duration
	}{{"w", week}, {"d", day}} {
		number, after, ok := strings.Cut(rest, unit.letter)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil || n > uint64((longestSpan-sum)/unit.is) {
			return 0, wrong
		}
		sum, rest = sum+time.Duration(n)*unit.is, after
	}
	if rest == "" {
		if text == "" {
			return 0, wrong
		}
		return sum, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || strings.HasPrefix(rest, "+") || rest == "0" || d > longestSpan-sum {
		return 0, wrong
	}
	return sum + d, nil
}
