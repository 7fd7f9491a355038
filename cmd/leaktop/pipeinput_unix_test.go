//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe, as a shell makes one of <(zcat heap.gz), is read once: what it gives is
// shown, and not called empty.
func TestDiffOfAPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	text := string(readRecorded(t, "go-heap.pb.gz"))
	wrote := make(chan error, 1)
	go func() { wrote <- writeFile(path, false, writing(text)) }()
	p := leaktop(t, "diff", path)
	if p.code != exitClean || !strings.Contains(p.stdout, "heap inuse_space") {
		t.Errorf("code %d, it prints\n%s%s", p.code, p.stdout, p.stderr)
	}
	if err := <-wrote; err != nil {
		t.Errorf("the writer: %v", err)
	}
}
