package session

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPath(t *testing.T) {
	begun := time.Date(2026, 3, 1, 23, 4, 5, 6, time.FixedZone("", 3600))
	for target, want := range map[string]string{
		"http://127.0.0.1:6060/debug/pprof/":            "20260301-220405Z-127.0.0.1-6060.leaktop",
		"https://orders.internal/prefix/debug/pprof/":   "20260301-220405Z-orders.internal-prefix.leaktop",
		"unix:///run/app.sock":                          "20260301-220405Z-run-app.sock.leaktop",
		"http://[::1]:6060/debug/pprof/":                "20260301-220405Z-1--6060.leaktop",
		"http://../../etc/passwd":                       "20260301-220405Z-etc-passwd.leaktop",
		"":                                              "20260301-220405Z.leaktop",
		"http://" + strings.Repeat("long", 100) + "/x/": "20260301-220405Z-" + strings.Repeat("long", 15) + ".leaktop",
		"http://h\x1b[31m/a b/ü/debug/pprof/":           "20260301-220405Z-h--31m-a-b.leaktop",
	} {
		got := Path("/state", target, begun)
		if filepath.Dir(got) != filepath.FromSlash("/state") || filepath.Base(got) != want {
			t.Errorf("%q gives %s, want %s", target, got, want)
		}
	}
}

func TestDir(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", filepath.FromSlash(t.TempDir()))
	if got, err := Dir(); err != nil || got != filepath.Join(os.Getenv("XDG_STATE_HOME"), "leaktop") {
		t.Errorf("it is %s (%v)", got, err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	for _, state := range []string{"", "not/absolute"} {
		t.Setenv("XDG_STATE_HOME", state)
		t.Setenv("HOME", "/home/me")
		if got, err := Dir(); err != nil || got != "/home/me/.local/state/leaktop" {
			t.Errorf("with XDG_STATE_HOME=%q it is %s (%v)", state, got, err)
		}
	}
	t.Setenv("HOME", "")
	if _, err := Dir(); err == nil || !plain.MatchString(err.Error()) {
		t.Errorf("without a home: %v", err)
	}
}

func TestRecent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "leaktop")
	if got, err := Recent(dir); err != nil || len(got) != 0 {
		t.Errorf("no directory has %v (%v)", got, err)
	}
	// Three runs, begun in the same second: one that ended, one that goes on, one that is damaged.
	var paths []string
	for i := range 3 {
		run := newRun()
		w, err := CreateLive(dir, run.header(), run.table, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range run.events(2+i, 3) {
			if err := w.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if i != 1 {
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		} else {
			defer w.Close()
		}
		paths = append(paths, w.Path())
		at := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(w.Path(), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "foreign.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths[2], []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Recent(dir)
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v (%v)", got, err)
	}
	if s := got[0]; s.Path != paths[2] || s.Problem == "" {
		t.Errorf("first %+v, want the damaged one, that was written to last", s)
	}
	if s := got[1]; s.Path != paths[1] || s.Snapshots != 3 || !s.Live || s.Ended || s.Problem != "" {
		t.Errorf("second %+v, want the one that goes on, with 3 snapshots", s)
	}
	if s := got[2]; s.Path != paths[0] || s.Snapshots != 2 || s.Live || !s.Ended || s.Header.Info.Name != "orders" || s.Size == 0 {
		t.Errorf("third %+v, want the one that ended, with 2 snapshots", s)
	}
}

// Old files go by number and by size, but never one that is being written.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	run := newRun()
	oldest, err := Create(filepath.Join(dir, "a"+Extension), run.header(), run.table, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer oldest.Close()
	begun := time.Now().Add(-time.Hour)
	for i := range 9 {
		path := filepath.Join(dir, fmt.Sprintf("b%d%s", i, Extension))
		if err := os.WriteFile(path, make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		at := begun.Add(time.Duration(i) * time.Minute)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"other.txt", "c" + Extension + thinSuffix, "d" + Extension + thinSuffix} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(filepath.Join(dir, "d"+Extension+thinSuffix), begun, begun); err != nil { // left behind
		t.Fatal(err)
	}
	at := begun.Add(-time.Hour)
	if err := os.Chtimes(oldest.Path(), at, at); err != nil {
		t.Fatal(err)
	}
	left := func() []string {
		var names []string
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, strings.TrimSuffix(e.Name(), Extension))
		}
		return names
	}
	prune(dir, 6, 1<<20)
	if got := left(); !slices.Equal(got, []string{"a", "b3", "b4", "b5", "b6", "b7", "b8", "c.leaktop.thin", "other.txt"}) {
		t.Errorf("by number it leaves %q", got)
	}
	prune(dir, 6, 2500)
	if got := left(); !slices.Equal(got, []string{"a", "b7", "b8", "c.leaktop.thin", "other.txt"}) {
		t.Errorf("by size it leaves %q", got)
	}
}
