package session

import (
	"os"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/fixtures/bench/day"
)

// A snapshot of a large program takes at most 16 KB besides its raw profiles:
// 20,000 stacks of which a tenth changes, over 20 minutes.
func TestSnapshotsAreSmall(t *testing.T) {
	const (
		snapshots = 80
		most      = 16_000
	)
	table := snapshot.NewTable()
	made := day.New(table, 1, day.Program{Stacks: 20_000, Groups: 500, Changing: 0.1, Leaks: 5, Every: 15 * time.Second})
	path := t.TempDir() + "/large" + Extension
	w, err := Create(path, Header{}, table, Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := int64(0)
	for range snapshots {
		for _, e := range made.Next() {
			if err := w.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if first == 0 {
			first = w.end
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	each := (info.Size() - first) / (snapshots - 1)
	t.Logf("%d bytes for the first snapshot with all stacks, %d for each of the %d that follow", first, each, snapshots-1)
	if all := info.Size() / snapshots; all > most {
		t.Errorf("%d bytes a snapshot, want at most %d", all, most)
	}
}

// BenchmarkApply writes snapshots of a large program.
func BenchmarkApply(b *testing.B) {
	table := snapshot.NewTable()
	made := day.New(table, 1, day.Program{Stacks: 20_000, Groups: 500, Changing: 0.1, Leaks: 5, Every: 15 * time.Second})
	w, err := Create(b.TempDir()+"/large"+Extension, Header{}, table, Options{MaxBytes: 4 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	for b.Loop() {
		b.StopTimer()
		events := made.Next()
		b.StartTimer()
		for _, e := range events {
			if err := w.Apply(e); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkNext reads snapshots of a large program.
func BenchmarkNext(b *testing.B) {
	table := snapshot.NewTable()
	made := day.New(table, 1, day.Program{Stacks: 20_000, Groups: 500, Changing: 0.1, Leaks: 5, Every: 15 * time.Second})
	path := b.TempDir() + "/large" + Extension
	w, err := Create(path, Header{}, table, Options{})
	if err != nil {
		b.Fatal(err)
	}
	for range 100 {
		for _, e := range made.Next() {
			if err := w.Apply(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := Open(path, snapshot.NewTable())
		if err != nil {
			b.Fatal(err)
		}
		shots := 0
		for {
			e, err := r.Next()
			if err != nil {
				break
			}
			if _, ok := e.(snapshot.Taken); ok {
				shots++
			}
		}
		r.Close()
		if shots != 100 {
			b.Fatalf("%d snapshots, want 100", shots)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100, "µs/snapshot")
}
