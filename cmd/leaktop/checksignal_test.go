//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// interrupted runs leaktop until something holds, and then interrupts it.
func interrupted(t *testing.T, args []string, ready func(stderr string) bool) process {
	t.Helper()
	return interruptedKeeping(t, "", args, ready)
}

// interruptedKeeping is interrupted with a state directory, as leaktopKeeping has it.
func interruptedKeeping(t *testing.T, state string, args []string, ready func(stderr string) bool) process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), executable(t), args...)
	cmd.Env = keepingIn(state)
	var stdout bytes.Buffer
	var stderr said
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, mostWatched, "leaktop is to be interrupted", func() bool { return ready(stderr.String()) })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	hung := time.AfterFunc(longest, func() { cmd.Process.Kill() })
	cmd.Wait()
	if !hung.Stop() {
		t.Errorf("leaktop %q did not end within %s of the interrupt", args, longest)
	}
	return process{args: args, code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// TestCheckInterrupted ends a check early: the report is of what was seen.
func TestCheckInterrupted(t *testing.T) {
	t.Parallel()
	p := interrupted(t, []string{"check", "--for", "1h", "--every", "1h", steady(t)},
		func(stderr string) bool { return strings.Contains(stderr, "watched for 1h") })
	if p.code != exitInconclusive || !strings.Contains(p.stdout, "INCONCLUSIVE: ") {
		t.Errorf("exit code %d with the report\n%s\nwant %d", p.code, p.stdout, exitInconclusive)
	}

	p = interrupted(t, []string{"check", "--wait", nothingListens(t)},
		func(stderr string) bool { return strings.Contains(stderr, "no answer since") })
	_, last, _ := strings.Cut(p.stderr, "\n")
	if assertPlainError(t, last); p.code != exitUnreachable || p.stdout != "" || !strings.Contains(last, "before it was reached") {
		t.Errorf("exit code %d, standard output %q, and last %q; want %d, nothing, and that it was never reached", p.code, p.stdout, last, exitUnreachable)
	}
}

// TestCheckWithoutEnd watches until it is interrupted: a line and a command for
// a finding as it comes, and the report at the end.
func TestCheckWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		format  string
		onFirst bool // the line is on standard output
	}{
		{"text", "text", true},
		{"a report for a program", "json", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			told := filepath.Join(t.TempDir(), "told")
			p := interrupted(t, []string{"check", "--for", "0", "--every", "1s", "--warmup", "0", bounded, "--format", c.format,
				"--on-finding", "cat >" + told + ".part && mv " + told + ".part " + told, leaking(t)},
				func(string) bool { _, err := os.Stat(told); return err == nil })
			if p.code != exitLeak {
				t.Errorf("exit code %d, want %d", p.code, exitLeak)
			}
			var finding struct{ ID, Verdict string }
			data, _ := os.ReadFile(told)
			if err := json.Unmarshal(data, &finding); err != nil || finding.ID != "process-goroutine-growth" || finding.Verdict != "leak" {
				t.Errorf("the command got %q (%v)", data, err)
			}
			line := func(text string) int {
				return strings.Count(text, "UTC  LEAK, 100 % sure: the number of goroutines grew by ")
			}
			if onOut, onErr := line(p.stdout), line(p.stderr); c.onFirst && (onOut != 1 || onErr != 0) || !c.onFirst && (onOut != 0 || onErr != 1) {
				t.Errorf("the line of the finding stands %d times on standard output and %d times on standard error:\n%s\n%s", onOut, onErr, p.stdout, p.stderr)
			}
			if c.format == "json" {
				assertCleanJSON(t, []byte(p.stdout))
			} else if !strings.Contains(p.stdout, "verdict   LEAK: 1 leak") {
				t.Errorf("there is no report:\n%s", p.stdout)
			}
		})
	}
}

// TestCheckKilled ends at once with a second interrupt, whatever it waits for.
func TestCheckKilled(t *testing.T) {
	t.Parallel()
	began := filepath.Join(t.TempDir(), "began")
	cmd := exec.CommandContext(t.Context(), executable(t), "check", "--for", "0", "--every", "1s", "--warmup", "0", bounded,
		"--on-finding", "trap '' INT; touch "+began+"; sleep 60", leaking(t))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, mostWatched, "the command runs", func() bool { _, err := os.Stat(began); return err == nil })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cmd.Wait()
	}()
	for range 100 { // two that come together are one
		cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
				t.Errorf("it ended with %s, want by the interrupt", cmd.ProcessState)
			}
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Error("interrupts do not end it")
}
