//go:build unix

package fetch

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "heap.pb.gz")
	if err := os.WriteFile(path, []byte("12345678"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		path  string
		limit int64
		want  string // of the data, or in the error
		fails bool
	}{
		{"whole", path, 8, "12345678", false},
		{"over the cap", path, 7, "larger than the cap of 7 bytes", true},
		{"missing", filepath.Join(dir, "none"), 8, "no such file", true},
		{"a directory", dir, 8, "it is a directory", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, err := File(t.Context(), tt.path, tt.limit)
			if !tt.fails {
				if err != nil || string(data) != tt.want {
					t.Errorf("got %q and %v, want %q", data, err, tt.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Count(err.Error(), tt.path) != 1 {
				t.Errorf("got %v, want an error that says %q and names the path once", err, tt.want)
			}
		})
	}
}

func TestFileNamesAreMadeSafe(t *testing.T) {
	_, err := File(t.Context(), "no\x1b[2Jsuch\nfile", 8)
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\n") {
		t.Errorf("the error %q holds control characters", err)
	}
}

func TestFileFromAPipe(t *testing.T) {
	pipe := fifo(t)
	go func() {
		w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer w.Close()
		if _, err := w.WriteString("from a pipe"); err != nil {
			t.Error(err)
		}
	}()
	data, err := File(t.Context(), pipe, 100)
	if err != nil || string(data) != "from a pipe" {
		t.Errorf("got %q and %v", data, err)
	}
}

func TestFileReturnsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := File(ctx, fifo(t), 100); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("a pipe that nobody writes to gave %v", err)
	}
}

// fifo makes a named pipe.
func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
