package export_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/diff/export"
)

// Of a run the verdict and its findings come first, and what changed below them.
func TestRunReports(t *testing.T) {
	for name, write := range map[string]func(io.Writer, export.Run, export.Options) error{"text": export.RunText, "markdown": export.RunMarkdown} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := write(&out, watched(), export.Options{Limit: 3}); err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, out.Bytes())
		})
		t.Run(name+" of a type that there is not", func(t *testing.T) {
			var out bytes.Buffer
			if err := write(&out, watched(), export.Options{SampleType: "nonsense"}); err == nil || out.Len() > 0 {
				t.Errorf("%v, behind %d bytes", err, out.Len())
			}
		})
		t.Run(name+" that nothing takes", func(t *testing.T) {
			if err := write(&full{}, watched(), export.Options{}); !errors.Is(err, errFull) {
				t.Errorf("%v, want %v", err, errFull)
			}
		})
	}
	var out bytes.Buffer
	if err := export.RunMarkdown(&out, twoFiles(growing()), export.Options{}); err != nil || !strings.HasPrefix(out.String(), "### leaktop diff\n") {
		t.Errorf("%v; two files that nothing was judged of begin with %.40q", err, out.String())
	}
}
