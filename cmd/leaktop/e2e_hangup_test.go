//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestHangup closes the terminal under the program in the ways there are: it
// ends, and its session file is whole.
func TestHangup(t *testing.T) {
	t.Parallel()
	address := steady(t) // for a busy machine: a real one is asked less often the slower it answers
	for _, c := range []struct {
		name  string
		close func(r *robot, pid int)
	}{
		{"the window is closed", func(r *robot, _ int) { r.tmux("kill-pane") }},
		{"the terminal's server dies", func(r *robot, _ int) { r.command("kill-server").Run() }},
		{"while it is stopped", func(r *robot, pid int) {
			signalled(r.t, pid, syscall.SIGTSTP)
			halted(r.t, pid)
			r.tmux("kill-pane")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			r := sitDown(t, 100, 30, "XDG_STATE_HOME="+state)
			r.tmux("set", "-g", "exit-empty", "off") // so that there is a server to end
			pid := r.starts("leaktop --every 1s " + address)
			r.waits("a second snapshot", func(s screen) bool { return s.has("● live") && newest(t, s) > 1 })
			c.close(r, pid)
			until(t, longest, "leaktop has ended", func() bool { return !alive(pid) })
			files, err := filepath.Glob(filepath.Join(state, "leaktop", "*"))
			if err != nil || len(files) != 1 {
				t.Fatalf("the state directory holds %q (%v), want one session", files, err)
			}
			if run := readRun(t, files[0]); len(run.snapshots) < 2 || run.damage != "" || !run.ended {
				t.Errorf("the session holds %d snapshots, is damaged: %q, ended: %v", len(run.snapshots), run.damage, run.ended)
			}
		})
	}
}

// TestNohup records on after the terminal is gone, where nohup asked for that.
func TestNohup(t *testing.T) {
	t.Parallel()
	address := steady(t) // for a busy machine: a real one is asked less often the slower it answers
	path := filepath.Join(t.TempDir(), "night.leaktop")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `trap "" HUP; exec "$0" "$@"`, executable(t), "record", address, "-o", path, "--every", "1s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	grown := func() {
		t.Helper()
		size := func() int64 {
			info, err := os.Stat(path)
			if err != nil {
				return 0
			}
			return info.Size()
		}
		before := size()
		until(t, mostWatched, "the recording grows", func() bool { return size() > before })
	}
	grown()
	signalled(t, cmd.Process.Pid, syscall.SIGHUP)
	grown()
	grown()
	signalled(t, cmd.Process.Pid, syscall.SIGINT)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if run := readRun(t, path); run.damage != "" || !run.ended {
		t.Errorf("the recording is damaged: %q, ended: %v", run.damage, run.ended)
	}
}
