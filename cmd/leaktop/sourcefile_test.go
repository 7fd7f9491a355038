package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// sourceTreeOf makes files below a new directory, by their paths in it.
func sourceTreeOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestSourceOfAHostileProfile asks for the files that a profile may name.
func TestSourceOfAHostileProfile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("its files are those of Linux")
	}
	dir := sourceTreeOf(t, map[string]string{
		"src/main.go": "package main\n", "src/Makefile": "all:\n", "src/lib.rs": "fn main() {}\n",
		"secret": "hunter2\n", "other/real.go": "package other\n",
	})
	link := func(name, to string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("src/linked.go", filepath.Join(dir, "other/real.go"))
	link("src/secret.go", filepath.Join(dir, "secret"))
	link("src/kernel.go", "/proc/self/status")
	link("src/null.go", "/dev/null")
	link("src/up", dir)
	if err := exec.Command("mkfifo", filepath.Join(dir, "src/pipe.go")).Run(); err != nil {
		t.Fatal(err)
	}
	files, err := newSourceFiles([]string{"/build=" + filepath.Join(dir, "src"), "/gone=" + filepath.Join(dir, "gone")})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, want string }{
		{dir + "/src/main.go", ""},
		{dir + "/src/lib.rs", ""},
		{dir + "/src/../src/main.go", ""},
		{dir + "/src/linked.go", ""},
		{"/build/main.go", ""},
		{"/build/Makefile", ""},                                     // named by the user's own flag
		{"/build/../other/real.go", ""},                             // outside of it, but source
		{dir + "/src/Makefile", "is not named like a source file"},  // fault 04
		{"/etc/shadow", "is not named like a source file"},          // fault 04
		{"/etc/passwd", "is not named like a source file"},          //
		{dir + "/secret", "is not named like a source file"},        //
		{dir + "/src/secret.go", "is not named like a source file"}, // by where it leads
		{"/build/../secret", "is not named like a source file"},     // out of the root
		{"/build/secret.go", "is not named like a source file"},     //
		{"/build/up/secret", "is not named like a source file"},     //
		{"/proc/kmsg", "made up by the system"},                     // fault 04
		{"/proc/self/environ", "made up by the system"},             //
		{"/proc/self/root/etc/shadow", "made up by the system"},
		{"/proc/self/cwd/main_test.go", "made up by the system"},
		{"//proc//self/../self/environ", "made up by the system"},
		{"/etc/../proc/self/maps", "made up by the system"},
		{"/sys/kernel/notes", "made up by the system"},
		{"/dev/zero", "made up by the system"},
		{"/dev/stdin", "made up by the system"},
		{dir + "/src/kernel.go", "made up by the system"},
		{dir + "/src/null.go", "made up by the system"},
		{dir + "/src/pipe.go", "is not found here"},
		{dir + "/src", "is not named like a source file"},
		{dir + "/gone.go", "is not found here"},
		{"/gone/main.go", "is not found here"},
		{"main_test.go", "is not found here"},
		{"", "is not found here"},
		{"\x00.go", "is not found here"},
	} {
		lines, _, err := files.Source(t.Context(), c.file, 1, 2)
		_, editErr := files.Edit(c.file, 1)
		switch {
		case c.want == "" && (err != nil || editErr != nil || len(lines) == 0):
			t.Errorf("%q: %v, %v, %v", c.file, lines, err, editErr)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q: %v, %v, want an error with %q", c.file, lines, err, c.want)
		case c.want != "" && editErr == nil:
			t.Errorf("%q is opened in the editor", c.file)
		}
	}
}

// sparse makes a file that claims to be so large, with nothing in it.
func sparse(t *testing.T, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sparse.go")
	if err := os.WriteFile(path, []byte("package main\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	return path
}

// TestSourceWithoutEnd reads files that would take all day: one without line
// ends (fault 04), one of very many lines, one of long lines.
func TestSourceWithoutEnd(t *testing.T) {
	many := filepath.Join(t.TempDir(), "many.go")
	if err := os.WriteFile(many, []byte(strings.Repeat("\n", maxSourceBytes+1<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	files, _ := newSourceFiles(nil)
	for _, c := range []struct {
		path string
		line int
		want string // "" for its first line
	}{
		{sparse(t, 900<<30), 1 << 30, "beyond its first 32 MiB"},
		{sparse(t, 900<<30), 2, ""}, // all of it is one line
		{many, maxSourceBytes + 100, "beyond its first 32 MiB"},
		{many, 5, ""},
		{sparse(t, 1<<20), 9, "has no line 9"},
	} {
		lines, _, err := files.Source(t.Context(), c.path, c.line, 5)
		switch {
		case c.want == "" && (err != nil || len(lines) == 0 || len(strings.Join(lines, "")) > 11*3*maxSourceLine):
			t.Errorf("line %d of %s: %d lines, %v", c.line, c.path, len(lines), err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("line %d of %s: %d lines, %v, want %q", c.line, c.path, len(lines), err, c.want)
		}
	}
}

// TestSourceEndsWithItsContext leaves the page while its source is read.
func TestSourceEndsWithItsContext(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	files, _ := newSourceFiles(nil)
	begun := time.Now()
	if lines, _, err := files.Source(ctx, sparse(t, 900<<30), 1<<30, 5); err == nil {
		t.Errorf("%d lines were read after the page was left", len(lines))
	}
	t.Logf("it took %s", time.Since(begun))
	// What was begun ends with the next piece.
	r := untilDone{ctx, strings.NewReader("more")}
	if n, err := r.Read(make([]byte, 4)); n != 0 || err == nil {
		t.Errorf("%d bytes were read after the page was left", n)
	}
}
