package session

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// written is a writer of a file with some snapshots in it.
func written(t *testing.T, run *run, path string, o Options) *Writer {
	t.Helper()
	w, err := Create(path, run.header(), run.table, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range run.events(3, 10) {
		if err := w.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// snapshotsIn counts the snapshots of a file that is whole.
func snapshotsIn(t *testing.T, path string) int {
	t.Helper()
	r, _ := open(t, path)
	n := 0
	for _, e := range readAll(t, r) {
		if _, ok := e.(snapshot.Taken); ok {
			n++
		}
	}
	if r.Damage() != "" {
		t.Errorf("%s: %s", path, r.Damage())
	}
	return n
}

// A file that is removed or moved away while it is written is there again with
// the next event, and at the end.
func TestRemovedWhileWritten(t *testing.T) {
	for _, c := range []struct {
		name string
		away func(t *testing.T, path string) error
	}{
		{"removed", func(_ *testing.T, path string) error { return os.Remove(path) }},
		{"moved away", func(_ *testing.T, path string) error { return os.Rename(path, path+".old") }},
		{"with its directory", func(_ *testing.T, path string) error { return os.RemoveAll(filepath.Dir(path)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "runs", "run.leaktop")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			run := newRun()
			w := written(t, run, path, Options{})
			if err := c.away(t, path); err != nil {
				t.Skip("this system removes no open file")
			}
			err := w.Apply(run.taken(10))
			if c.name == "with its directory" {
				if err == nil || !strings.Contains(err.Error(), "cannot be put back (no such file or directory)") {
					t.Errorf("without a directory it says %v", err)
				}
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				err = w.Apply(run.taken(10))
			}
			if restored := (Restored{}); !errors.As(err, &restored) {
				t.Errorf("it says %v", err)
			}
			want := run.seq
			if got := snapshotsIn(t, path); got != want {
				t.Errorf("%d snapshots of %d are there again", got, want)
			}
			if err := c.away(t, path); err != nil {
				t.Fatal(err)
			}
			if c.name == "with its directory" {
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Errorf("the second time it says %v", err)
			}
			if got := snapshotsIn(t, path); got != want {
				t.Errorf("at the end %d snapshots of %d are there again", got, want)
			}
		})
	}
}

// A file that somebody put in the place of the one that is written is not
// touched, also where the own one is thinned out, and that is said once.
func TestReplacedWhileWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.leaktop")
	run := newRun()
	w := written(t, run, path, Options{MaxBytes: 64 << 10})
	if err := os.Rename(path, path+".old"); err != nil {
		t.Skip("this system moves no open file")
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := 0
	for range 40 {
		e := run.taken(10)
		e.Snapshot.Raw[snapshot.Heap] = append([]byte("\x1f\x8b"), make([]byte, 8<<10)...)
		if err := w.Apply(e); err != nil && strings.Contains(err.Error(), "another file was put in its place") {
			said++
		}
	}
	_ = w.Close()
	if text, err := os.ReadFile(path); string(text) != "mine" || said == 0 || said > 2 {
		t.Errorf("the other file holds %q (%v), and it was said %d times", text, err, said)
	}
	if n := snapshotsIn(t, path+".old"); n < 3 {
		t.Errorf("the one that was moved away has %d snapshots", n)
	}
}
