package decode

import (
	"bytes"
	"testing"

	"github.com/google/pprof/profile"

	"leaktop/capture/snapshot"
	"leaktop/fixtures/bench/inputs"
)

// BenchmarkStages measures each step on the way from a heap profile of 20,000
// stacks to a snapshot's, by unpacked bytes; and google/pprof's parser beside it.
func BenchmarkStages(b *testing.B) {
	gz, current := inputs.HeapPair(1, 20_000)
	plain, err := gunzip(gz, 1<<30)
	if err != nil {
		b.Fatal(err)
	}
	s, err := surveyProto(plain, 0)
	if err != nil {
		b.Fatal(err)
	}
	indexed := func() *proto {
		p, err := indexProto(plain, s)
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	p, known := indexed(), snapshot.NewTable()
	if _, err := convert(p, known, s.cost); err != nil {
		b.Fatal(err)
	}
	for _, stage := range []struct {
		name string
		run  func() error
	}{
		{"gunzip", func() error { _, err := gunzip(gz, 1<<30); return err }},
		{"survey", func() error { _, err := surveyProto(plain, 0); return err }},
		{"index", func() error { indexed(); return nil }},
		{"locations", func() error { _, err := resolve(indexed(), snapshot.NewTable()); return err }},
		{"samples and locations, new", func() error { _, err := convert(p, snapshot.NewTable(), s.cost); return err }},
		{"samples and locations, known", func() error { _, err := convert(p, known, s.cost); return err }},
		{"all", func() error { _, err := Profile(gz, "bench", snapshot.NewTable(), DefaultLimits()); return err }},
		{"all, a second profile", func() error { _, err := Profile(current, "bench", known, DefaultLimits()); return err }},
		{"google/pprof", func() error { _, err := profile.Parse(bytes.NewReader(gz)); return err }},
	} {
		b.Run(stage.name, func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			for b.Loop() {
				if err := stage.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
