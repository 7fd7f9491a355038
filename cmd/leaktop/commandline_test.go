package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// The version is told wherever somebody looks for it.
func TestVersionFlags(t *testing.T) {
	want := leaktop(t, "version").accepted(t)
	if !strings.HasPrefix(want, "leaktop ") || !strings.Contains(want, runtime.GOOS+"/"+runtime.GOARCH) {
		t.Errorf("it is %q", want)
	}
	for _, flag := range []string{"--version", "-v"} {
		if got := leaktop(t, flag).accepted(t); got != want {
			t.Errorf("%s says %q, want %q", flag, got, want)
		}
	}
}

// Each shell is given a script, and what a command and a flag may be followed by.
func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if out := leaktop(t, "completion", shell).accepted(t); !strings.Contains(out, "__complete") {
			t.Errorf("the script for %s is\n%.300s", shell, out)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"che"}, "check\tSay whether a process leaks: a report and an exit code"},
		{[]string{"check", "6060", "--format", ""}, "junit"},
		{[]string{"show", "x", "--fail-on", "st"}, "stuck"},
		{[]string{"export", "x", "--format", "raw-d"}, "raw-dump"},
		{[]string{"--alert", "b"}, "bell"},
	} {
		p := leaktop(t, append([]string{"__complete"}, c.args...)...)
		if p.code != exitClean || !strings.Contains("\n"+p.stdout, "\n"+c.want) {
			t.Errorf("%q is completed by %q, want %q among it", c.args, p.stdout, c.want)
		}
	}
}

// The manual page holds every command and no mark of how flags are described.
func TestManualPage(t *testing.T) {
	out := leaktop(t, "man").accepted(t)
	for _, want := range []string{".TH LEAKTOP 1", "leaktop", "check", "Say whether a process leaks", "max\\-heap\\-growth"} {
		if !strings.Contains(out, want) && !strings.Contains(out, strings.ReplaceAll(want, "\\", "")) {
			t.Errorf("%q is not on it", want)
		}
	}
	if strings.Contains(out, "`") {
		t.Error("it has backquotes in it")
	}
	if man, err := exec.LookPath("man"); err == nil {
		cmd := exec.CommandContext(t.Context(), man, "-l", "-")
		cmd.Stdin = strings.NewReader(out)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if shown, err := cmd.Output(); err != nil || stderr.Len() > 0 || !bytes.Contains(shown, []byte("takes timed")) {
			t.Errorf("man shows it with %v and %q", err, stderr.String())
		}
	}
}

// Help tells what values flags take, and no line of it is wider than the screen.
func TestHelpOfFlags(t *testing.T) {
	for _, command := range []string{"", "check", "diff", "export", "open", "record", "show", "demo"} {
		args := []string{command, "--help"}
		if command == "" {
			args = args[1:]
		}
		_, flags, found := strings.Cut(leaktop(t, args...).accepted(t), "\n  FLAGS\n\n")
		if !found || !strings.Contains(flags, "--help") {
			t.Errorf("the help of %q has no flags", command)
		}
		for line := range strings.Lines(flags) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > unknownWidth {
				t.Errorf("the help of %q is too wide: %q", command, line)
			}
			if strings.Contains(line, "string") {
				t.Errorf("the help of %q names no value: %q", command, line)
			}
		}
	}
	out := leaktop(t, "check", "--help").accepted(t)
	for _, want := range []string{"-o, --output FILE", "--every duration", "--max-heap-growth SIZE", "text, json"} {
		if !strings.Contains(out, want) {
			t.Errorf("the help of check does not say %q:\n%s", want, out)
		}
	}
}

// A number that is a process's and no port's is said to be one, with its ports.
func TestPIDInThePlaceOfAPort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked for on Linux")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	pid := fmt.Sprint(os.Getpid())
	if c, err := net.Dial("tcp", "127.0.0.1:"+pid); err == nil {
		c.Close()
		t.Skipf("something listens on port %s", pid)
	}
	says := fmt.Sprintf("%s is the process leaktop.test, not a port", pid)
	leaktop(t, "check", pid, "--for", "1s").refused(t, exitUnreachable, says, fmt.Sprint(port))
	leaktop(t, "diff", pid, pid).refused(t, exitUnreachable, says)
}
