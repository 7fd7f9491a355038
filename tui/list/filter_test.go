package list

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParseFilter(t *testing.T) {
	for _, c := range []struct {
		text  string
		match []string
		not   []string
	}{
		{"", []string{"", "anything"}, nil},
		{"!", []string{"", "anything"}, nil},
		{"put", []string{"store.Put", "put", "OUTPUT"}, []string{"get"}},
		{"Put", []string{"store.Put"}, []string{"put"}},
		{"!put", []string{"get"}, []string{"store.Put"}},
		{"!!put", []string{"get", "put"}, []string{"!put"}},
		{`\!put`, []string{"!put"}, []string{"put"}},
		{"^net/http|^runtime", []string{"net/http.serve", "runtime.malg"}, []string{"x/net/http"}},
		{"注文", []string{"a注文b"}, []string{"注"}},
	} {
		f, err := ParseFilter(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		for _, s := range c.match {
			if !f.Match(s) {
				t.Errorf("%q hides %q", c.text, s)
			}
		}
		for _, s := range c.not {
			if f.Match(s) {
				t.Errorf("%q shows %q", c.text, s)
			}
		}
	}
}

func TestParseFilterError(t *testing.T) {
	for text, want := range map[string]string{
		"(a":  `filter "(a": missing closing ); write a regular expression, with \ before a character that stands for itself`,
		"!a[": `filter "!a[": missing closing ]; write a regular expression, with \ before a character that stands for itself`,
		"*":   `filter "*": missing argument to repetition operator; write a regular expression, with \ before a character that stands for itself`,
	} {
		if _, err := ParseFilter(text); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{"", "!", "!a", "(", "a{1000}{1000}", "\xff", "(?i)A", `\pL+`} {
		f.Add(s, "some text")
	}
	f.Fuzz(func(t *testing.T, text, row string) {
		filter, err := ParseFilter(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") || !utf8.ValidString(err.Error()) {
				t.Errorf("error is not one clean line: %q", err)
			}
			return
		}
		if strings.HasPrefix(text, "!") || text == "" {
			return
		}
		inverse, err := ParseFilter("!" + text)
		if err != nil {
			t.Fatalf("%q is a filter and !%q is not: %v", text, text, err)
		}
		if filter.Match(row) == inverse.Match(row) {
			t.Errorf("%q and its inverse agree on %q", text, row)
		}
	})
}

// fields are those that the tests of this file name.
func fields() []FieldName {
	return []FieldName{{Name: "wait", Span: true}, {Name: "state"}, {Name: "label"}}
}

// waiter is a row with fields.
type waiter struct {
	wait          time.Duration // 0 for unknown
	state, labels string
	text          string
}

func waiters() *List[waiter, string] {
	l := New(Config[waiter, string]{
		Columns: []Column[waiter]{{Cell: func(w waiter) Cell { return Cell{Text: w.text} }}},
		Key:     func(w waiter) string { return w.text },
		Text:    func(w waiter) string { return w.text },
		Fields: []Field[waiter]{
			{Name: "wait", Span: func(w waiter) (time.Duration, bool) { return w.wait, w.wait > 0 }},
			{Name: "state", Words: func(w waiter) []string { return []string{w.state} }},
			{Name: "label", Words: func(w waiter) []string { return strings.Fields(w.labels) }},
		},
	})
	l.SetRows([]waiter{
		{93 * time.Hour, "sync.Mutex.Lock", "", "a depot/jail.(*State).Inspect"},
		{10 * time.Minute, "chan send", "route=/feed tenant=acme", "b shop/stock.(*Feed).push"},
		{2 * time.Minute, "chan receive", "route=/cart", "c shop/cart.(*Cart).next"},
		{0, "running", "", "d std::vec<u8>::push 12:30:05"},
	})
	return l
}

func TestFilterByFields(t *testing.T) {
	for text, want := range map[string]string{
		"wait>10m":                      "a",
		"wait>=10m":                     "a b",
		"wait<10m":                      "c",
		"wait<=10m":                     "b c",
		"wait > 10m":                    "a",
		"wait>3d":                       "a",
		"wait>3d21h":                    "",
		"wait>=3d21h":                   "a",
		"wait>1w":                       "",
		"wait>1h30m":                    "a",
		"wait>90s":                      "a b c",
		"Wait>10m":                      "a",
		"!wait>10m":                     "b c d",
		"! wait>10m":                    "b c d",
		"! !wait>10m":                   "a",
		"!  state:chan cart":            "",
		"wait>1m wait<1h":               "b c",
		"state:chan":                    "b c",
		"STATE:chan":                    "b c",
		"!state:chan":                   "a d",
		`state:"chan send"`:             "b",
		`state:"^chan (send|receive)$"`: "b c",
		"state:Chan":                    "", // a capital letter matters
		"label:route=/feed":             "b",
		"label:^route= !label:feed":     "c",
		"state:chan cart":               "c",
		"cart state:chan":               "c",
		"cart ! state:chan":             "",
		"shop !cart state:chan":         "", // the rest is one expression, as it is typed
		"!cart state:chan":              "b",
		"wait>1m !shop":                 "a",
		"chan":                          "", // of the text alone
		"std::vec":                      "d",
		"vec<u8>":                       "d",
		"12:30:05":                      "d",
		`label:"\""`:                    "",
	} {
		l := waiters()
		f, err := l.ParseFilter(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		l.SetFilter(f)
		var got []string
		for w := range shown(l) {
			got = append(got, w.text[:1])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q shows %q, want %q", text, got, want)
		}
	}
}

func TestFilterByFieldsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"wait>":            `filter "wait>": write wait>10m or wait<2d`,
		"wait>10":          `filter "wait>10": write wait>10m or wait<2d`,
		"wait>-1m":         `filter "wait>-1m": write wait>10m or wait<2d`,
		"wait>long":        `filter "wait>long": write wait>10m or wait<2d`,
		"wait>17000w":      `filter "wait>17000w": write wait>10m or wait<2d`, // 325 years
		"wait<7000w9999d":  `filter "wait<7000w9999d": write wait>10m or wait<2d`,
		"wait:10m":         `filter "wait:10m": write wait>10m or wait<2d`,
		"wiat>10m":         `filter "wiat>10m": no wiat here, but wait; \> stands for the character`,
		"state>10m":        `filter "state>10m": write state:WORDS`,
		"state:":           `filter "state:": write what state: must hold`,
		`state:""`:         `filter "state:\"\"": write what state: must hold`,
		`state:"chan send`: `filter "state:\"chan send": state: no closing "`,
		"state:(":          `filter "state:(": missing closing ); write a regular expression, with \ before a character that stands for itself`,
		"state:chan (":     `filter "state:chan (": missing closing ); write a regular expression, with \ before a character that stands for itself`,
	} {
		if _, err := ParseFilter(text, fields()...); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	// Where rows have no fields, what looks like one is told, and words are not.
	if _, err := ParseFilter("wait>10m"); err == nil || err.Error() != `filter "wait>10m": no wait to compare here; \> stands for the character` {
		t.Errorf("without fields: %v", err)
	}
	if f, err := ParseFilter("state:chan"); err != nil || !f.Match("a state:chan b") || f.Match("chan") {
		t.Errorf("without fields state:chan is %v, %v", f, err)
	}
}

func FuzzParseFilterTerms(f *testing.F) {
	for _, s := range []string{"wait>10m", "!wait<=1w2d3h", "wait > 99999w", `state:"a\"b" x`, "label:( y", "state:chan !x wait<1us", "wait>1e9h", "wiat<1", ":", `state:"`, "! wait>1m", " wait>1m", "\n wait>1m", " !wait>1m", "!!wait>1m", "wait>17000w", "wait<7600w999h"} {
		f.Add(s, int64(time.Hour), "chan send", "some text")
	}
	f.Fuzz(func(t *testing.T, text string, wait int64, state, row string) {
		filter, err := ParseFilter(text, fields()...)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") || !utf8.ValidString(err.Error()) {
				t.Errorf("error is not one clean line: %q", err)
			}
			return
		}
		if filter.Active() && filter.String() != text {
			t.Errorf("%q is shown as %q", text, filter)
		}
		of := func(i int) value {
			if i == 0 {
				return value{span: time.Duration(wait), known: wait > 0}
			}
			return value{words: []string{state}}
		}
		matches := func(f Filter) bool { return f.match(func() string { return row }, of) }
		if filter.rule == nil {
			if !matches(filter) {
				t.Errorf("%q hides a row", text)
			}
			return
		}
		for _, term := range filter.rule.terms {
			if term.span < 0 {
				t.Errorf("%q compares with %v", text, term.span)
			}
		}
		if len(filter.rule.terms) != 1 || filter.rule.re != nil {
			return
		}
		inverse, err := ParseFilter("!"+text, fields()...)
		if err != nil {
			t.Fatalf("%q is a filter and !%q is not: %v", text, text, err)
		}
		if matches(filter) == matches(inverse) {
			t.Errorf("%q and its inverse agree", text)
		}
	})
}
