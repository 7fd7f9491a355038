package export_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/diff/export"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name    string
		diff    export.Diff
		options export.Options
	}{
		{"growing", growing(), export.Options{}},
		{"growing exact", growing(), export.Options{Exact: true}},
		{"growing by two rows of allocations", growing(), export.Options{SampleType: "alloc_objects", Limit: 2}},
		{"identical", level(), export.Options{}},
		{"goroutines that did not change", goroutinesOnly(), export.Options{SampleType: "goroutine"}},
		{"dumps", dumps(), export.Options{}},
		{"nothing", nothing(), export.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden.RequireEqual(t, write(t, func(w *bytes.Buffer) error { return export.Text(w, c.diff, c.options) }))
		})
	}
}

func TestMarkdown(t *testing.T) {
	for _, c := range []struct {
		name    string
		diff    export.Diff
		options export.Options
	}{
		{"growing", growing(), export.Options{}},
		{"growing by one row", growing(), export.Options{Limit: 1}},
		{"identical", level(), export.Options{}},
		{"goroutines that did not change", goroutinesOnly(), export.Options{}},
		{"dumps", dumps(), export.Options{}},
		{"nothing", nothing(), export.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden.RequireEqual(t, write(t, func(w *bytes.Buffer) error { return export.Markdown(w, c.diff, c.options) }))
		})
	}
}

// An unknown sample type is refused before anything is written.
func TestUnknownSampleType(t *testing.T) {
	for _, d := range []export.Diff{growing(), goroutinesOnly()} {
		for name, write := range map[string]func(*bytes.Buffer) error{
			"text":     func(w *bytes.Buffer) error { return export.Text(w, d, export.Options{SampleType: "cpu"}) },
			"markdown": func(w *bytes.Buffer) error { return export.Markdown(w, d, export.Options{SampleType: "cpu"}) },
		} {
			var out bytes.Buffer
			if err := write(&out); err == nil || !strings.Contains(err.Error(), `sample type "cpu"`) || out.Len() > 0 {
				t.Errorf("%s: got the error %v and %q", name, err, out.String())
			}
		}
	}
}

var errFull = errors.New("disk full")

// full takes so many bytes, then fails.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return f.room, errFull
	}
	f.room -= len(p)
	return len(p), nil
}

// Whatever byte the writer fails at, the caller learns of it.
func TestWriteErrorsAreReported(t *testing.T) {
	d := growing()
	for name, write := range map[string]func(*full) error{
		"text":       func(w *full) error { return export.Text(w, d, export.Options{}) },
		"markdown":   func(w *full) error { return export.Markdown(w, d, export.Options{}) },
		"json":       func(w *full) error { return export.JSON(w, export.NewReport(d, 0)) },
		"html":       func(w *full) error { return export.HTML(w, export.Run{Diff: d}, export.Options{}) },
		"svg":        func(w *full) error { return export.SVG(w, d, export.Options{}) },
		"folded":     func(w *full) error { return export.Folded(w, d, export.Options{}, export.Both) },
		"speedscope": func(w *full) error { return export.Speedscope(w, d, export.Options{}) },
		"csv":        func(w *full) error { return export.CSV(w, export.Run{Diff: d}, export.HeapTable, export.Options{}) },
		"pprof":      func(w *full) error { return export.Pprof(w, d.Heap) },
	} {
		for _, room := range []int{0, 1, 100} {
			if err := write(&full{room: room}); !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d bytes: got the error %v", name, room, err)
			}
		}
	}
}
