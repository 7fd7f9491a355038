//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// starts runs leaktop as a job of the shell and returns its process. The
// command may end in a redirection.
func (r *robot) starts(command string) (pid int) {
	r.t.Helper()
	path := filepath.Join(r.dir, "pid")
	os.Remove(path)
	r.run(`sh -c 'echo $$ >pid.part; mv pid.part pid; exec ` + command + `'`)
	until(r.t, longest, "the shell says which process it is", func() bool {
		text, err := os.ReadFile(path)
		if err == nil {
			pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
		}
		return err == nil
	})
	return pid
}

// hasItsTerminal checks that the terminal is as a shell had it: its modes, and how its
// driver is set.
func (r *robot) hasItsTerminal(when, modes, settings string) {
	r.t.Helper()
	if now := r.modes(); now != modes {
		r.t.Errorf("%s the terminal has %s, the shell had %s", when, now, modes)
	}
	if now := r.settings(); now != settings {
		r.t.Errorf("%s the terminal is set to %s, the shell had it at %s", when, now, settings)
	}
}

// settings is how the terminal's driver is set, as stty has it.
func (r *robot) settings() string {
	r.t.Helper()
	path := filepath.Join(r.dir, "stty")
	os.Remove(path)
	r.run("stty -g >stty.part; mv stty.part stty")
	var text []byte
	until(r.t, longest, "stty has told", func() bool {
		var err error
		text, err = os.ReadFile(path)
		return err == nil
	})
	r.atPrompt()
	return string(text)
}

func signalled(t *testing.T, pid int, by syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, by); err != nil {
		t.Fatalf("%s to process %d: %v", by, pid, err)
	}
}

// halted waits until a process is stopped.
func halted(t *testing.T, pid int) {
	t.Helper()
	until(t, longest, "the process is stopped", func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err == nil && strings.Contains(string(stat), ") T ")
	})
}

// TestStopAndGoOn stops the program in each way there is, three times, resizes
// the window meanwhile, and takes it back.
func TestStopAndGoOn(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	startLeaky(t, address)
	for _, c := range []struct {
		name   string
		by     func(r *robot, pid int)
		caught bool // so that the terminal can be given back
	}{
		{"kill -TSTP", func(r *robot, pid int) { signalled(r.t, pid, syscall.SIGTSTP) }, true},
		{"ctrl+z", func(r *robot, _ int) { r.press("C-z") }, true},
		{"kill -STOP", func(r *robot, pid int) { signalled(r.t, pid, syscall.SIGSTOP) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := sitDown(t, 100, 30)
			before, set := r.modes(), r.settings()
			pid := r.starts("leaktop --every 1s " + address)
			r.sees("● live", "1 Overview")
			inside := r.modesInside(before)
			for i := range 3 {
				c.by(r, pid)
				halted(t, pid)
				if c.caught {
					r.atPrompt()
					r.hasItsTerminal("stopped", before, set)
				}
				r.sees(prompt) // on whatever screen
				r.resize(101+i, 31)
				r.press("f", "g", "C-j") // which ends a line where the terminal was left raw, too
				r.waits("all screens of the new size", func(s screen) bool { return len(s) == 31 && s.whole() && s.has("2 Heap") && s.has("? help") })
				r.waitsForModes(inside)
				r.press("2")
				r.sees("Δ bytes")
				r.press("1")
				r.sees("Memory")
			}
			r.leaves("q")
			r.hasItsTerminal("at the end", before, set)
		})
	}
}

// modesInside waits until the terminal has other modes than before the screens, twice
// the same, and returns them: the text may be there first.
func (r *robot) modesInside(before string) string {
	r.t.Helper()
	inside := before
	r.waits("modes of the screens, so that the terminal can be seen restored", func(screen) bool {
		last := inside
		inside = r.modes()
		return inside != before && inside == last
	})
	return inside
}

// waitsForModes waits until the terminal has these modes.
func (r *robot) waitsForModes(want string) {
	r.t.Helper()
	r.waits(want, func(screen) bool { return r.modes() == want })
}

// TestBackground starts the program in the background, takes it to the
// foreground, and lets it go on in the background: it waits there, stopped.
func TestBackground(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 100, 30)
	path := recordedRun(t, 4)
	before := r.modes()
	r.run("leaktop " + path + " &")
	r.waits("a job that is stopped", func(s screen) bool { r.press("Enter"); return s.has("Stopped") })
	if now := r.modes(); now != before {
		t.Errorf("in the background it changed the terminal to %s, it had %s", now, before)
	}
	r.run("fg")
	r.sees("■ recorded", "1 Overview")
	inside := r.modesInside(before)

	r.press("C-z")
	r.atPrompt()
	r.run("bg")
	r.waits("a job that is stopped", func(s screen) bool { r.press("Enter"); return s.below("bg").has("Stopped") })
	if now := r.modes(); now != before {
		t.Errorf("in the background it changed the terminal to %s, it had %s", now, before)
	}
	r.run("fg")
	r.sees("■ recorded", "1 Overview")
	r.waitsForModes(inside)
	r.leaves("q")
}

// TestStopWithoutShell stops a program that nobody could wake: it goes on.
func TestStopWithoutShell(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 100, 30)
	path := recordedRun(t, 4)
	r.run("exec leaktop " + path)
	r.sees("■ recorded", "1 Overview")
	inside := r.modes()
	r.press("C-z")
	r.waits("the main screen", func(screen) bool { return r.modes() != inside })
	r.sees("■ recorded", "1 Overview")
	r.waitsForModes(inside)
	r.press("2")
	r.sees("live bytes")
}

// TestStopInEditor stops the program while an editor has the terminal: it is
// the editor's, and both go on together.
func TestStopInEditor(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 100, 30, "EDITOR=./editor")
	if err := os.WriteFile(filepath.Join(r.dir, "editor"), []byte("#!/bin/sh\necho editing; read line; echo \"got $line\" >edited\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	startLeaky(t, address)
	before := r.modes()
	r.starts("leaktop --every 1s " + address)
	r.sees("● live", "1 Overview")
	inside := r.modesInside(before)
	r.press("3", "Enter")
	r.sees("stack, leaf first")
	r.press("S")
	r.sees("editing")
	r.press("C-z") // the driver makes a signal of it, as the editor left it set
	r.sees("Stopped")
	if now := r.modes(); now != before {
		t.Errorf("stopped, the terminal has %s, the shell had %s", now, before)
	}
	r.run("fg")
	r.run("words")
	r.sees("● live", "stack, leaf first")
	r.waitsForModes(inside)
	if text, err := os.ReadFile(filepath.Join(r.dir, "edited")); err != nil || string(text) != "got words\n" {
		t.Errorf("the editor got %q (%v)", text, err)
	}
	r.leaves("q")
}
