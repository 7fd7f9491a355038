package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"leaktop/fixtures/bench/inputs"
	"leaktop/fixtures/sidebyside"
)

// dumpChanges is what the tests of this file read of a report.
type dumpChanges struct {
	Window  struct{ Snapshots int }
	Changes struct {
		Goroutines []struct {
			Stack                []struct{ Function string }
			State                string
			Before, After, Delta int64
			Status               string
		}
	}
}

func readChanges(t *testing.T, out string) dumpChanges {
	t.Helper()
	assertCleanJSON(t, []byte(out))
	var report dumpChanges
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	return report
}

// TestDumpsOfAService compares full dumps of a service that leaks with each
// other, and with the cheap profile.
func TestDumpsOfAService(t *testing.T) {
	t.Parallel()
	leaks := startLeaky(t, "127.0.0.1:0", "--modes", "task")
	// dump waits for one in which more than so many tasks are stuck. One may just
	// have begun, and be runnable: it does not count.
	dump := func(more int) (text []byte, stuck int) {
		until(t, longest, fmt.Sprintf("more than %d tasks are stuck", more), func() bool {
			text, stuck = get(t, leaks.Address+"goroutine?debug=2"), 0
			for block := range strings.SplitSeq(string(text), "\n\n") {
				head, frames, _ := strings.Cut(block, "\n")
				if strings.Contains(head, "[chan receive") && strings.Contains(frames, taskFunction+"(") {
					stuck++
				}
			}
			return stuck > more
		})
		return text, stuck
	}
	first, before := dump(0)
	base := put(t, "base.txt", first)
	second, _ := dump(before + 2)
	current := put(t, "current.txt", second)
	profile := put(t, "current.pb.gz", get(t, leaks.Address+"goroutine"))

	found := false
	for _, c := range readChanges(t, leaktop(t, "diff", base, current, "--format", "json").accepted(t)).Changes.Goroutines {
		for _, f := range c.Stack {
			if f.Function == taskFunction && c.State == "chan receive" {
				found = true
				if c.Delta < 1 || c.Status != "changed" {
					t.Errorf("of the leak it says %+v", c)
				}
			}
		}
	}
	if !found {
		t.Error("the leak is not among the changes")
	}
	short := taskFunction[strings.LastIndexByte(taskFunction, '/')+1:]
	for _, format := range []string{"text", "markdown"} {
		out := leaktop(t, "diff", base, current, "--format", format).accepted(t)
		for _, want := range []string{short, "chan receive", "started by", "reported wait"} {
			if !strings.Contains(strings.ReplaceAll(out, `\`, ""), want) {
				t.Errorf("%s: there is no %q in\n%s", format, want, out)
			}
		}
	}
	// The profile came last: all that is stuck in the dump is stuck in it. What
	// serves them is another goroutine at another place.
	p := leaktop(t, "diff", current, profile, "--format", "json")
	if p.code != exitClean || !strings.Contains(p.stderr, "matched by the frames outside the runtime") {
		t.Errorf("code %d, %s", p.code, p.stderr)
	}
	for _, c := range readChanges(t, p.stdout).Changes.Goroutines {
		for _, f := range c.Stack {
			if f.Function == taskFunction && c.State == "chan receive" && (c.Before == 0 || c.Delta < 0) {
				t.Errorf("the leak is not matched: %+v", c)
			}
		}
	}
	p = leaktop(t, "diff", base, current, "--format", "pprof")
	if top := pprofTop(t, put(t, "diff.pb.gz", []byte(p.accepted(t)))); !strings.Contains(top, short) {
		t.Errorf("the profile lacks %s:\n%s", short, top)
	}
}

// TestWaysToHandInADump compares a dump with itself, however it comes.
func TestWaysToHandInADump(t *testing.T) {
	t.Parallel()
	text := string(readRecorded(t, "go-goroutine-debug2.txt"))
	plain := recorded(t, "go-goroutine-debug2.txt")
	prefix := regexp.MustCompile(`(?m)^`)
	for name, path := range map[string]string{
		"packed":               put(t, "dump.txt.gz", gzipped(t, text)),
		"in a log":             put(t, "app.log", []byte("starting\npanic: oh no\n\n"+text+"\nexit status 2\n")),
		"in a container's log": put(t, "container.log", []byte(prefix.ReplaceAllString("starting\n\n"+text[:len(text)-1], "2026-11-23T07:28:58.000000000Z ")+"\n")),
		"with other line ends": put(t, "windows.txt", []byte(strings.ReplaceAll(text, "\n", "\r\n"))),
	} {
		for _, order := range [][]string{{plain, path}, {path, plain}} {
			out := leaktop(t, "diff", order[0], order[1]).accepted(t)
			if !strings.Contains(out, "goroutines: 44 → 44, 0") || !strings.Contains(out, "0 of 5 groups changed") {
				t.Errorf("%s: it is not the same dump:\n%s", name, out)
			}
		}
	}
	out := leaktopReading(t, strings.NewReader(text), "diff", "-", plain).accepted(t)
	if !strings.Contains(out, "0 of 5 groups changed") || !strings.Contains(out, "standard input") {
		t.Errorf("from standard input it is not the same dump:\n%s", out)
	}
	leaktop(t, "diff", "-", "-").refused(t, exitUsage, "one standard input")
}

// TestDumpsThatAreNotWhole has what is missing said, on standard error and in
// the report.
func TestDumpsThatAreNotWhole(t *testing.T) {
	t.Parallel()
	text := string(readRecorded(t, "go-goroutine-debug2.txt"))
	whole := recorded(t, "go-goroutine-debug2.txt")
	packed := gzipped(t, strings.Repeat(text, 40))
	fill := strings.Repeat("x", 1<<20-1) + "\n"
	full := strings.Repeat(fill, 64)[:64<<20-len(text)] + text
	for name, c := range map[string]struct {
		data      []byte
		says      string
		snapshots int
	}{
		"cut in a block":    {[]byte(text[:len(text)-20]), "ends in the middle of a goroutine", 1},
		"cut by gzip":       {packed[:len(packed)/2], "ends in the middle of a goroutine", 1},
		"of 64 MiB":         {gzipped(t, full), "cut off at 64 MiB", 1},
		"frames left out":   {[]byte("goroutine 1 [select]:\nmain.f()\n\t/a.go:1 +0x1\n...7 frames elided...\nmain.g()\n\t/a.go:2 +0x1\n"), "1 goroutine was too deep", 2},
		"on another thread": {[]byte("goroutine 1 [running]:\n\tgoroutine running on other thread; stack unavailable\n"), "1 goroutine was running on another thread", 2},
		"a place is lost":   {[]byte("goroutine 1 [select]:\nmain.f()\nmain.g()\n\t/a.go:1 +0x1\n\ngoroutine 7 [select]:\nmain.f()\n\t/a.go:1 +0x1\n"), "1 goroutine could not be read and has been left out", 1},
		"a text with less":  {[]byte("goroutine profile: total 5\n3 @ 0x1 0x2\n#\t0x1\tmain.f+0x1\t/a.go:1\n"), "2 goroutines could not be read and have been left out", 1},
		"two dumps":         {[]byte("goroutine 1 [select]:\nmain.f()\n\t/a.go:1 +0x1\n\nexit status 2\ngoroutine 1 [select]:\nmain.f()\n\t/a.go:1 +0x1\n"), "it holds 2 dumps", 2},
	} {
		t.Run(name, func(t *testing.T) {
			p := leaktop(t, "diff", whole, put(t, "dump", c.data))
			if p.code != exitClean || strings.Count(p.stderr, c.says) != 1 || strings.Count(p.stdout, c.says) != 1 {
				t.Errorf("code %d; it does not say %q on both, but %q and\n%s", p.code, c.says, p.stderr, p.stdout)
			}
			p = leaktop(t, "diff", whole, put(t, "dump", c.data), "--format", "json")
			if got := readChanges(t, p.stdout).Window.Snapshots; got != c.snapshots {
				t.Errorf("%d whole snapshots, want %d", got, c.snapshots)
			}
		})
	}
}

// TestALargeDump streams a dump of more than the cap on a profile, and takes no
// more memory for it than for a small one.
func TestALargeDump(t *testing.T) {
	t.Parallel()
	if sidebyside.Race() {
		t.Skip("-race takes several times the memory, which this is about, and long")
	}
	const goroutines = 50_000 // 90 MB
	r, w := io.Pipe()
	go func() { w.CloseWithError(inputs.WriteDump(w, 1, goroutines)) }()
	var small bytes.Buffer
	if err := inputs.WriteDump(&small, 1, 1); err != nil {
		t.Fatal(err)
	}
	path := put(t, "small.txt", small.Bytes())
	p := leaktopReading(t, r, "diff", path, "-")
	if out := p.accepted(t); !strings.Contains(out, "goroutines: 1 → 50,000, +49,999") {
		t.Errorf("it says\n%s", out)
	}
	// The kernel counts the memory of the process that started it, too.
	if alone := leaktop(t, "diff", path, path); p.peak > alone.peak+32<<10 {
		t.Errorf("it took %d KiB, and for one goroutine %d KiB", p.peak, alone.peak)
	}
}

// TestTextThatHasNoDump stops at the cap, also where there is no end.
func TestTextThatHasNoDump(t *testing.T) {
	t.Parallel()
	whole := recorded(t, "go-goroutine-debug2.txt")
	leaktop(t, "diff", whole, put(t, "notes.txt", []byte("leaktop is top for leaks\n"))).refused(t, exitUnreachable, "neither a profile that pprof knows nor a goroutine dump")
	r, w := io.Pipe()
	defer r.Close()
	go func() {
		for err := error(nil); err == nil; {
			_, err = w.Write([]byte(strings.Repeat("serving\n", 4096)))
		}
	}()
	leaktopReading(t, r, "diff", whole, "-", "--max-filesize", "1MiB").refused(t, exitUnreachable, "no goroutine in its first 1 MiB", "--max-filesize")
}
