package export_test

import (
	"io"
	"testing"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/fixtures/bench/inputs"
)

// BenchmarkWrite writes the diff of two heap profiles of a large service in each format.
func BenchmarkWrite(b *testing.B) {
	table := snapshot.NewTable()
	rawBase, rawCurrent := inputs.HeapPair(1, 20_000)
	base, err := decode.Profile(rawBase, "base", table, decode.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	current, err := decode.Profile(rawCurrent, "current", table, decode.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	d := newDiff(table, "base", base, "current", current)
	for name, write := range map[string]func() error{
		"text":     func() error { return export.Text(io.Discard, d, export.Options{}) },
		"markdown": func() error { return export.Markdown(io.Discard, d, export.Options{}) },
		"json":     func() error { return export.JSON(io.Discard, export.NewReport(d, 0)) },
		"pprof":    func() error { return export.Pprof(io.Discard, d.Heap) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := write(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
