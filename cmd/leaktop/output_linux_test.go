package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asNobody does something with the rights of a user who owns nothing. Root may
// write everywhere, and tests may run as root.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Getuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread() // whose right it is
	defer runtime.UnlockOSThread()
	if _, err := unix.SetfsuidRetUid(12345); err != nil {
		t.Fatal(err)
	}
	defer unix.SetfsuidRetUid(0)
	do()
}

// TestWhatMayNotBeWritten names a file that may not be written to, in a directory
// where it could be replaced all the same, and a directory that may not.
func TestWhatMayNotBeWritten(t *testing.T) {
	dir, err := os.MkdirTemp("", "leaktop-") // that others may go into
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	open, closed := filepath.Join(dir, "open"), filepath.Join(dir, "closed")
	readOnly := filepath.Join(open, "readonly")
	for _, path := range []string{open, closed} {
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(closed, 0o755) // else it cannot be removed
	putMode(t, readOnly, "old", 0o444)
	for path, mode := range map[string]os.FileMode{dir: 0o755, open: 0o777, closed: 0o555} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{readOnly, filepath.Join(closed, "new")} {
		var err error
		asNobody(t, func() { err = writeFile(path, true, writing("x")) })
		if err == nil || !strings.HasPrefix(err.Error(), path+": it cannot be written (permission denied)") {
			t.Errorf("%s: %v", path, err)
		}
	}
	// What may be written to is, there, too.
	asNobody(t, func() { err = writeFile(filepath.Join(open, "new"), false, writing("new")) })
	if err != nil {
		t.Error(err)
	}
	assertFile(t, readOnly, "old")
	assertOnly(t, open, "new", "readonly")
	assertOnly(t, closed)
}
