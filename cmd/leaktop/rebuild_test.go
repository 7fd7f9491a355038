package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// change is one of a report's, as far as these tests look.
type change struct {
	Stack []struct {
		Function string
		Line     int
	}
	Before, After, Delta any
	Status               string
}

// TestDiffAcrossARebuild builds a program twice, the second time with its lines
// shifted, its closures numbered anew, and one more allocation and two more
// senders: these alone differ.
func TestDiffAcrossARebuild(t *testing.T) {
	t.Parallel()
	before, after := profilesOf(t, "before"), profilesOf(t, "after")

	var heap struct{ Changes struct{ Heap []change } }
	report := leaktop(t, "diff", filepath.Join(before, "heap.pb.gz"), filepath.Join(after, "heap.pb.gz"), "--format", "json").accepted(t)
	if err := json.Unmarshal([]byte(report), &heap); err != nil {
		t.Fatal(err)
	}
	var changed []string
	for _, c := range heap.Changes.Heap {
		delta := c.Delta.(map[string]any)["inuse_space"].(float64)
		if delta > -4096 && delta < 4096 {
			continue // what the runtime itself keeps
		}
		changed = append(changed, c.Stack[0].Function+" "+c.Status)
		if c.Stack[0].Function == "main.load.func3" && c.Stack[0].Line == 45 && delta != 2*(128<<10) {
			t.Errorf("line 45 changed by %v bytes, want two of 128 KiB more", delta)
		}
	}
	if got, want := strings.Join(changed, ", "), "main.load.func3 changed"; got != want && got != want+", "+want {
		t.Errorf("changed: %s; want nothing but %s", got, want)
	}

	var routines struct{ Changes struct{ Goroutines []change } }
	report = leaktop(t, "diff", filepath.Join(before, "goroutine.pb.gz"), filepath.Join(after, "goroutine.pb.gz"), "--format", "json").accepted(t)
	if err := json.Unmarshal([]byte(report), &routines); err != nil {
		t.Fatal(err)
	}
	if c := routines.Changes.Goroutines; len(c) != 1 || c[0].Delta != 2.0 || c[0].Before != 7.0 || c[0].Status != "changed" {
		t.Errorf("changes of goroutines are %+v, want two more of the seven that wait to send", c)
	}

	for _, format := range []string{"text", "markdown"} {
		out := leaktop(t, "diff", filepath.Join(before, "goroutine.pb.gz"), filepath.Join(after, "goroutine.pb.gz"), "--format", format).accepted(t)
		for _, want := range []string{"builds differ", "moved: main.go:53 → main.go:69 (main.serve.func2, now main.serve.func3)"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s does not say %q:\n%s", format, want, out)
			}
		}
	}
}

// profilesOf builds one of the two programs and lets it write its profiles.
func profilesOf(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	program := filepath.Join(dir, name)
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./testdata/rebuild/"+name).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	if out, err := exec.CommandContext(t.Context(), program, dir).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return dir
}
