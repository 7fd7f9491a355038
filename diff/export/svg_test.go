package export_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/diff/export"
)

func TestSVG(t *testing.T) {
	for _, c := range []struct {
		name, sampleType string
		diff             export.Diff
	}{
		{"growing", "", growing()},
		{"goroutines", "goroutine", growing()},
		{"nothing held now", "", nothing()},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := write(t, func(w *bytes.Buffer) error { return export.SVG(w, c.diff, export.Options{SampleType: c.sampleType}) })
			assertStaticXML(t, out)
			golden.RequireEqual(t, out)
		})
	}
}

// assertStaticXML reads a picture as a viewer does, and finds no element in it
// that runs or that loads anything.
func assertStaticXML(t *testing.T, out []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(out)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !strings.Contains(" svg title rect g text ", " "+start.Name.Local+" ") {
			t.Errorf("the element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Name.Local, "href") {
				t.Errorf("the attribute %s", a.Name.Local)
			}
		}
	}
}
