//go:build unix

package fetch

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// whole reads a file to its end.
func whole(ctx context.Context, path string) (data []byte, length int64, err error) {
	err = File(ctx, path, func(r io.Reader, n int64) error {
		var err error
		data, err = io.ReadAll(r)
		length = n
		return err
	})
	return data, length, err
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "heap.pb.gz")
	if err := os.WriteFile(path, []byte("12345678"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		path  string
		want  string // of the data, or in the error
		fails bool
	}{
		{"whole", path, "12345678", false},
		{"missing", filepath.Join(dir, "none"), "no such file", true},
		{"a directory", dir, "it is a directory", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, length, err := whole(t.Context(), tt.path)
			if !tt.fails {
				if err != nil || string(data) != tt.want || length != int64(len(data)) {
					t.Errorf("got %q of %d bytes and %v, want %q", data, length, err, tt.want)
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
	_, _, err := whole(t.Context(), "no\x1b[2Jsuch\nfile")
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
	data, length, err := whole(t.Context(), pipe)
	if err != nil || string(data) != "from a pipe" || length != 0 {
		t.Errorf("got %q of %d bytes and %v", data, length, err)
	}
}

func TestFileReturnsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := whole(ctx, fifo(t)); err == nil || !strings.Contains(err.Error(), "interrupted") {
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
