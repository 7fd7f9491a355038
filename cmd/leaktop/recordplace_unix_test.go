//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leaktop/capture/session"
)

// startedRecording is a recording under way, with a snapshot in its file.
func startedRecording(t *testing.T, path string, args ...string) (cmd *exec.Cmd, stderr *said) {
	t.Helper()
	stderr = new(said)
	cmd = exec.CommandContext(t.Context(), executable(t), append([]string{"record", steady(t), "-o", path, "--every", "1s"}, args...)...)
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, mostWatched, "it has a snapshot", func() bool { return snapshotsOf(t, path) > 0 })
	return cmd, stderr
}

// snapshotsOf counts those in a session file, 0 where there is none.
func snapshotsOf(t *testing.T, path string) int {
	t.Helper()
	runs, err := session.Recent(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		if run.Path == path {
			return run.Snapshots
		}
	}
	return 0
}

// A recording whose file is removed is not lost.
func TestRecordingIsRemoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run.leaktop")
	cmd, stderr := startedRecording(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	until(t, mostWatched, "it is there again", func() bool { return snapshotsOf(t, path) > 1 })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitClean || strings.Count(stderr.String(), "it has been put back") != 1 {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if run := readRun(t, path); len(run.snapshots) < 2 || run.snapshots[0] != 1 || run.damage != "" || !run.ended {
		t.Errorf("the file has %+v", run)
	}
}

// Two recordings never write one file: the second is refused, also by force; and
// where the first one's file was moved away, each has its own.
func TestTwoRecordingsOfOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run.leaktop")
	first, stderr := startedRecording(t, path)
	if p := leaktop(t, "record", steady(t), "-o", path, "--for", "1s", "--every", "1s", "--force"); p.code != exitUnreachable || !strings.Contains(p.stderr, "a run is being recorded in it") {
		t.Errorf("by force, the second ends with exit code %d: %s", p.code, p.stderr)
	}
	moved := filepath.Join(filepath.Dir(path), "moved.leaktop")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	// Whichever comes first, the second recording or the first one that puts its
	// file there again: neither touches what the other has.
	second := leaktop(t, "record", steady(t), "-o", path, "--for", "1s", "--every", "1s")
	time.Sleep(100 * time.Millisecond)
	if err := first.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	switch code := first.ProcessState.ExitCode(); {
	case second.code == exitClean && (code != exitUnreachable || !strings.Contains(stderr.String(), "another file was put in its place")):
		t.Errorf("replaced, the first ends with exit code %d: %s", code, stderr.String())
	case second.code != exitClean && (code != exitClean || !strings.Contains(second.stderr, "the file exists")):
		t.Errorf("put there again, the first ends with exit code %d, and the second with %d: %s", code, second.code, second.stderr)
	}
	if run := readRun(t, path); len(run.snapshots) == 0 || run.damage != "" || !run.ended {
		t.Errorf("the file has %+v", run)
	}
	if run := readRun(t, moved); len(run.snapshots) == 0 || run.damage != "" {
		t.Errorf("the one that was moved has %+v", run)
	}
}
