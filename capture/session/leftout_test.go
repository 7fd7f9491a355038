package session

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// What of a snapshot is too large for a file is said when it is written, once, and
// the rest of it is kept.
func TestLeftOutIsSaid(t *testing.T) {
	t.Parallel()
	manyRecords := func(r *run, s *snapshot.Snapshot) {
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, DefaultType: -1, Types: []snapshot.SampleType{{Name: "inuse_space", Unit: "bytes"}}})
		stack := r.stack(0)
		for i := range maxRecords + 1 {
			b.Add(snapshot.Key{Stack: stack, Size: int64(i + 1)}, []int64{1})
		}
		s.Heap = b.Profile()
	}
	manyGoroutines := func(r *run, s *snapshot.Snapshot) {
		s.Dump = &snapshot.Dump{Time: s.Time, Goroutines: make([]snapshot.DumpedGoroutine, maxGoroutines+1)}
	}
	manyLabels := func(r *run, s *snapshot.Snapshot) {
		b := snapshot.NewBuilder(*s.Heap)
		for i := range 70 / s.Seq { // the second has new ones, too
			value := fmt.Sprint(s.Seq, i, strings.Repeat("x", 1<<20))
			b.Add(snapshot.Key{Stack: r.stack(0), Labels: r.table.InternLabels([]snapshot.Label{{Key: "tenant", Value: value}})}, []int64{1, 1, 1, 1})
		}
		s.Heap = b.Profile()
	}
	largeRaw := func(_ *run, s *snapshot.Snapshot) {
		s.Raw = map[snapshot.Kind][]byte{snapshot.Heap: make([]byte, maxRaw)}
	}
	for _, c := range []struct {
		name string
		with func(*run, *snapshot.Snapshot)
		says string
		has  func(*snapshot.Snapshot) bool // what is kept
	}{
		{"records", manyRecords, "the heap profile of #1 has 524289 records, more than the 524288 that a session file can hold; it is left out", func(s *snapshot.Snapshot) bool {
			return s.Goroutines != nil && strings.Contains(fmt.Sprint(s.Missing), "heap profile: it has 524289 records")
		}},
		{"goroutines of a dump", manyGoroutines, "the goroutine dump of #1 has 1048577 goroutines", func(s *snapshot.Snapshot) bool { return s.Heap != nil && s.Goroutines != nil }},
		{"labels", manyLabels, "more labels than the 64 MiB that a session file can hold", func(s *snapshot.Snapshot) bool { return s.Heap != nil && s.Goroutines != nil }},
		{"raw profiles", largeRaw, "the raw heap profile of #1 takes 32 MiB", func(s *snapshot.Snapshot) bool { return s.Heap != nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			from := newRun()
			path := filepath.Join(t.TempDir(), "run.leaktop")
			w, err := Create(path, from.header(), from.table, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range 2 {
				e := from.taken(3)
				e.Snapshot.Dump = nil
				c.with(from, e.Snapshot)
				switch err := w.Apply(e); {
				case i == 0 && (err == nil || !strings.Contains(err.Error(), c.says)):
					t.Errorf("the first says %v, want %q", err, c.says)
				case i > 0 && err != nil:
					t.Errorf("the second says %v again", err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r, _ := open(t, path)
			n := 0
			for _, e := range readAll(t, r) {
				if taken, ok := e.(snapshot.Taken); ok {
					if n++; !c.has(taken.Snapshot) {
						t.Errorf("#%d lacks what is kept: %v", taken.Snapshot.Seq, taken.Snapshot.Missing)
					}
				}
			}
			if n != 2 || r.Damage() != "" {
				t.Errorf("%d snapshots of 2; it says %q", n, r.Damage())
			}
		})
	}
}

// A bound above what the reader takes is refused.
func TestCreateRefusesMoreThanIsRead(t *testing.T) {
	from := newRun()
	_, err := Create(filepath.Join(t.TempDir(), "run.leaktop"), from.header(), from.table, Options{MaxBytes: maxFile})
	if err == nil || !strings.Contains(err.Error(), "3.765 GiB at most") {
		t.Errorf("a bound of 4 GiB gives %v", err)
	}
}
