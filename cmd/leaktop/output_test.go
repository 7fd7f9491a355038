package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// writeFile writes a file as a command does.
func writeFile(path string, force bool, write func(io.Writer) error) error {
	_, err := output{path: path, force: force}.writeFile(context.Background(), write)
	return err
}

func writing(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	if err := writeFile(path, false, writing("one")); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, false, writing("two")); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("an existing file gave %v, want an error that names --force", err)
	}
	assertFile(t, path, "one")
	if err := writeFile(path, true, writing("three")); err != nil {
		t.Fatal(err)
	}
	assertFile(t, path, "three")
	assertOnly(t, dir, "out.txt")
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.txt")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	half := func(w io.Writer) error {
		io.WriteString(w, strings.Repeat("half ", 10_000))
		return errors.New("the source broke")
	}
	if err := writeFile(old, true, half); err == nil || !strings.Contains(err.Error(), "the source broke") {
		t.Errorf("a broken write gave %v", err)
	}
	if err := writeFile(filepath.Join(dir, "new.txt"), false, half); err == nil {
		t.Error("a broken write gave no error")
	}
	assertFile(t, old, "old")
	assertOnly(t, dir, "old.txt")
}

func TestPathsThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "missing", "out.txt")} {
		err := writeFile(path, false, writing("x"))
		if err == nil || !strings.HasPrefix(err.Error(), path+": it cannot be written") {
			t.Errorf("%s gave %v", path, err)
		}
		if strings.Count(err.Error(), dir) != 1 {
			t.Errorf("%v names more than the path that was asked for", err)
		}
	}
	assertOnly(t, dir)
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	path := filepath.Join(t.TempDir(), "private.txt")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, true, writing("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("a private file was replaced by one with %v (%v)", info.Mode(), err)
	}
	assertOnly(t, filepath.Dir(path), "private.txt")
}

func TestDevicesAreWrittenToAsTheyAre(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("/dev/full is a device of Linux")
	}
	if err := writeFile("/dev/null", false, writing("x")); err != nil {
		t.Errorf("/dev/null: %v", err)
	}
	if err := writeFile("/dev/full", false, writing("x")); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("/dev/full gave %v, want its lack of space", err)
	}
}

func assertFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
	}
}

func assertOnly(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the directory holds %v, want %v", got, want)
	}
}
