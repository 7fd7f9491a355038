//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"leaktop/diff/export"
)

// putMode writes a file of given permissions, whatever the umask is.
func putMode(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

// TestPermissionsWhileWritten looks at what is in the directory while a file is
// written: at no moment may more people read it than in the end (fault 09).
func TestPermissionsWhileWritten(t *testing.T) {
	for _, c := range []struct {
		old, umask, want fs.FileMode // old is 0 for no file
	}{
		{0o600, 0o022, 0o600},
		{0o640, 0o022, 0o640},
		{0o664, 0o022, 0o664}, // as it was, although the umask would not leave it so
		{0o622, 0o077, 0o622},
		{0o700, 0o022, 0o700},
		{0, 0o022, 0o644},
		{0, 0o077, 0o600},
		{0, 0, 0o666},
	} {
		t.Run(fmt.Sprintf("%o of %o", c.old, c.umask), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "report.html")
			if c.old != 0 {
				putMode(t, path, "old", c.old)
			}
			defer syscall.Umask(syscall.Umask(int(c.umask)))
			seen := 0
			look := func(w io.Writer) error {
				entries, err := os.ReadDir(dir)
				for _, e := range entries {
					info, _ := e.Info()
					if more := info.Mode().Perm() &^ c.want; more != 0 {
						t.Errorf("%s has the permissions %v while it is written", e.Name(), info.Mode())
					}
					seen++
				}
				io.WriteString(w, "new")
				return err
			}
			if err := writeFile(path, c.old != 0, look); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != c.want || seen == 0 {
				t.Errorf("it has %v in the end (%v), want %v; %d files were seen", info.Mode(), err, c.want, seen)
			}
			assertFile(t, path, "new")
			assertOnly(t, dir, "report.html")
		})
	}
}

// A file is open to nobody else from its first moment on: who opens it then may
// read what is written later.
func TestPermissionsOfTheFirstMoment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old")
	for old, want := range map[fs.FileMode]fs.FileMode{0o600: 0o600, 0o640: 0o600, 0o777: 0o700, 0o444: 0o400} {
		putMode(t, path, "old", old)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := firstMode(info); got != want {
			t.Errorf("the place of a file with %v is taken by one that begins with %v, want %v", old, got, want)
		}
	}
	if got := firstMode(nil); got != 0o666 {
		t.Errorf("a new file begins with %v less the umask", got)
	}
}

// TestOwnerIsKept replaces a file of somebody else, which only root can make here.
func TestOwnerIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	putMode(t, path, "old", 0o640)
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 12345, 54321
		if err := os.Chown(path, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeFile(path, true, writing("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if of := info.Sys().(*syscall.Stat_t); int(of.Uid) != uid || int(of.Gid) != gid || info.Mode().Perm() != 0o640 {
		t.Errorf("it belongs to %d:%d with %v, want %d:%d with its 640", of.Uid, of.Gid, info.Mode(), uid, gid)
	}
}

// TestSymbolicLinks writes through links: what they lead to is written, they stay,
// and it is said.
func TestSymbolicLinks(t *testing.T) {
	for _, c := range []struct {
		name  string
		links [][2]string // link and where it leads, both in the directory
		old   string      // a file that is there, "" for none
		force bool
		where string // what is written, "" for an error
		want  string // in the error
	}{
		{"to a file", [][2]string{{"l", "p"}}, "p", true, "p", ""},
		{"to a file, without --force", [][2]string{{"l", "p"}}, "p", false, "", "--force"},
		{"into a directory", [][2]string{{"l", "sub/p"}}, "sub/p", true, "sub/p", ""},
		{"by another link", [][2]string{{"l", "sub/m"}, {"sub/m", "../p"}}, "p", true, "p", ""},
		{"to nothing yet", [][2]string{{"l", "sub/new"}}, "", false, "sub/new", ""},
		{"to no directory", [][2]string{{"l", "gone/new"}}, "", false, "", "no such file"},
		{"to itself", [][2]string{{"l", "m"}, {"m", "l"}}, "", true, "", "form a loop"},
		{"to a directory", [][2]string{{"l", "sub"}}, "", true, "", "it is a directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, link := range c.links {
				if err := os.Symlink(link[1], filepath.Join(dir, link[0])); err != nil {
					t.Fatal(err)
				}
			}
			if c.old != "" {
				putMode(t, filepath.Join(dir, c.old), "old", 0o600)
			}
			var said bytes.Buffer
			err = output{path: filepath.Join(dir, "l"), force: c.force}.write(t.Context(), streams{err: &said}, writing("new"))
			for _, link := range c.links {
				if to, err := os.Readlink(filepath.Join(dir, link[0])); err != nil || to != link[1] {
					t.Errorf("the link %s leads to %q now (%v)", link[0], to, err)
				}
			}
			if c.where == "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want an error with %q", err, c.want)
				}
				if c.old != "" {
					assertFile(t, filepath.Join(dir, c.old), "old")
				}
				return
			}
			where := filepath.Join(dir, c.where)
			if want := "leaktop: " + dir + "/l: it is a symbolic link; the file written is " + where + "\n"; err != nil || said.String() != want {
				t.Errorf("error %v, said %q, want %q", err, said.String(), want)
			}
			assertFile(t, where, "new")
			for _, sub := range []string{dir, filepath.Join(dir, "sub")} {
				if left, _ := filepath.Glob(filepath.Join(sub, ".*.*")); len(left) > 0 {
					t.Errorf("%v is left behind", left)
				}
			}
		})
	}
}

// TestNothingIsLeftOfAWrite breaks a write in all ways. What was there stays, and
// nothing is beside it.
func TestNothingIsLeftOfAWrite(t *testing.T) {
	full := func(io.Writer) error { return &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC} }
	for _, c := range []struct {
		name  string
		write func(io.Writer) error
		want  string
	}{
		{"a full disk", full, "no space left on device); make room"},
		{"a full disk in the middle", func(w io.Writer) error {
			io.WriteString(w, strings.Repeat("half ", 100_000))
			return full(w)
		}, "no space left on device"},
		{"a source that breaks", func(io.Writer) error { return errors.New("the source broke") }, "the source broke"},
		{"a panic", func(w io.Writer) error {
			io.WriteString(w, strings.Repeat("half ", 100_000))
			panic("the source panicked")
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			putMode(t, filepath.Join(dir, "old"), "old", 0o600)
			for _, name := range []string{"old", "new", strings.Repeat("n", 255)} {
				err := func() (err error) {
					defer func() { recover() }()
					return writeFile(filepath.Join(dir, name), true, c.write)
				}()
				if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
					t.Errorf("%.10s: %v, want %q", name, err, c.want)
				}
			}
			assertFile(t, filepath.Join(dir, "old"), "old")
			assertOnly(t, dir, "old")
		})
	}
}

// TestLongNames writes to the longest name that there is.
func TestLongNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("n", 255))
	for _, text := range []string{"one", "two"} {
		if err := writeFile(path, true, writing(text)); err != nil {
			t.Error(err)
		}
		assertFile(t, path, text)
	}
}

// TestNamedPipe writes to a pipe: to its reader, who may come later, and not for
// ever where nobody comes.
func TestNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("more than a pipe holds ", 10_000)
	wrote := make(chan error, 1)
	go func() { wrote <- writeFile(path, false, writing(text)) }()
	got, err := os.ReadFile(path)
	if wrote := <-wrote; err != nil || wrote != nil || string(got) != text {
		t.Errorf("the reader got %d bytes (%v), and the writer %v", len(got), err, wrote)
	}
	// Nobody reads, or not on.
	for _, reader := range []bool{false, true} {
		if reader {
			r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, err := output{path: path}.writeFile(ctx, writing(text)); wrote <- err }()
		select {
		case err := <-wrote:
			t.Errorf("the write ended with %v", err)
			wrote <- err
		case <-time.After(20 * time.Millisecond):
		}
		cancel()
		if err := <-wrote; err == nil || !strings.Contains(err.Error(), "it cannot be written") {
			t.Errorf("interrupted, the write ended with %v", err)
		}
	}
}

// A check that is interrupted still writes its report, to a pipe, too.
func TestAnInterruptedCheckWritesToAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
	r.take()
	r.close()
	results := []checked{{check: export.Check{Table: r.table, Judged: r.judged()}}}
	wrote := make(chan error, 1)
	go func() {
		wrote <- report(ctx, streams{err: io.Discard}, results, checkFlags{format: "text"}, output{path: path})
	}()
	got, err := os.ReadFile(path)
	if code := exitCode(<-wrote); err != nil || code != exitInconclusive || !strings.Contains(string(got), "verdict") {
		t.Errorf("code %d, and the reader got %q (%v)", code, got, err)
	}
}

// TestStandardOutputByName writes to standard output by the names that it has,
// also where that is a file that has something in it.
func TestStandardOutputByName(t *testing.T) {
	t.Parallel()
	profile := recorded(t, "go-heap.pb.gz")
	want := leaktop(t, "diff", profile, profile).accepted(t)
	for _, name := range []string{"-", "/dev/stdout", "/dev/fd/1", "/dev/stderr"} {
		path := filepath.Join(t.TempDir(), "out.txt")
		putMode(t, path, "before\n", 0o600)
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), executable(t), "diff", profile, profile, "-o", name)
		cmd.Stdout, cmd.Stderr = file, file
		if err := cmd.Run(); err != nil {
			t.Errorf("-o %s: %v", name, err)
		}
		file.Close()
		assertFile(t, path, "before\n"+want)
		assertOnly(t, filepath.Dir(path), "out.txt")
		if strings.HasPrefix(name, "-") {
			continue
		}
		if left, _ := filepath.Glob("/dev/.*"); len(left) > 0 {
			t.Errorf("%v is left behind", left)
		}
	}
	leaktop(t, "record", "127.0.0.1:1", "-o", "-").refused(t, exitUsage, "name one")
}
