package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"leaktop/fixtures/sidebyside"
)

// asProgram makes the test binary run as leaktop. It is in the environment of
// everything that the tests start, so that the demo's child is leaktop, too;
// and with -race all of them are race-checked.
const asProgram = "LEAKTOP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if place := os.Getenv(asCrashing); place != "" {
		os.Exit(crashing(place))
	}
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Setenv(asProgram, "1")
	// With -race a program that ends waits for a second, by default.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	// Live runs are kept; not in the home of whoever runs the tests.
	state, err := os.MkdirTemp("", "leaktop-state-")
	if err != nil {
		panic(err)
	}
	os.Setenv("XDG_STATE_HOME", state)
	sidebyside.Set(4) // most of them wait for a program that runs in real time
	code := m.Run()
	os.RemoveAll(state)
	os.Exit(code)
}

const (
	// longest is what any input may take until it is refused or shown.
	longest = 20 * time.Second
	// largest is the memory that it may take, in KiB.
	largest = 900_000
)

// process is one run of leaktop that has ended. Its streams are no terminal.
type process struct {
	args           []string
	code           int
	stdout, stderr string
	peak           int64 // of its memory, in KiB; 0 unknown
}

// leaktop runs the program in the current directory, and fails the test if it
// takes too long, too much memory, or dies.
func leaktop(t *testing.T, args ...string) process {
	t.Helper()
	return leaktopReading(t, nil, args...)
}

// leaktopReading is leaktop with something to read on its standard input.
func leaktopReading(t *testing.T, stdin io.Reader, args ...string) process {
	t.Helper()
	return leaktopWithin(t, longest, stdin, args...)
}

// leaktopWithin is leaktopReading of what is asked to take longer than any input may.
func leaktopWithin(t *testing.T, limit time.Duration, stdin io.Reader, args ...string) process {
	t.Helper()
	return leaktopKeeping(t, "", limit, stdin, args...)
}

// leaktopKeeping is leaktopWithin with a state directory of its own, "" for the one
// of all tests.
func leaktopKeeping(t *testing.T, state string, limit time.Duration, stdin io.Reader, args ...string) process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), executable(t), args...)
	cmd.Env = keepingIn(state)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if sidebyside.Race() {
		limit *= 3 // what it takes without is the promise
	}
	hung := time.AfterFunc(limit, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	if !hung.Stop() {
		t.Errorf("leaktop %q did not end within %s", args, limit)
	}
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	p := process{args: args, code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	kib, known := peakMemory(cmd.ProcessState)
	p.peak = kib
	if known && !sidebyside.Race() && kib > largest {
		t.Errorf("leaktop %q took %d KiB, want at most %d", args, kib, largest)
	}
	t.Logf("leaktop %q: code %d after %s with %d KiB\n%s", args, p.code, time.Since(begun).Round(time.Millisecond), kib, p.stderr)
	return p
}

// keepingIn is the environment of a program that keeps its runs in a state
// directory, "" for the one of all tests. Unlike t.Setenv it leaves that of other
// tests alone, which may run at the same time.
func keepingIn(state string) []string {
	if state == "" {
		return nil // as it is
	}
	return append(os.Environ(), "XDG_STATE_HOME="+state)
}

func executable(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// plainError is the form of an error: leaktop: WHAT: WHY; WHAT TO DO.
var plainError = regexp.MustCompile(`^leaktop: \S.*: \S.*; \S.*\n$`)

// refused checks that the input was refused with one plain line that holds
// some words, and that nothing was said on standard output.
func (p process) refused(t *testing.T, code int, words ...string) {
	t.Helper()
	if p.code != code {
		t.Errorf("exit code %d, want %d", p.code, code)
	}
	if p.stdout != "" {
		t.Errorf("standard output holds %q, want nothing", p.stdout)
	}
	assertPlainError(t, p.stderr)
	for _, word := range words {
		if !strings.Contains(p.stderr, word) {
			t.Errorf("standard error does not say %q: %q", word, p.stderr)
		}
	}
}

func assertPlainError(t *testing.T, text string) {
	t.Helper()
	if !plainError.MatchString(text) {
		t.Errorf("standard error is not one line of the form \"leaktop: WHAT: WHY; WHAT TO DO\": %q", text)
	}
	assertPrintable(t, text)
}

// accepted checks that the input was shown and returns what was printed.
func (p process) accepted(t *testing.T) string {
	t.Helper()
	if p.code != exitClean {
		t.Errorf("exit code %d, want 0; standard error: %s", p.code, p.stderr)
	}
	if p.stderr != "" {
		t.Errorf("standard error holds %q, want nothing", p.stderr)
	}
	return p.stdout
}

// assertPrintable checks that nothing in a text can drive a terminal: only
// valid UTF-8, no control character but the newline, and no bidi control.
func assertPrintable(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("invalid UTF-8 in %q", text)
	}
	for i, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Errorf("%U at byte %d of %q", r, i, text)
			return
		}
	}
}
