package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// reportedFile is a file that people had trouble with, or one like it.
func reportedFile(name string) string { return filepath.Join("testdata", "onefile", name) }

// content is what a file holds, unpacked.
func content(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(path, ".txt.gz") {
		return data
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return data
}

// shownAlone are files of each kind that can be shown by itself.
func shownAlone(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"go-*.pb.gz", "go-*-debug?.txt", "prometheus-*.pb.gz"} {
		found, err := filepath.Glob(filepath.Join("../../fixtures/profiles", pattern))
		if err != nil || len(found) < 2 {
			t.Fatalf("%s finds %v, %v", pattern, found, err)
		}
		out = append(out, found...)
	}
	found, err := filepath.Glob(reportedFile("*"))
	if err != nil || len(found) < 20 {
		t.Fatalf("the reported files are %v, %v", found, err)
	}
	return append(out, found...)
}

// Every profile and dump is shown in every format, without a terminal.
func TestShow(t *testing.T) {
	t.Parallel()
	for _, path := range shownAlone(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			for _, format := range formats() {
				p := leaktop(t, "show", path, "--format", format)
				out := p.stdout
				if !strings.Contains(p.stderr, "of the heap is idle") { // which is said of one of them
					out = p.accepted(t)
				}
				switch format {
				case "text":
					if !strings.Contains(out, "\nverdict ") || !strings.Contains(out, "flat%") && !strings.Contains(out, "started by") {
						t.Errorf("the text has no verdict, or no table:\n%s", out)
					}
				case "json":
					assertCleanJSON(t, []byte(out))
				case "svg", "html", "markdown", "csv", "folded", "speedscope", "pprof":
					if out == "" {
						t.Errorf("of %s nothing is written", format)
					}
				}
			}
		})
	}
}

// One dump of a daemon that hangs gives its groups with state, wait and starter, the
// verdict, and exit code 1 where that is asked for, whichever way it is given.
func TestOneDump(t *testing.T) {
	t.Parallel()
	hung := put(t, "hung.txt", content(t, reportedFile("hung.txt.gz")))
	want := []string{
		"LEAK: 1 stuck", "302 goroutines in 3 groups", "300  sync.Mutex.Lock", "count  state", "started by", "reported wait",
		"3d16h to 3d21h", "created by net/http.(*Server).Serve",
	}
	says := func(t *testing.T, out string) {
		t.Helper()
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("it does not say %q:\n%s", text, out)
			}
		}
	}
	for _, args := range [][]string{{"show", hung}, {hung}, {"open", hung}, {"export", hung, "--format", "text"}} {
		says(t, leaktop(t, args...).accepted(t))
	}
	for _, args := range [][]string{{"show", "-"}, {"open", "-"}, {"-"}} {
		says(t, leaktopReading(t, bytes.NewReader(content(t, hung)), args...).accepted(t))
	}
	alone := leaktop(t, "diff", hung)
	says(t, alone.stdout)
	if alone.code != exitClean || !strings.Contains(alone.stderr, "name a second file to compare it with") {
		t.Errorf("diff of one file ends with %d and says %q", alone.code, alone.stderr)
	}
	if out := leaktop(t, "export", hung).accepted(t); !strings.HasPrefix(out, "### leaktop: LEAK: 1 stuck\n") {
		t.Errorf("export does not write Markdown with the verdict first:\n%.300s", out)
	}
	for failOn, code := range map[string]int{"stuck": exitLeak, "leak": exitLeak, "growing": exitLeak} {
		for _, args := range [][]string{{"show", hung}, {"diff", hung}, {"diff", "/dev/null", hung}, {"diff", hung, hung}} {
			if p := leaktop(t, append(args, "--fail-on", failOn)...); p.code != code {
				t.Errorf("%v --fail-on %s ends with %d, want %d", args, failOn, p.code, code)
			}
		}
	}
	for name, code := range map[string]int{"asleep.txt": exitLeak, "plain.c.txt": exitInconclusive, "lab.c.pb.gz": exitInconclusive} {
		if p := leaktop(t, "show", reportedFile(name), "--fail-on", "stuck", "--format", "json"); p.code != code {
			t.Errorf("of %s the exit code is %d, want %d", name, p.code, code)
		}
	}
}

// Of several dumps in one log the last is taken, or the one that is named; a log
// alone is compared from its first to its last.
func TestSeveralDumps(t *testing.T) {
	t.Parallel()
	first, last := content(t, reportedFile("plain.b.txt")), content(t, reportedFile("plain.c.txt"))
	log := put(t, "service.log", slices.Concat([]byte("starting\n"), first, []byte("\nsome time later\n"), last))
	bundle := put(t, "bundle.zip", zipped(t, map[string][]byte{"service.log": content(t, log)}))
	for arg, want := range map[string]string{
		log: "47 goroutines in", log + "#1": "5 goroutines in", log + "#2": "47 goroutines in",
		bundle + "#1": "5 goroutines in", bundle + ":service.log#1": "5 goroutines in",
	} {
		p := leaktop(t, "show", arg)
		if p.code != exitClean || !strings.Contains(p.stdout, want) || strings.Contains(p.stderr, "this is") != (arg == log) {
			t.Errorf("show %s ends with %d, %q:\n%s", arg, p.code, p.stderr, p.stdout)
		}
	}
	for _, args := range [][]string{{"diff", log}, {"diff", log + "#1", log + "#2"}, {"diff", bundle}, {"open", log + "#2", "--base", log + "#1"}} {
		if p := leaktop(t, args...); !strings.Contains(p.stdout, "goroutines: 5 → 47") {
			t.Errorf("%q ends with %d: %s\n%s", args, p.code, p.stderr, p.stdout)
		}
	}
	leaktop(t, "show", log+"#3").refused(t, exitUnreachable, "there is no #3")
	leaktop(t, "show", "../../fixtures/profiles/go-heap.pb.gz#2").refused(t, exitUnreachable, "there is no #2")
}

// What the runtime itself has found is a verdict on one dump, too: that all
// goroutines are asleep, or that nothing can wake some.
func TestProvenInOneDump(t *testing.T) {
	t.Parallel()
	const goroutine = "goroutine 1 [%s]:\nmain.main()\n\t/src/main.go:%d +0x1d\n\ngoroutine 7 [%s]:\nmain.wait(0xc000000001)\n\t/src/main.go:88 +0x1d\ncreated by main.main in goroutine 1\n\t/src/main.go:30 +0x1d\n\n"
	for name, dump := range map[string]string{
		"asleep": "fatal error: all goroutines are asleep - deadlock!\n\n" + fmt.Sprintf(goroutine, "sync.WaitGroup.Wait", 40, "chan receive"),
		"leaked": fmt.Sprintf(goroutine, "IO wait", 41, "chan receive (leaked)"),
	} {
		p := leaktopReading(t, strings.NewReader(dump), "show", "-", "--fail-on", "stuck")
		if p.code != exitLeak || !strings.Contains(p.stdout, "PROVEN") {
			t.Errorf("%s ends with %d:\n%s", name, p.code, p.stdout)
		}
	}
}

// Beside nothing at all, everything is new, or gone.
func TestDiffWithNothing(t *testing.T) {
	t.Parallel()
	dump := reportedFile("plain.c.txt")
	out := leaktop(t, "diff", "/dev/null", dump).accepted(t)
	if !strings.Contains(out, "goroutines: 0 → 47") || strings.Count(out, " NEW ") != 3 {
		t.Errorf("against nothing not everything is new:\n%s", out)
	}
	if out := leaktop(t, "diff", dump, "/dev/null").accepted(t); strings.Count(out, " GONE ") != 3 {
		t.Errorf("against nothing not everything has gone:\n%s", out)
	}
	heap := "../../fixtures/profiles/go-heap.pb.gz"
	if out := leaktop(t, "diff", "/dev/null", heap).accepted(t); !strings.Contains(out, "heap inuse_space: 0 B → 9.6 MiB") {
		t.Errorf("of a heap:\n%s", out)
	}
	leaktop(t, "diff", "/dev/null", "/dev/null").refused(t, exitUnreachable, "leaktop show")
	leaktop(t, "diff", put(t, "empty", nil), dump).refused(t, exitUnreachable, "empty")
}

// No advice names a command that refuses the very file.
func TestAdviceIsTaken(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`leaktop (show|export|diff|open)\b`)
	files := []string{"../../fixtures/profiles/go-heap.pb.gz", reportedFile("plain.c.txt"), recordedRun(t, 1)}
	for _, file := range files {
		for _, args := range [][]string{{"diff", file}, {"export", file}, {"check", file}, {"record", file, "-o", "x"}, {"diff", file, "/dev/null"}} {
			p := leaktop(t, args...)
			for _, advised := range command.FindAllStringSubmatch(p.stderr, -1) {
				again := []string{advised[1], file}
				if advised[1] == "diff" {
					again = append(again, file)
				}
				if again := leaktop(t, again...); again.code != exitClean {
					t.Errorf("leaktop %q advises %s, which ends with %d: %s", args, advised[0], again.code, again.stderr)
				}
			}
		}
	}
}

// Of a session file one snapshot is shown, the last unless another is named.
func TestShowOfASession(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 5)
	for ref, want := range map[string]string{path: "#5", path + "#3": "#3", path + "@12:00:30": "#3"} {
		if out := leaktop(t, "show", ref).accepted(t); !strings.Contains(out, "file      "+path+want+"\n") || !strings.Contains(out, "\nverdict ") || !strings.Contains(out, "flat%") {
			t.Errorf("of %s:\n%s", ref, out)
		}
	}
	leaktop(t, "show", path+"#12").refused(t, exitUnreachable, "no snapshot #12")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	leaktopReading(t, bytes.NewReader(data), "show", "-").refused(t, exitUnreachable, "session file", "its own path")
}

func TestShowRefuses(t *testing.T) {
	t.Parallel()
	profile := "../../fixtures/profiles/go-heap.pb.gz"
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no file", nil, exitUsage, "FILE"},
		{"two files", []string{profile, profile}, exitUsage, "FILE"},
		{"no such file", []string{"missing.txt"}, exitUnreachable, "there is no such file"},
		{"an address", []string{"localhost:6060"}, exitUnreachable, "leaktop localhost:6060"},
		{"an unknown verdict", []string{profile, "--fail-on", "bad"}, exitUsage, "leak, stuck or growing"},
		{"an unknown format", []string{profile, "--format", "xml"}, exitUsage, "speedscope"},
		{"an unknown sample type", []string{profile, "--sample_index", "x"}, exitUsage, "inuse_space"},
		{"a directory", []string{t.TempDir()}, exitUnreachable, "directory"},
		{"nothing", []string{os.DevNull}, exitUnreachable, "empty"},
		{"a file in what is no archive", []string{profile + ":x"}, exitUnreachable, "not an archive"},
		{"curves", []string{profile, "--format", "csv", "--table", "curves"}, exitUsage, "--table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaktop(t, append([]string{"show"}, c.args...)...).refused(t, c.code, c.says)
		})
	}
}

// A bundle is read wherever a file is taken, and what is in it can be named.
func TestBundles(t *testing.T) {
	t.Parallel()
	heap := content(t, "../../fixtures/profiles/go-heap.pb.gz")
	dump := content(t, reportedFile("plain.c.txt"))
	one := put(t, "one.zip", zipped(t, map[string][]byte{"README": []byte("of today"), "pprof/heap.pb.gz": heap}))
	two := put(t, "two.zip", zipped(t, map[string][]byte{"heap.pb.gz": heap, "goroutines.txt": dump}))
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	single := put(t, "goroutines.txt.zst", e.EncodeAll(dump, nil))
	has := func(want string, args ...string) {
		t.Helper()
		if out := leaktop(t, args...).accepted(t); !strings.Contains(out, want) {
			t.Errorf("%q does not say %q:\n%s", args, want, out)
		}
	}
	has("main.keep (inline)", "show", one)
	has("file      "+one+":pprof/heap.pb.gz", "show", one+":heap.pb.gz")
	has("47 goroutines in 3 groups", "show", two+":goroutines.txt")
	has("47 goroutines in 3 groups", two+":goroutines.txt")
	has("47 goroutines in 3 groups", "show", single)
	has("goroutines: 5 → 47", "diff", reportedFile("plain.b.txt"), two+":goroutines.txt")
	has("goroutines: 5 → 47", "open", single, "--base", reportedFile("plain.b.txt"))
	has("47 goroutines", "export", single)
	leaktop(t, "show", two).refused(t, exitUnreachable, "2 profiles and dumps", "heap.pb.gz", "goroutines.txt", "name one, such as "+two+":")
	leaktop(t, "show", two+":x").refused(t, exitUnreachable, "there is no x in it")
	data, err := os.ReadFile(two)
	if err != nil {
		t.Fatal(err)
	}
	leaktopReading(t, bytes.NewReader(data), "show", "-").refused(t, exitUnreachable, "2 profiles and dumps", "saving the input as FILE")
	if data, err = os.ReadFile(one); err != nil {
		t.Fatal(err)
	}
	if out := leaktopReading(t, bytes.NewReader(data), "show", "-").accepted(t); !strings.Contains(out, "standard input:pprof/heap.pb.gz") {
		t.Errorf("from the standard input:\n%s", out)
	}
}

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, data := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Where no sample type is named, the one is shown that pprof shows.
func TestDefaultSampleType(t *testing.T) {
	t.Parallel()
	made := func(preferred string, types ...*profile.ValueType) string {
		p := sampled(types, "main.work")
		p.DefaultSampleType = preferred
		return put(t, "made.pb.gz", packedProfile(t, p))
	}
	contentions, delay := &profile.ValueType{Type: "contentions", Unit: "count"}, &profile.ValueType{Type: "delay", Unit: "nanoseconds"}
	for name, want := range map[string]string{
		reportInput(t, "own.cpu.pb.gz"):                 "profile cpu",
		made("", contentions, delay):                    "profile delay",
		made("contentions", contentions, delay):         "profile contentions",
		made("", delay):                                 "profile delay",
		reportedFile("o_mutex.c.pb.gz"):                 "profile delay",
		reportedFile("cpu-binary.pprof"):                "profile cpu",
		"../../fixtures/profiles/go-heap.pb.gz":         "heap inuse_space",
		"../../fixtures/profiles/go-allocs.pb.gz":       "heap alloc_space",
		"../../fixtures/profiles/go-heap-debug1.txt":    "heap inuse_space",
		"../../fixtures/profiles/go-goroutine.pb.gz":    "goroutines",
		reportedFile("o_memray.c.pb.gz"):                "profile allocs",
		"../../fixtures/profiles/prometheus-heap.pb.gz": "heap inuse_space",
	} {
		for _, args := range [][]string{{"show", name}, {"diff", name, name}} {
			if out := leaktop(t, args...).stdout; !slices.ContainsFunc(strings.Split(out, "\n"), func(line string) bool { return strings.HasPrefix(line, want+": ") }) {
				t.Errorf("%q has no table of %s:\n%s", args, want, out)
			}
		}
	}
}
