//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCrash panics in every place where leaktop's own code runs while the
// screens are shown: the terminal comes back, one line says what happened and
// the stack stands below it, and what was recorded is whole.
func TestCrash(t *testing.T) {
	t.Parallel()
	address := steady(t) // for a busy machine: a real one is asked less often the slower it answers
	for _, c := range []struct {
		place, says string
		recorded    int // snapshots, at least; -1 where nothing is recorded
		stack       string
	}{
		{"update", "at the update", -1, "crashingModel.Update"},
		{"view", "at the view", -1, "crashingModel.View"},
		{"command", "at the command", -1, "crashingModel.Update"},
		{"batch", "at the batch", -1, "crashingModel.Update"},
		{"source", "at the source", 2, "crashingSource.Run"},
		{"judge", "at the judge", 2, "(*crashingJudge).Apply"},
		{"recording", "at the �[31mrecording of it", 0, "crashingRun"},
	} {
		t.Run(c.place, func(t *testing.T) {
			t.Parallel()
			r := sitDown(t, 100, 30, asCrashing+"="+c.place)
			before, set := r.modes(), r.settings()
			r.run("leaktop " + address + ` 2>said; echo "exit $?"`)
			if c.recorded < 0 {
				r.sees("fine")
				r.press("x")
			}
			r.sees("exit 5")
			r.hasItsTerminal("at the end", before, set)
			text, err := os.ReadFile(filepath.Join(r.dir, "said"))
			if err != nil {
				t.Fatal(err)
			}
			line, stack, _ := strings.Cut(string(text), "\n")
			if line != "leaktop: internal error: "+c.says+"; please report it with the stack below" {
				t.Errorf("it says %q", line)
			}
			assertPrintable(t, strings.ReplaceAll(string(text), "\t", " "))
			if !strings.HasPrefix(stack, "goroutine ") || !strings.Contains(stack, c.stack) || strings.Contains(stack, "\ngoroutine ") {
				t.Errorf("the stack does not tell of %s:\n%s", c.stack, stack)
			}
			if c.recorded < 0 {
				return
			}
			run := readRun(t, filepath.Join(r.dir, "run.leaktop"))
			if len(run.snapshots) < c.recorded || run.damage != "" || c.recorded > 0 && !run.ended {
				t.Errorf("the recording holds %d snapshots, is damaged: %q, ended: %v", len(run.snapshots), run.damage, run.ended)
			}
		})
	}
}
