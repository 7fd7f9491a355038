package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestAnonymise compares two programs under pseudonyms: nothing names them, in
// any format, and what is of the standard library keeps its name.
func TestAnonymise(t *testing.T) {
	base, current := recorded(t, "go-heap.pb.gz"), recorded(t, "prometheus-heap.pb.gz")
	named := []string{"prometheus", "tsdb", "github", "main.keep", "orders"}
	for _, format := range formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			plain := readable(t, leaktop(t, "diff", base, current, "--format", format).stdout)
			if !slices.ContainsFunc(named, func(name string) bool { return strings.Contains(plain, name) }) {
				t.Errorf("without --anonymise it names nothing: %.300q", plain)
			}
			p := leaktop(t, "diff", base, current, "--format", format, "--anonymise")
			if p.code != exitClean {
				t.Fatalf("exit code %d: %s", p.code, p.stderr)
			}
			out := readable(t, p.stdout)
			for _, name := range named {
				if i := strings.Index(strings.ToLower(out), name); i >= 0 {
					t.Errorf("it holds %s: …%s…", name, out[max(0, i-80):min(len(out), i+80)])
				}
			}
			if !strings.Contains(out, "runtime.main") {
				t.Errorf("runtime.main is not there: %.300q", out)
			}
			switch format {
			case "json":
				assertCleanJSON(t, []byte(p.stdout))
			case "pprof":
				pprofTop(t, put(t, "diff.pb.gz", []byte(p.stdout)))
			}
		})
	}
}

// readable is what was written, unzipped where it is a profile.
func readable(t *testing.T, out string) string {
	t.Helper()
	zipped, err := gzip.NewReader(strings.NewReader(out))
	if err != nil {
		return out
	}
	var b bytes.Buffer
	if _, err := io.Copy(&b, zipped); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSaltFile makes the same pseudonyms in two files, and others without it.
func TestSaltFile(t *testing.T) {
	t.Parallel()
	heap := recorded(t, "prometheus-heap.pb.gz")
	salt, other := put(t, "salt", []byte("0123456789abcdef")), put(t, "salt", []byte("fedcba9876543210"))
	diff := func(args ...string) string {
		args = append([]string{"diff", recorded(t, "go-heap.pb.gz"), heap, "--format", "folded", "--anonymise"}, args...)
		return leaktop(t, args...).stdout
	}
	first := diff("--salt-file", salt)
	if first == "" || first != diff("--salt-file", salt) {
		t.Error("the same salt gives two files")
	}
	unsalted := diff()
	if first == diff("--salt-file", other) || first == unsalted || unsalted == diff() {
		t.Error("another salt, or none, gives the same file")
	}
	for _, c := range []struct {
		file, says string
	}{{put(t, "short", []byte("short")), "too few bytes"}, {t.TempDir() + "/missing", "no such file"}, {t.TempDir(), "is a directory"}} {
		leaktop(t, "diff", heap, heap, "--anonymise", "--salt-file", c.file).refused(t, exitUnreachable, c.says, "/dev/urandom")
	}
}

// TestDiffFormatUsage asks a format for what it has not.
func TestDiffFormatUsage(t *testing.T) {
	heap := recorded(t, "go-heap.pb.gz")
	for _, c := range []struct {
		says string
		args []string
	}{
		{"use both, before, after", []string{"--folded", "median"}},
		{"use heap, goroutines, labels, findings, curves", []string{"--table", "stacks"}},
		{"use heap", []string{"--format", "csv", "--table", "goroutines"}},
		{"--fail-on", []string{"--format", "csv", "--table", "findings"}},
		{"--anonymise", []string{"--salt-file", "x"}},
		{"inuse_space", []string{"--format", "svg", "--sample_index", "goroutine"}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			leaktop(t, append([]string{"diff", heap, heap}, c.args...)...).refused(t, exitUsage, c.says)
		})
	}
}
