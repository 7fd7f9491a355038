package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sides are the times of a diff's window, and the change of its largest row.
type sides struct {
	Window  struct{ From, To string }
	Changes struct{ Heap, Goroutines []change }
}

func diffJSON(t *testing.T, args ...string) (sides, process) {
	t.Helper()
	p := leaktop(t, append([]string{"diff", "--format", "json"}, args...)...)
	if p.code != exitClean {
		t.Fatalf("exit code %d: %s", p.code, p.stderr)
	}
	assertCleanJSON(t, []byte(p.stdout))
	var s sides
	if err := json.Unmarshal([]byte(p.stdout), &s); err != nil {
		t.Fatal(err)
	}
	return s, p
}

// Snapshots are named by number, by time, or as the first and the last.
func TestDiffOfASession(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 9) // 12:00:00, 12:00:15, … 12:02:00
	for _, c := range []struct {
		name string
		args []string
		grew float64 // goroutines
		says string  // on standard error
	}{
		{"the file alone", []string{path}, 160, ""},
		{"numbers", []string{path + "#3", path + "#5"}, 40, ""},
		{"the last by the file's name", []string{path + "#8", path}, 20, ""},
		{"backwards", []string{path, path + "#8"}, -20, ""},
		{"times", []string{path + "@12:00:15", path + "@12:01:00"}, 60, ""},
		{"the one before a time", []string{path + "@12:00:20", path + "@12:01"}, 60, "@12:00:20: the snapshot before that is used, #2 of 2026-03-01 12:00:15"},
		{"a time after the end", []string{path + "#1", path + "@13:00:00"}, 160, "#9 of 2026-03-01 12:02:00"},
		{"a date", []string{path + "@2026-03-01T12:00:15", path}, 140, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, p := diffJSON(t, c.args...)
			if len(s.Changes.Goroutines) != 1 || s.Changes.Goroutines[0].Delta != c.grew {
				t.Errorf("changes of goroutines %+v, want one of %v", s.Changes.Goroutines, c.grew)
			}
			if len(s.Changes.Heap) != 1 || s.Changes.Heap[0].Stack[0].Function != "cache.(*Store).Put" {
				t.Errorf("changes of the heap %+v, want one of the store", s.Changes.Heap)
			}
			if c.says == "" && p.stderr != "" || !strings.Contains(p.stderr, c.says) {
				t.Errorf("standard error is %q, want %q", p.stderr, c.says)
			}
		})
	}
}

// With --fail-on the whole run up to the current snapshot is judged, whatever the
// base is; and two files alone by what they tell.
func TestDiffJudgesTheRecordedRun(t *testing.T) {
	t.Parallel()
	path, other := recordedRun(t, 14), recordedRun(t, 14)
	same := filepath.Join(filepath.Dir(path), ".", "again.leaktop")
	if err := os.Symlink(path, same); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says []string // on standard error
	}{
		{[]string{path, "--fail-on", "leak"}, exitLeak, []string{"LEAK: 1 leak, 1 growing", "the verdict is on the run up to " + path + "#14"}},
		{[]string{path + "#13", path + "#14", "--fail-on", "leak"}, exitLeak, []string{"LEAK: 1 leak, 1 growing"}},
		{[]string{path + "#13", same, "--fail-on", "leak"}, exitLeak, []string{"LEAK: 1 leak, 1 growing"}},
		{[]string{path + "#1", path + "#3", "--fail-on", "leak"}, exitClean, []string{"GROWING: ", "the run up to " + path + "#3"}},
		{[]string{path + "#1", path + "#3", "--fail-on", "growing"}, exitLeak, []string{"GROWING: "}},
		{[]string{path, path + "#1", "--fail-on", "leak"}, exitInconclusive, []string{"INCONCLUSIVE: ", "the run up to " + path + "#1\n"}},
		{[]string{other + "#1", path, "--fail-on", "leak"}, exitInconclusive, []string{"INCONCLUSIVE: "}},
	} {
		p := leaktop(t, append([]string{"diff", "--format", "csv"}, c.args...)...)
		if p.code != c.code {
			t.Errorf("diff %q ends with exit code %d, want %d: %s", c.args, p.code, c.code, p.stderr)
		}
		for _, want := range c.says {
			if !strings.Contains(p.stderr, want) {
				t.Errorf("diff %q says %q, want %q", c.args, p.stderr, want)
			}
		}
	}
}

// A session file that names a snapshot which is not there is refused with what is.
func TestDiffRefusesSnapshotsThatAreNotThere(t *testing.T) {
	t.Parallel()
	path, one := recordedRun(t, 9), recordedRun(t, 1)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := cutTo(t, path, 300)
	for _, c := range []struct {
		name string
		args []string
		code int
		says []string
	}{
		{"no such number", []string{path + "#12", path}, exitUnreachable, []string{"no snapshot #12", "#1 to #9"}},
		{"no number", []string{path + "#last", path}, exitUsage, []string{`"last" is not the number of a snapshot`}},
		{"negative", []string{path + "#-1", path}, exitUsage, []string{"not the number of a snapshot"}},
		{"before the first", []string{path + "@11:59:59", path}, exitUnreachable, []string{"no snapshot at or before 11:59:59", "the first is #1, 2026-03-01 12:00:00"}},
		{"no time", []string{path + "@noon", path}, exitUsage, []string{`"noon" is not a time`}},
		{"one snapshot alone", []string{one}, exitUnreachable, []string{"one snapshot", "nothing to compare", "leaktop show"}},
		{"no snapshot", []string{header}, exitUnreachable, []string{"no complete snapshot"}},
		{"an address alone", []string{"localhost:1"}, exitUsage, []string{"BASE and CURRENT"}},
		{"no session file", []string{put(t, "x.leaktop", []byte("not one")), path}, exitUnreachable, []string{"not a leaktop session file"}},
		{"empty", []string{put(t, "x.leaktop", nil), path}, exitUnreachable, []string{"empty"}},
		{"a newer version", []string{put(t, "newer.leaktop", newerVersion(whole)), path}, exitUnreachable, []string{"newer"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaktop(t, append([]string{"diff"}, c.args...)...).refused(t, c.code, c.says...)
		})
	}
}

// A file whose own name has # in it is taken by its name.
func TestDiffOfAFileWithANumberInItsName(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 3)
	odd := filepath.Join(filepath.Dir(path), "run#1")
	if err := os.Rename(path, odd); err != nil {
		t.Fatal(err)
	}
	s, _ := diffJSON(t, odd+"#2", odd)
	if len(s.Changes.Goroutines) != 1 || s.Changes.Goroutines[0].Delta != 20.0 {
		t.Errorf("changes %+v, want those from #2 to #3", s.Changes.Goroutines)
	}
}

// What is whole of a cut file is compared, and what is not is told.
func TestDiffOfACutSession(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 9)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	_, p := diffJSON(t, cutTo(t, path, int(info.Size())*2/3))
	if !strings.Contains(p.stderr, "incomplete record") || strings.Count(p.stderr, "\n") != 1 {
		t.Errorf("standard error is %q, want one line about the end that is missing", p.stderr)
	}
}
