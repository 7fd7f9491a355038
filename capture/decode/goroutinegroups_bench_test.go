package decode

import (
	"bytes"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/fixtures/bench/inputs"
)

// BenchmarkGroupedGoroutines reads 100,000 goroutines on 600 stacks.
func BenchmarkGroupedGoroutines(b *testing.B) {
	const goroutines = 100_000
	var text bytes.Buffer
	if err := inputs.WriteDump(&text, 1, goroutines); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		table := snapshot.NewTable()
		d, err := GroupedGoroutines(bytes.NewReader(text.Bytes()), "test", table, 0, 1<<20)
		if err != nil {
			b.Fatal(err)
		}
		if p := d.Profile(table); p.Total(0) != goroutines {
			b.Fatal(p.Total(0))
		}
	}
}
