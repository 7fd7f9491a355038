package sampler

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
)

// go127 is the toolchain of a target that has what Go 1.27 brought: the profile
// goroutineleak as it is, and labels in dumps and tracebacks. .ci/run fetches it.
const go127 = "go1.27.0"

// startProven builds the target with Go 1.27 and starts it. What it prints as it
// ends is in the buffer.
func startProven(t *testing.T) (*child, *bytes.Buffer) {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds the standard library of another Go version, which takes a minute")
	}
	environment := append(os.Environ(), "GOTOOLCHAIN="+go127)
	version := exec.Command("go", "version")
	version.Env = environment
	if out, err := version.CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s cannot be had: %v\n%s", go127, err, out)
		}
		t.Skipf("%s cannot be had: %v\n%s", go127, err, out)
	}
	// As a module of its own: what a program prints by default goes by the Go
	// version that its module asks for.
	dir := t.TempDir()
	source, err := os.ReadFile("testdata/proven/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"main.go": source, "go.mod": []byte("module proven\n\ngo 1.27.0\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	exe := filepath.Join(dir, "proven")
	build := exec.Command("go", "build", "-o", exe, ".")
	build.Dir, build.Env = dir, environment
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(exe)
	cmd.Stderr = &stderr
	return startCommand(t, cmd), &stderr
}

// leakedIn counts the goroutines that are proven leaked by the function that
// they were started with.
func leakedIn(table *snapshot.Table, s *snapshot.Snapshot) map[string]int64 {
	found := make(map[string]int64)
	for i, key := range s.Leaked.Keys {
		found[table.Entry(key.Stack).Function] += s.Leaked.Vector(i)[s.Leaked.Column(leakProfile)]
	}
	return found
}

// Go 1.27 looks anew at each fetch which goroutines are leaked: that one does not
// report a goroutine which another one did says nothing of whether it is there.
// Its dumps have labels, and so has the traceback of one that ends.
func TestAGo127Target(t *testing.T) {
	t.Parallel()
	c, stderr := startProven(t)
	l := watchLive(t, c.address, func(c *Config) { c.AllowDump, c.AllowLeakProfile = true, true })
	attached := await(l, "attached", func(snapshot.Attached) bool { return true })
	if runtime.GOOS == "linux" && attached.Info.GoVersion != go127 {
		t.Errorf("the target is of %q, want %s", attached.Info.GoVersion, go127)
	}
	const each = 7
	first := await(l, "leaked goroutines", func(e snapshot.Taken) bool { return e.Snapshot.Leaked != nil }).Snapshot
	if got, want := leakedIn(l.table, first), (map[string]int64{"main.forgotten": each, "main.waiting": each}); !maps.Equal(got, want) {
		t.Errorf("leaked are %v, want %v", got, want)
	}
	response, err := http.Get("http://" + c.address + "/recall")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	second := await(l, "those that are leaked still", func(e snapshot.Taken) bool {
		return e.Snapshot.Leaked != nil && e.Snapshot.Seq > first.Seq+1
	}).Snapshot
	if got, want := leakedIn(l.table, second), (map[string]int64{"main.forgotten": each}); !maps.Equal(got, want) {
		t.Errorf("leaked are %v, want %v", got, want)
	}
	there := int64(0)
	for i, key := range second.Goroutines.Keys {
		if l.table.Entry(key.Stack).Function == "main.waiting" {
			there += second.Goroutines.Vector(i)[0]
		}
	}
	if there != each {
		t.Errorf("%d of those that are reported no more are there, want %d", there, each)
	}

	dumped := await(l, "a dump", func(e snapshot.Taken) bool { return e.Snapshot.Dump != nil }).Snapshot
	l.end()
	checkLabels(t, l.table, dumped.Dump, each)

	if runtime.GOOS == "windows" {
		return // there is no SIGQUIT
	}
	if err := c.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	c.killed = true
	if err := c.cmd.Wait(); err == nil {
		t.Fatal("it did not end with a traceback")
	}
	table := snapshot.NewTable()
	d, err := decode.Goroutines(stderr, "stderr", table)
	if err != nil {
		t.Fatal(err)
	}
	checkLabels(t, table, d, each)
}

// checkLabels looks for the goroutines under a label in a dump.
func checkLabels(t *testing.T, table *snapshot.Table, d *snapshot.Dump, want int) {
	t.Helper()
	labelled := 0
	for _, g := range d.Goroutines {
		is := func(f snapshot.Frame) bool { return f.Function == "main.forgotten" }
		if !slices.ContainsFunc(table.Stack(g.Stack), is) {
			continue
		}
		labelled++
		if labels := table.Labels(g.Labels).String(); labels != "route=/orders ]:" || g.Status != "chan send" {
			t.Errorf("goroutine %d is in %q under %q", g.ID, g.Status, labels)
		}
	}
	if labelled != want {
		t.Errorf("%d goroutines are under the label, want %d", labelled, want)
	}
}
