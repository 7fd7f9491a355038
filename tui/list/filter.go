package list

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
)

// Filter decides by a row's text whether the row is shown. The zero Filter
// shows every row.
type Filter struct {
	text   string
	re     *regexp.Regexp
	invert bool
}

// ParseFilter reads what a person types: a regular expression in Go's syntax,
// found anywhere in the row's text; a "!" before it shows the rows that do not
// match instead. Capital letters matter only where the expression has one. The
// empty text, and "!" alone, show every row.
//
// The error is one line that says what is wrong with the expression.
func ParseFilter(text string) (Filter, error) {
	pattern, invert := strings.CutPrefix(text, "!")
	if pattern == "" {
		return Filter{}, nil
	}
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
		return Filter{}, fmt.Errorf("filter %q: %s; write a regular expression, with \\ before a character that stands for itself", text, why)
	}
	return Filter{text: text, re: re, invert: invert}, nil
}

// Match reports whether a row with this text is shown.
func (f Filter) Match(text string) bool {
	return f.re == nil || f.re.MatchString(text) != f.invert
}

// Active reports whether the filter can hide a row.
func (f Filter) Active() bool { return f.re != nil }

// String returns the filter as it was typed.
func (f Filter) String() string { return f.text }
