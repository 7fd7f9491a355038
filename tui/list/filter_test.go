package list

import (
	"strings"
	"testing"
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
