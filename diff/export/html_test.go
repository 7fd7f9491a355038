package export_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

func TestHTML(t *testing.T) {
	clean := twoFiles(level())
	clean.Judged = &gate.Judged{Result: leak.Result{Outcome: leak.Clean}}
	for _, c := range []struct {
		name    string
		run     export.Run
		options export.Options
	}{
		{"watched", watched(), export.Options{}},
		{"watched by one row of objects", watched(), export.Options{SampleType: "inuse_objects", Limit: 1}},
		{"two files", twoFiles(growing()), export.Options{}},
		{"dumps", twoFiles(dumps()), export.Options{}},
		{"goroutines that did not change", twoFiles(goroutinesOnly()), export.Options{}},
		{"clean", clean, export.Options{}},
		{"nothing", twoFiles(nothing()), export.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden.RequireEqual(t, withoutAssets(t, html(t, c.run, c.options)))
		})
	}
}

func html(t *testing.T, r export.Run, o export.Options) []byte {
	t.Helper()
	return write(t, func(w *bytes.Buffer) error { return export.HTML(w, r, o) })
}

var (
	style  = regexp.MustCompile(`(?s)<style>.*?</style>`)
	script = regexp.MustCompile(`(?s)<script>.*?</script>`)
	hashes = regexp.MustCompile(`sha256-[^ ]*`)
)

// withoutAssets leaves out the style and the script, which are files of their own.
func withoutAssets(t *testing.T, page []byte) []byte {
	t.Helper()
	for _, of := range []*regexp.Regexp{style, script} {
		if n := len(of.FindAll(page, -1)); n != 1 {
			t.Errorf("%d elements are like %s, want one", n, of)
		}
	}
	page = style.ReplaceAll(page, []byte("<style>…</style>"))
	page = script.ReplaceAll(page, []byte("<script>…</script>"))
	return hashes.ReplaceAll(page, []byte("sha256-…"))
}

// Nothing in the page names anything that a browser would fetch.
func TestHTMLHoldsAllItNeeds(t *testing.T) {
	page := string(html(t, watched(), export.Options{}))
	for _, bad := range []string{"src=", "<link", "@import", "url(", "<iframe", "fetch(", "XMLHttpRequest", " style=", " onclick="} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if !strings.Contains(page, "default-src &#39;none&#39;") {
		t.Error("the page does not forbid itself the network")
	}
}
