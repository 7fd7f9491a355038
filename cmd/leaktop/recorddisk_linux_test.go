package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A recording whose disk is full says so once and goes on. What was finished can
// be read; once there is room again, so does the file.
func TestRecordToAFullDisk(t *testing.T) {
	t.Parallel()
	t.Run("a limit on files", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "run.leaktop")
		target := steady(t)
		var out []byte
		var err error
		// On a busy machine snapshots are rare, and may all fit.
		for span := 8 * time.Second; span <= mostWatched && !strings.Contains(string(out), "file too large"); span *= 2 {
			// In blocks of 512 bytes: some snapshots fit.
			script := fmt.Sprintf("ulimit -f 5; exec \"$0\" record %s -o %s --every 1s --for %s --force", target, path, span)
			out, err = exec.CommandContext(t.Context(), "/bin/sh", "-c", script, executable(t)).CombinedOutput()
		}
		exit, ok := err.(*exec.ExitError)
		if !ok || exit.ExitCode() != exitUnreachable || strings.Count(string(out), "this run is not recorded in full: ") != 1 || !strings.Contains(string(out), "file too large") {
			t.Errorf("it ends with %v: %s", err, out)
		}
		run := readRun(t, path)
		if len(run.snapshots) == 0 || run.damage != "" { // whatever part of a record did fit
			t.Errorf("the file has %+v", run)
		}
	})
	t.Run("a small disk", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
			t.Logf("only root may mount a disk to fill (%v)", err)
			return
		}
		defer syscall.Unmount(dir, syscall.MNT_DETACH)
		path, filler := filepath.Join(dir, "run.leaktop"), filepath.Join(dir, "filler")
		cmd, stderr := startedRecording(t, path)
		before := snapshotsOf(t, path)
		// All but what is left of the file's own last page.
		if err := os.WriteFile(filler, make([]byte, 256<<10), 0o600); err == nil {
			t.Error("the disk is not full")
		}
		until(t, mostWatched, "it says that the disk is full", func() bool { return strings.Contains(stderr.String(), "no space left on device") })
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		full := snapshotsOf(t, path)
		until(t, mostWatched, "it goes on", func() bool { return snapshotsOf(t, path) > full+1 })
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitUnreachable || strings.Count(stderr.String(), "this run is not recorded in full: ") != 1 {
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
		run := readRun(t, path)
		if len(run.snapshots) < full+2 || full < before || run.damage != "" || !run.ended {
			t.Errorf("the file has %+v, and had %d snapshots before and %d when it was full", run, before, full)
		}
	})
}
