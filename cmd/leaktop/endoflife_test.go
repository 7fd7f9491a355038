package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// dyingRun is a session file of a target that gives no profiles in its first and
// its last two snapshots, of 12, and no goroutine profile in the one before those.
func dyingRun(t *testing.T) string {
	t.Helper()
	r := startRecording(t, filepath.Join(t.TempDir(), "dying.leaktop"), noon())
	for seq := 1; seq <= 12; seq++ {
		r.dying, r.heapOnly = seq == 1 || seq > 10, seq == 10
		r.take()
	}
	r.close()
	return r.path
}

// What a recording has of a target that gave no profiles at its end is compared,
// and said; findings and curves are those of the whole run.
func TestRecordingOfADyingTarget(t *testing.T) {
	t.Parallel()
	path := dyingRun(t)
	notes := []string{
		"#2 of 2026-03-01 12:00:15 is used, the first snapshot that has profiles: #1, the very first, has no profiles (heap profile: 500 Internal Server Error)",
		"#10 of 2026-03-01 12:02:15 is used, the last snapshot that has profiles: #12, the very last, has no profiles (heap profile: 500 ",
		"#10 has no goroutine profile: that of #9, 2026-03-01 12:02:00, is used",
	}
	for _, c := range []struct {
		args []string
		out  []string
	}{
		{[]string{"export", path, "--format", "text"}, []string{"cache.(*Store).Put", "notify.(*Sender).Push", "LEAK"}},
		{[]string{"export", path, "--format", "csv", "--table", "curves"}, []string{"2026-03-01T"}},
		{[]string{"export", path, "--format", "csv", "--table", "findings"}, []string{"notify"}},
		{[]string{"diff", path}, []string{"cache.(*Store).Put", "notify.(*Sender).Push"}},
		{[]string{"diff", path, "--fail-on", "growing"}, []string{"LEAK"}},
	} {
		p := leaktop(t, c.args...)
		if p.code != exitClean && p.code != exitLeak {
			t.Errorf("%q ends with exit code %d: %s", c.args, p.code, p.stderr)
		}
		for _, want := range c.out {
			if !strings.Contains(p.stdout, want) {
				t.Errorf("%q prints nothing of %q", c.args, want)
			}
		}
		for _, want := range notes {
			if !strings.Contains(p.stderr, want) {
				t.Errorf("%q does not say %q: %s", c.args, want, p.stderr)
			}
		}
	}
	s, _ := diffJSON(t, path)
	const mib = 1 << 20
	if len(s.Changes.Heap) != 1 || s.Changes.Heap[0].Delta.(map[string]any)["inuse_space"] != float64(8*40*mib) {
		t.Errorf("changes of the heap %+v, want those from #2 to #10", s.Changes.Heap)
	}
	if len(s.Changes.Goroutines) != 1 || s.Changes.Goroutines[0].Delta != 7*20.0 {
		t.Errorf("changes of the goroutines %+v, want those from #2 to #9", s.Changes.Goroutines)
	}
}

// The last snapshot as one side of a diff is the last that has something to
// compare, whichever side it is and whatever the other.
func TestLastOfADyingTargetAsASide(t *testing.T) {
	t.Parallel()
	path, other := dyingRun(t), recordedRun(t, 3)
	for _, args := range [][]string{{path, other}, {other, path}, {path + "#3", path}} {
		s, p := diffJSON(t, args...)
		if len(s.Changes.Heap) == 0 || len(s.Changes.Goroutines) == 0 {
			t.Errorf("diff %q compares %+v", args, s.Changes)
		}
		if want := "#10 of 2026-03-01 12:02:15 is used, the last snapshot that has profiles"; !strings.Contains(p.stderr, want) {
			t.Errorf("diff %q says %q, want %q", args, p.stderr, want)
		}
	}
	p := leaktop(t, "export", path, "--format", "raw-heap")
	if want := "raw heap 2026-03-01 12:02:15"; !strings.HasPrefix(p.stdout, want) || !strings.Contains(p.stderr, "that of #10 is used") {
		t.Errorf("raw-heap is %q, and it says %q", p.stdout, p.stderr)
	}
}

// A snapshot that is named is taken or refused: with what it has, and with where
// there is more.
func TestNamedSnapshotsWithoutProfiles(t *testing.T) {
	t.Parallel()
	path, dump := dyingRun(t), put(t, "dump.txt", []byte("goroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1\n"))
	const where = "a heap profile is in #2 to #10, a goroutine profile is in #2 to #9"
	nothing := t.TempDir()
	r := startRecording(t, filepath.Join(nothing, "none.leaktop"), noon())
	r.dying = true
	r.take()
	r.take()
	r.close()
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"export", path, "--current", "12"}, []string{"#12: it has no profiles (heap profile: 500", where}},
		{[]string{"export", path, "--base", "1"}, []string{"#1: it has no profiles", where}},
		{[]string{"diff", path + "#3", path + "#12"}, []string{"#12: it has no profiles", where}},
		{[]string{"diff", path + "@12:02:45", path}, []string{"#12: it has no profiles", where}},
		{[]string{"diff", path + "#10", dump}, []string{"one holds a heap profile, the other a goroutine profile", where}},
		{[]string{"export", r.path}, []string{"none of its 2 snapshots has a profile to compare (heap profile: 500"}},
		{[]string{"diff", r.path}, []string{"none of its 2 snapshots has a profile to compare"}},
	} {
		leaktop(t, c.args...).refused(t, exitUnreachable, c.says...)
	}
}
