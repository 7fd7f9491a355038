package list

import "testing"

func TestClipWords(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"a queue that fills", 18, "a queue that fills"},
		{"a queue that fills faster than it drains", 30, "a queue that fills faster…"},
		{"a queue that fills faster than it drains", 34, "a queue that fills faster than it…"},
		{"goroutines never complete: they", 30, "goroutines never complete…"},
		{"a/path/that/has/no/space/until/its/end at last", 20, "a/path/that/has/no/…"},
		{"so averyverylongword follows", 20, "so averyverylongwor…"},
		{"größer als man glaubt", 12, "größer als…"},
		{"any", 1, "…"},
		{"any", 0, ""},
	} {
		if got := ClipWords(c.text, c.width); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
