package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
)

// TestExport writes a recorded run in every format.
func TestExport(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 14)
	for format, holds := range map[string]string{
		"markdown":   "LEAK: 1 leak, 1 growing",
		"text":       "LEAK: 1 leak, 1 growing",
		"json":       `"verdict":"leak"`,
		"html":       "cache.(*Store).Put",
		"svg":        "cache.(*Store).Put",
		"folded":     "net/http.(*conn).serve;orders.Create;cache.(*Store).Put",
		"speedscope": "cache.(*Store).Put",
		"csv":        "cache.(*Store).Put",
		"raw-heap":   "raw heap 2026-03-01 12:03:15",
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			out := leaktop(t, "export", path, "--format", format).accepted(t)
			if !strings.Contains(out, holds) {
				t.Errorf("it lacks %q:\n%s", holds, out)
			}
			if format == "json" {
				assertCleanJSON(t, []byte(out))
			}
		})
	}
	t.Run("pprof", func(t *testing.T) {
		t.Parallel()
		out := filepath.Join(t.TempDir(), "diff.pb.gz")
		leaktop(t, "export", path, "--format", "pprof", "-o", out).accepted(t)
		if top := pprofTop(t, out); !strings.Contains(top, "520MB") || !strings.Contains(top, "cache.(*Store).Put") {
			t.Errorf("go tool pprof -top shows:\n%s", top)
		}
	})
	t.Run("the default is Markdown", func(t *testing.T) {
		t.Parallel()
		if out := leaktop(t, "export", path).accepted(t); !strings.HasPrefix(out, "### leaktop: LEAK: 1 leak, 1 growing\n") {
			t.Errorf("got %.60q", out)
		}
	})
	t.Run("curves as a table", func(t *testing.T) {
		t.Parallel()
		out := leaktop(t, "export", path, "--format", "csv", "--table", "curves").accepted(t)
		if rows := strings.Count(out, "\n"); rows != 15 || !strings.Contains(out, "251658240") {
			t.Errorf("%d lines, want a head and 14 points:\n%s", rows, out)
		}
	})
}

// exportedRun is what the tests look at of an exported report.
type exportedRun struct {
	Window struct {
		From, To  string
		Snapshots int
		GCCycles  int `json:"gc_cycles"`
		Restarts  int
	}
	Verdict  string
	Findings []json.RawMessage
	Changes  struct{ Heap, Goroutines []change }
}

func exportJSON(t *testing.T, args ...string) (exportedRun, process) {
	t.Helper()
	p := leaktop(t, append([]string{"export", "--format", "json"}, args...)...)
	var e exportedRun
	if err := json.Unmarshal([]byte(p.stdout), &e); err != nil {
		t.Fatalf("exit code %d, %v: %s", p.code, err, p.stderr)
	}
	return e, p
}

// Of two snapshots in the middle, all is as it was at the later one.
func TestExportOfTwoSnapshots(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 14)
	e, _ := exportJSON(t, path, "--base", "3", "--current", "5")
	if e.Window.Snapshots != 3 || e.Window.GCCycles != 6 || e.Window.Restarts != 0 {
		t.Errorf("the window is %+v, want 3 snapshots and 6 GCs", e.Window)
	}
	if len(e.Changes.Goroutines) != 1 || e.Changes.Goroutines[0].Delta != 40.0 {
		t.Errorf("changes of goroutines %+v, want one of 40", e.Changes.Goroutines)
	}
	if early, _ := exportJSON(t, path, "--base", "1", "--current", "3"); early.Verdict != "growing" {
		t.Errorf("the verdict is %q, want what three snapshots told: growing", early.Verdict)
	}
	if e.Verdict != "leak" {
		t.Errorf("the verdict is %q, want what five snapshots told of the senders: leak", e.Verdict)
	}
	if whole, _ := exportJSON(t, path); whole.Verdict != "leak" || whole.Window.Snapshots != 14 {
		t.Errorf("of the whole run the verdict is %q and the window %+v, want a leak and 14 snapshots", whole.Verdict, whole.Window)
	}
}

// A target that has no goroutines to list gives whole snapshots all the same.
func TestExportOfATargetWithoutGoroutines(t *testing.T) {
	t.Parallel()
	r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
	r.heapOnly = true
	for range 9 {
		r.take()
	}
	r.close()
	if e, _ := exportJSON(t, r.path); e.Window.Snapshots != 9 {
		t.Errorf("the window is %+v, want 9 snapshots", e.Window)
	}
	if e, _ := exportJSON(t, r.path, "--base", "3", "--current", "5"); e.Window.Snapshots != 3 {
		t.Errorf("the window is %+v, want 3 snapshots", e.Window)
	}
	p := leaktop(t, "diff", r.path+"#3", r.path+"#5", "--format", "json")
	var d exportedRun
	if err := json.Unmarshal([]byte(p.stdout), &d); err != nil || d.Window.Snapshots != 2 {
		t.Errorf("a diff has the window %+v (%v), want 2 snapshots", d.Window, err)
	}
	if out := leaktop(t, "export", r.path, "--format", "markdown").stdout; !strings.Contains(out, ": 9 snapshots") {
		t.Errorf("the report does not tell of 9 snapshots:\n%s", out)
	}
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	path, one := recordedRun(t, 5), recordedRun(t, 1)
	profile := put(t, "heap.pb.gz", packedProfile(t, sampled(heapTypes())))
	taken := put(t, "taken.md", []byte("mine"))
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no file", nil, exitUsage, "a session file"},
		{"no such file", []string{"missing.leaktop"}, exitUnreachable, "there is no such file"},
		{"a directory", []string{t.TempDir()}, exitUnreachable, "directory"},
		{"a profile as it was fetched", []string{profile, "--format", "raw-heap"}, exitUsage, "not a session file"},
		{"snapshots of a profile", []string{profile, "--base", "1"}, exitUsage, "leaktop diff"},
		{"a snapshot's name", []string{path + "#3"}, exitUsage, "--base and --current"},
		{"no such snapshot", []string{path, "--current", "40"}, exitUnreachable, "no snapshot #40; it has #1 to #5"},
		{"no such base", []string{path, "--base", "40"}, exitUnreachable, "no snapshot #40"},
		{"one snapshot", []string{one}, exitUnreachable, "one snapshot"},
		{"the same twice", []string{path, "--base", "2", "--current", "2"}, exitUsage, "nothing to compare"},
		{"a negative number", []string{path, "--base", "-2"}, exitUsage, "--base"},
		{"an unknown format", []string{path, "--format", "xml"}, exitUsage, "raw-heap"},
		{"raw and anonymised", []string{path, "--format", "raw-heap", "--anonymise"}, exitUsage, "names and all"},
		{"raw with a base", []string{path, "--format", "raw-heap", "--base", "1"}, exitUsage, "--current"},
		{"raw that is not kept", []string{path, "--format", "raw-dump"}, exitUnreachable, "no raw goroutine dump is kept"},
		{"a file that exists", []string{path, "-o", taken}, exitUnreachable, "--force"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaktop(t, append([]string{"export"}, c.args...)...).refused(t, c.code, c.says)
		})
	}
}

// A file that was cut anywhere is exported as far as it is whole, or refused in
// one line; it is not changed.
func TestExportOfACutSession(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 9)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for part := 1; part < 8; part++ {
		cut := cutTo(t, path, len(whole)*part/8)
		p := leaktop(t, "export", cut, "--format", "json")
		switch {
		case p.code == exitUnreachable:
			p.refused(t, exitUnreachable)
		case p.code != exitClean, !strings.Contains(p.stderr, "incomplete record"):
			t.Errorf("%d/8: exit code %d, and standard error says %q", part, p.code, p.stderr)
		default:
			assertCleanJSON(t, []byte(p.stdout))
		}
		if after, err := os.ReadFile(cut); err != nil || string(after) != string(whole[:len(after)]) {
			t.Errorf("%d/8: the file was changed", part)
		}
	}
}

// After a restart the processes are told apart, and the newest one is judged.
func TestExportAcrossARestart(t *testing.T) {
	t.Parallel()
	r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
	for range 5 {
		r.take()
	}
	r.apply(snapshot.Restarted{At: r.begun.Add(5 * recordingEvery), Evidence: "process start time moved"})
	r.run = 1
	for range 3 {
		r.take()
	}
	r.close()
	e, p := exportJSON(t, r.path)
	if e.Window.Restarts != 1 || e.Window.Snapshots != 8 {
		t.Errorf("the window is %+v, want 8 snapshots and a restart", e.Window)
	}
	text := leaktop(t, "export", r.path, "--format", "text").accepted(t)
	if !strings.Contains(text, "restarted in between: #1 and #8 are from two processes") {
		t.Errorf("the text does not say that it was restarted:\n%s", text)
	}
	if p.code != exitClean {
		t.Errorf("exit code %d", p.code)
	}
}

// What a person said is in the report, and in no anonymised one.
func TestExportSaysWhatWasSaid(t *testing.T) {
	t.Parallel()
	r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
	for range 5 {
		r.take()
	}
	r.apply(snapshot.Noted{Seq: 4, Text: "after the deploy", Pinned: true})
	r.close()
	for _, format := range []string{"text", "markdown", "html"} {
		if out := leaktop(t, "export", r.path, "--format", format).accepted(t); !strings.Contains(out, "pinned · after the deploy") {
			t.Errorf("%s lacks the note:\n%s", format, out)
		}
		if out := leaktop(t, "export", r.path, "--format", format, "--anonymise").accepted(t); strings.Contains(out, "deploy") || strings.Contains(out, "Store") || strings.Contains(out, "10.0.3.7") {
			t.Errorf("%s names what it should not:\n%s", format, out)
		}
	}
}

// A recorded run, replayed, gives the very findings that the live one ended with,
// byte for byte; after a restart as well.
func TestReplayFindsTheSame(t *testing.T) {
	t.Parallel()
	for name, restartAfter := range map[string]int{"one process": 0, "restarted": 6} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRecording(t, filepath.Join(t.TempDir(), "run.leaktop"), noon())
			for i := range 16 {
				if restartAfter > 0 && i == restartAfter {
					r.apply(snapshot.Restarted{At: r.begun.Add(time.Duration(i) * recordingEvery), Evidence: "process start time moved"})
					r.run = 1
				}
				r.take()
			}
			r.close()
			var live bytes.Buffer
			check := export.Check{Target: export.NewTarget("", time.Time{}, ""), Table: r.table, Judged: r.judged()}
			if err := export.JSON(&live, export.NewCheckReport(check)); err != nil {
				t.Fatal(err)
			}
			var want exportedRun
			if err := json.Unmarshal(live.Bytes(), &want); err != nil {
				t.Fatal(err)
			}
			got, _ := exportJSON(t, r.path)
			if len(want.Findings) == 0 {
				t.Fatal("nothing was found live, so that nothing is compared")
			}
			if got.Verdict != want.Verdict || len(got.Findings) != len(want.Findings) {
				t.Fatalf("replayed: %s with %d findings; live: %s with %d", got.Verdict, len(got.Findings), want.Verdict, len(want.Findings))
			}
			for i := range want.Findings {
				if string(got.Findings[i]) != string(want.Findings[i]) {
					t.Errorf("replayed:\n%s\nlive:\n%s", got.Findings[i], want.Findings[i])
				}
			}
		})
	}
}
