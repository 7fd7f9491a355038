package list

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
)

// Filter decides by a row's text and fields whether the row is shown. The zero
// Filter shows every row.
type Filter struct {
	text string
	rule *rule // nil for all rows
}

// rule is what a filter asks for: all of it must hold.
type rule struct {
	terms  []term
	re     *regexp.Regexp // that the row's text must match; nil for any
	invert bool           // must not match
}

// ParseFilter reads what a person types: a regular expression in Go's syntax,
// found anywhere in the row's text; a "!" before it shows the rows that do not
// match instead. Capital letters matter only where the expression has one. The
// empty text, and "!" alone, show every row.
//
// Beside it, words that name one of the fields are conditions of their own, all of
// which must hold: wait>10m, wait>=1h, wait<5m of a span of time; state:chan, or
// state:"chan send" where there are blanks in it, of words, with a regular
// expression again. A "!" before one inverts it; blanks may
// follow the "!".
//
// The error is one line that says what is wrong.
func ParseFilter(text string, fields ...FieldName) (Filter, error) {
	r, rest, err := parseTerms(text, fields)
	if err != nil {
		return Filter{}, filterError(text, err)
	}
	pattern, invert := strings.CutPrefix(rest, "!")
	if pattern != "" {
		if r.re, err = compile(pattern); err != nil {
			return Filter{}, filterError(text, err)
		}
		r.invert = invert
	}
	if r.re == nil && len(r.terms) == 0 {
		return Filter{}, nil
	}
	return Filter{text: text, rule: &r}, nil
}

func filterError(text string, err error) error { return fmt.Errorf("filter %q: %w", text, err) }

// compile reads a regular expression in which capital letters matter only where
// there is one.
func compile(pattern string) (*regexp.Regexp, error) {
	flags := ""
	if !strings.ContainsFunc(pattern, unicode.IsUpper) {
		flags = "(?i)"
	}
	re, err := regexp.Compile(flags + pattern)
	if err != nil {
		why := err.Error()
		var wrong *syntax.Error
		if errors.As(err, &wrong) {
			why = string(wrong.Code)
		}
		return nil, fmt.Errorf("%s; write a regular expression, with \\ before a character that stands for itself", why)
	}
	return re, nil
}

// Match reports whether a row with this text, and without fields, is shown.
func (f Filter) Match(text string) bool {
	return f.match(func() string { return text }, func(int) value { return value{} })
}

// match reports whether a row is shown. The text is asked for where it counts.
func (f Filter) match(text func() string, field func(int) value) bool {
	if f.rule == nil {
		return true
	}
	for _, t := range f.rule.terms {
		if t.holds(field(t.field)) == t.invert {
			return false
		}
	}
	return f.rule.re == nil || f.rule.re.MatchString(text()) != f.rule.invert
}

// Active reports whether the filter can hide a row.
func (f Filter) Active() bool { return f.rule != nil }

// String returns the filter as it was typed.
func (f Filter) String() string { return f.text }

// ParseFilter reads a filter for the rows of the list, with its fields.
func (l *List[T, K]) ParseFilter(text string) (Filter, error) {
	return ParseFilter(text, l.FilterFields()...)
}

// FilterFields are the fields that a filter of the list can name.
func (l *List[T, K]) FilterFields() []FieldName {
	names := make([]FieldName, len(l.cfg.Fields))
	for i, f := range l.cfg.Fields {
		names[i] = FieldName{Name: f.Name, Example: f.Example, Span: f.Span != nil}
	}
	return names
}

// shows reports whether a filter lets a row through.
func (cfg Config[T, K]) shows(f Filter, row T) bool {
	return f.match(func() string { return cfg.Text(row) }, func(i int) value {
		field := cfg.Fields[i]
		if field.Span == nil {
			return value{words: field.Words(row)}
		}
		span, known := field.Span(row)
		return value{span: span, known: known}
	})
}
