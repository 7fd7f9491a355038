package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostile are arguments that would drive the terminal if they came back as
// they are.
func hostile() []string {
	return []string{
		"\x1b]52;c;ZXZpbA==\a", // sets the clipboard
		"\x1b[2J",              // clears the screen
		"two\nlines",
		"carriage\rreturn",
		"\u202egnp.exe", // reads backwards
		"\u009b31m",     // the C1 form of ESC [
		"not \xff UTF-8",
	}
}

// TestUsage runs command lines that cannot be right: exit code 2.
func TestUsage(t *testing.T) {
	profile := recorded(t, "go-heap.pb.gz")
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no target", nil, "--help"},
		{"two targets", []string{"6060", "6061"}, "leaktop diff"},
		{"a file, watched", []string{profile, "--every", "1s"}, "--every"},
		{"two files to open", []string{"open", profile, profile}, "FILE"},
		{"an unknown command", []string{"wacth"}, "--help"},
		{"a command that is nearly one", []string{"chekc"}, "did you mean leaktop check?"},
		{"the same with its target", []string{"recrod", "6060", "-o", "x"}, "did you mean leaktop record?"},
		{"a flag that is nearly one", []string{"check", "6060", "--fromat", "json"}, "did you mean --format?"},
		{"an unknown flag", []string{"6060", "--colour"}, "--colour"},
		{"an unknown short flag", []string{"6060", "-x"}, "-x"},
		{"an unknown flag of diff", []string{"diff", "a", "b", "--colour"}, "--colour"},
		{"an unknown flag of demo", []string{"demo", "--colour"}, "--colour"},
		{"an unknown flag of version", []string{"version", "--colour"}, "--colour"},
		{"an argument of version", []string{"version", "6060"}, "version"},
		{"an argument of demo", []string{"demo", "6060"}, "demo"},
		{"an unknown mode of demo", []string{"demo", "--modes", "tusk"}, "tusk"},
		{"diff of nothing", []string{"diff"}, "BASE and CURRENT"},
		{"diff of one", []string{"diff", "localhost:1"}, "BASE and CURRENT"},
		{"diff of three", []string{"diff", profile, profile, profile}, "BASE and CURRENT"},
		{"an unknown format", []string{"diff", profile, profile, "--format", "xml"}, "markdown"},
		{"an unknown unit", []string{"diff", profile, profile, "--unit", "furlong"}, "exact"},
		{"an unknown sample type", []string{"diff", profile, profile, "--sample_index", "cpu"}, "inuse_space"},
		{"a negative limit", []string{"diff", profile, profile, "--limit", "-1"}, "--limit"},
		{"a limit that is no number", []string{"diff", profile, profile, "--limit", "few"}, "--limit"},
		{"a size that is none", []string{"diff", profile, profile, "--max-filesize", "large"}, "--max-filesize"},
		{"no size", []string{"diff", profile, profile, "--max-unpacked", "0"}, "--max-unpacked"},
		{"a timeout of nothing", []string{"diff", "127.0.0.1:1", "127.0.0.1:1", "--timeout", "0s"}, "--timeout"},
		{"a timeout that is no time", []string{"6060", "--timeout", "soon"}, "--timeout"},
		{"a header that is none", []string{"diff", "127.0.0.1:1", "127.0.0.1:1", "-H", "nonsense"}, "Name: value"},
		{"snapshots too often", []string{"6060", "--every", "10ms"}, "--every"},
		{"an unknown call to allow", []string{"6060", "--allow", "everything"}, "gc"},
		{"an unknown alert", []string{"6060", "--alert", "horn"}, "bell"},
		{"a handler that is no pattern", []string{"6060", "--handler", "("}, "regular expression"},
		{"a negative warm-up", []string{"6060", "--warmup", "-1s"}, "--warmup"},
		{"a memory limit that is none", []string{"6060", "--limit", "plenty"}, "--limit"},
		{"a source root of one directory", []string{"6060", "--source-root", "/src"}, "--source-root"},
		{"help on nothing", []string{"help", "nonsense"}, "--help"},
		{"a demo that only serves, watched", []string{"demo", "--serve", "127.0.0.1:0", "--every", "1s"}, "--every"},
		{"a demo that only lists, served", []string{"demo", "--serve", "127.0.0.1:0", "--list"}, "--list"},
		{"no terminal to attach on", []string{"127.0.0.1:1"}, "leaktop check"},
		{"no terminal for the demo", []string{"demo"}, "leaktop check"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaktop(t, c.args...).refused(t, exitUsage, c.says)
		})
	}
}

// TestHostileArguments hands in arguments that come back in the error.
func TestHostileArguments(t *testing.T) {
	profile := recorded(t, "go-heap.pb.gz")
	for _, evil := range hostile() {
		for _, c := range []struct {
			place string
			code  int
			args  []string
		}{
			{"target", exitUsage, []string{"http://" + evil}},
			{"command", exitUsage, []string{evil}},
			{"flag", exitUsage, []string{"--" + evil}},
			{"format", exitUsage, []string{"diff", profile, profile, "--format", evil}},
			{"sample type", exitUsage, []string{"diff", profile, profile, "--sample_index", evil}},
			{"mode", exitUsage, []string{"demo", "--modes", evil}},
			{"argument of demo", exitUsage, []string{"demo", evil}},
			{"target of check", exitUsage, []string{"check", "http://:1" + evil}},
			{"pattern of check", exitUsage, []string{"check", "6060", "--ignore", evil + "("}},
			{"verdict of check", exitUsage, []string{"check", "6060", "--fail-on", evil}},
			{"baseline of check", exitUnreachable, []string{"check", "6060", "--baseline", "./" + evil}},
			{"file", exitUnreachable, []string{"diff", "./" + evil, profile}},
			{"output", exitUnreachable, []string{"diff", profile, profile, "-o", filepath.Join(t.TempDir(), "missing", evil)}},
		} {
			t.Run(c.place+" "+strings.Map(visible, evil), func(t *testing.T) {
				t.Parallel()
				leaktop(t, c.args...).refused(t, c.code)
			})
		}
	}
}

// visible drops what a test's name should not hold.
func visible(r rune) rune {
	if r < 'a' || r > 'z' {
		return -1
	}
	return r
}

// TestOutput writes an export to a file. That no half file is left is tested
// with writeFile.
func TestOutput(t *testing.T) {
	t.Parallel()
	dir, profile := t.TempDir(), recorded(t, "go-heap.pb.gz")
	path := filepath.Join(dir, "diff.txt")
	diffTo := func(path string, more ...string) process {
		return leaktop(t, append([]string{"diff", profile, profile, "-o", path}, more...)...)
	}
	if said := diffTo(path).accepted(t); said != "" {
		t.Errorf("with -o, standard output holds %q", said)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if onScreen := leaktop(t, "diff", profile, profile).accepted(t); string(written) != onScreen {
		t.Errorf("-o wrote %q, standard output got %q", written, onScreen)
	}

	diffTo(path, "--format", "json").refused(t, exitUnreachable, path, "--force")
	assertFile(t, path, string(written))
	diffTo(path, "--format", "json", "--force").accepted(t)
	if replaced, _ := os.ReadFile(path); !strings.HasPrefix(string(replaced), "{") {
		t.Errorf("--force left %.40q", replaced)
	}

	diffTo(dir).refused(t, exitUnreachable, dir)
	diffTo(filepath.Join(dir, "missing", "diff.txt")).refused(t, exitUnreachable, "no such file or directory")
	diffTo(filepath.Join(path, "below-a-file")).refused(t, exitUnreachable, "not a directory")
	assertOnly(t, dir, "diff.txt")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out := leaktop(t, "version").accepted(t)
	if !strings.HasPrefix(out, "leaktop ") || strings.Count(out, "\n") != 1 {
		t.Errorf("version says %q", out)
	}
}

// TestHelp reaches every command's help, which is no error.
func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"check", "--help"}, {"diff", "--help"}, {"demo", "--help"}, {"version", "--help"}, {"help", "diff"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			out := leaktop(t, args...).accepted(t)
			if !strings.Contains(strings.ToLower(out), "usage") {
				t.Errorf("help shows no usage: %q", out)
			}
			assertPrintable(t, out) // it goes to a pipe here, so it has no colours
		})
	}
}

func TestDemoList(t *testing.T) {
	t.Parallel()
	out := leaktop(t, "demo", "--list").accepted(t)
	for _, want := range []string{"task", "mailbox", "lru", "workers"} {
		if !strings.Contains(out, want) {
			t.Errorf("the list lacks %s:\n%s", want, out)
		}
	}
}

// recorded returns the path of a recorded profile.
func recorded(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "fixtures", "profiles", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
