package session

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// plain is the form of an error: WHAT: WHY; WHAT TO DO.
var plain = regexp.MustCompile(`^\S.*: \S.*; \S[^\n]*$`)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	run := newRun()
	good, err := os.ReadFile(run.record(t, Options{}, run.events(2, 3)))
	if err != nil {
		t.Fatal(err)
	}
	newer := append([]byte(nil), good...)
	for _, at := range []int{0, preambleSize} {
		binary.LittleEndian.PutUint32(newer[at+len(magic):], version+1)
		binary.LittleEndian.PutUint32(newer[at+preambleSize-4:], crc32.Checksum(newer[at:at+preambleSize-4], crcTable))
	}
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	huge := write("huge", good)
	if err := os.Truncate(huge, 10<<30); err != nil { // sparse: it takes no room
		t.Skipf("no file system for large files: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, why string
	}{
		{"empty", write("empty", nil), "it is empty"},
		{"a directory", filepath.Join(dir, "folder"), "it is a directory"},
		{"not there", filepath.Join(dir, "nothing"), "no such file"},
		{"a device", os.DevNull, "it is not a regular file"},
		{"foreign", write("foreign", []byte(strings.Repeat("a profile, or a text\n", 100))), "it is not a leaktop session file"},
		{"a single byte", write("byte", []byte("l")), "it is not a leaktop session file"},
		{"newer", write("newer", newer), "it was written by a newer leaktop (format 2, and this one reads up to 1)"},
		{"10 GB", huge, "it has 10737418240 bytes"},
		{"a path up and down", filepath.Join(dir, "folder") + "/../foreign", "it is not a leaktop session file"},
		{"a path with controls", filepath.Join(dir, "\x1b[31m"), "no such file"},
	} {
		r, err := Open(c.path, snapshot.NewTable())
		if err == nil {
			r.Close()
			t.Errorf("%s was opened", c.name)
			continue
		}
		if !plain.MatchString(err.Error()) || !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %q, want one line that says %q", c.name, err, c.why)
		}
	}
}

// A file that is read stays as it is, to the last byte and the time it was changed.
func TestReadingWritesNothing(t *testing.T) {
	run := newRun()
	path := run.record(t, Options{}, run.events(3, 3))
	if err := os.Truncate(path, 700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := open(t, path)
	if err := r.Follow(t.Context(), func(snapshot.Event) {}); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || after.Size() != 700 || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("it was changed: %v (%v)", after, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside it are %v (%v)", entries, err)
	}
}

func TestTwoWriters(t *testing.T) {
	run := newRun()
	path := filepath.Join(t.TempDir(), "run"+Extension)
	first, err := Create(path, run.header(), run.table, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, run.header(), run.table, Options{}); !errors.Is(err, fs.ErrExist) || !plain.MatchString(err.Error()) {
		t.Errorf("a second writer gave %v, want that the file exists", err)
	}
	if _, err := Create(path, run.header(), run.table, Options{Force: true}); err == nil || !strings.Contains(err.Error(), "another leaktop is writing to it") || !plain.MatchString(err.Error()) {
		t.Errorf("a second writer with force gave %v, want that another one is writing it", err)
	}
	for _, e := range run.events(2, 3) {
		if err := first.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	r, _ := open(t, path)
	if readAll(t, r); !r.Ended() || r.Damage() != "" {
		t.Errorf("what the first one wrote reads %q", r.Damage())
	}
	// Its run has ended, so it may be replaced.
	second, err := Create(path, run.header(), snapshot.NewTable(), Options{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	r, _ = open(t, path)
	if got := readAll(t, r); len(got) != 0 || !r.Ended() || r.Damage() != "" {
		t.Errorf("after it was replaced it holds %d events, %q", len(got), r.Damage())
	}
}

// Others must not read what is in it: function names and labels tell much.
func TestPermissions(t *testing.T) {
	run := newRun()
	dir := filepath.Join(t.TempDir(), "state", "leaktop")
	w, err := CreateLive(dir, run.header(), run.table, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for path, want := range map[string]fs.FileMode{w.Path(): 0o600, dir: 0o700, filepath.Dir(dir): 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has the mode %o, want %o", path, got, want)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	run := newRun()
	dir := t.TempDir()
	for _, c := range []struct {
		path  string
		force bool
		why   string
	}{
		{filepath.Join(dir, "nowhere", "run"), false, "no such file"},
		{dir, false, "exists"},
		{dir, true, "it is not a regular file"},
		{os.DevNull, true, "it is not a regular file"},
	} {
		w, err := Create(c.path, run.header(), run.table, Options{Force: c.force})
		if err == nil {
			w.Close()
			t.Errorf("%s was made", c.path)
		} else if !plain.MatchString(err.Error()) || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %q, want one line that says %q", c.path, err, c.why)
		}
	}
}
