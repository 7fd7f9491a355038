//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestQuitSignal sends SIGQUIT to each command that shows screens: the terminal
// comes back, and then all goroutines are printed, as Go does it.
func TestQuitSignal(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	startLeaky(t, address)
	run := recordedRun(t, 4)
	for _, c := range []struct {
		name, command, shows string
		env                  []string
		prepare              func(r *robot)
		goroutines           int // at least
	}{
		{"attach", "leaktop --every 1s " + address, "● live", nil, nil, 5},
		{"demo", "leaktop demo --every 1s", "● live", nil, nil, 5},
		{"open a file", "leaktop open " + run, "■ recorded", nil, nil, 5},
		{"pick a run", "leaktop open", "recorded runs", []string{"XDG_STATE_HOME=" + stateWith(t, run)}, nil, 3},
		{"with a prompt that has the cursor", "leaktop --every 1s " + address, "● live", nil, func(r *robot) { r.press("2", "/"); r.sees("filter /") }, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := sitDown(t, 100, 30, c.env...)
			before, set := r.modes(), r.settings()
			pid := r.starts(c.command + " 2>said")
			r.sees(c.shows)
			if c.prepare != nil {
				c.prepare(r)
			}
			if r.modes() == before {
				t.Fatal("the screens change nothing about the terminal, so this test is not able to see it restored")
			}
			signalled(t, pid, syscall.SIGQUIT)
			r.atPrompt()
			if now := r.modes(); now != before {
				t.Errorf("the terminal is left with %s, it had %s", now, before)
			}
			r.run(`echo "exit $?"`)
			r.sees("exit 2")
			if now := r.settings(); now != set {
				t.Errorf("the terminal is left set to %s, it was at %s", now, set)
			}
			said, err := os.ReadFile(filepath.Join(r.dir, "said"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(said), "SIGQUIT: quit\n") || strings.Contains(string(said), "\x1b") {
				t.Errorf("it says %.200q, want Go's own words", said)
			}
			if n := strings.Count(string(said), "\ngoroutine "); n < c.goroutines {
				t.Errorf("%d goroutines are printed, want at least %d", n, c.goroutines)
			}
		})
	}
}

// stateWith returns a state directory that has one recorded run.
func stateWith(t *testing.T, run string) string {
	t.Helper()
	state := t.TempDir()
	dir := filepath.Join(state, "leaktop")
	data, err := os.ReadFile(run)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(run)), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return state
}
