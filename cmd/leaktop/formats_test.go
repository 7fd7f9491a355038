package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/fixtures/leaky"
)

// TestFormats compares a service that leaks with one that does not, in every
// format.
func TestFormats(t *testing.T) {
	t.Parallel()
	level := startLeaky(t, "127.0.0.1:0", "--modes", "workers")
	leaks := startLeaky(t, "127.0.0.1:0", "--modes", "task")
	base := put(t, "base.pb.gz", get(t, level.Address+"goroutine"))
	var current string
	until(t, longest, "the service leaks", func() bool {
		data := get(t, leaks.Address+"goroutine")
		current = put(t, "current.pb.gz", data)
		return slices.Contains(namesIn(t, data), taskFunction)
	})
	short := taskFunction[strings.LastIndexByte(taskFunction, '/')+1:]
	for _, format := range formats() {
		t.Run(format, func(t *testing.T) {
			out := leaktop(t, "diff", base, current, "--format", format).accepted(t)
			if format == "pprof" {
				out = pprofTop(t, put(t, "diff.pb.gz", []byte(out)))
			}
			if format == "json" {
				assertCleanJSON(t, []byte(out))
			}
			if !strings.Contains(out, short) {
				t.Errorf("the diff lacks %s:\n%s", short, out)
			}
		})
	}
}

// TestTwoAddresses compares two services that run, at once.
func TestTwoAddresses(t *testing.T) {
	t.Parallel()
	level := startLeaky(t, "127.0.0.1:0", "--modes", "workers")
	leaks := startLeaky(t, "127.0.0.1:0", "--modes", "task,send")
	var report struct {
		Target struct{ Address string }
		Window struct {
			From, To  time.Time
			Snapshots int
		}
		Changes struct {
			Heap       []json.RawMessage
			Goroutines []struct {
				Stack []struct{ Function string }
				State string
				Delta int64
			}
		}
	}
	until(t, longest, "a task is stuck in one service and none in the other", func() bool {
		out := []byte(leaktop(t, "diff", level.Address, leaks.Address, "--format", "json").accepted(t))
		assertCleanJSON(t, out)
		if err := json.Unmarshal(out, &report); err != nil {
			t.Fatal(err)
		}
		for _, change := range report.Changes.Goroutines {
			for _, frame := range change.Stack {
				if frame.Function == taskFunction && change.Delta > 0 && change.State == "chan receive" {
					return true
				}
			}
		}
		return false
	})
	if len(report.Changes.Heap) == 0 {
		t.Error("no heap was compared")
	}
	if report.Target.Address != leaks.Address {
		t.Errorf("the target is %s, want that of CURRENT, %s", report.Target.Address, leaks.Address)
	}
	if apart := report.Window.To.Sub(report.Window.From).Abs(); report.Window.Snapshots != 2 || apart > 5*time.Second {
		t.Errorf("%d snapshots were taken %s apart, want 2 at about the same time", report.Window.Snapshots, apart)
	}
}

const taskFunction = "leaktop/fixtures/leaky/orders.(*Desk).follow"

// startLeaky starts the demo service as a process of its own.
func startLeaky(t *testing.T, address string, args ...string) *leaky.Child {
	t.Helper()
	child, err := leaky.Start(t.Context(), executable(t), append([]string{"demo", "--serve", address}, args...))
	if err != nil {
		t.Fatal(err)
	}
	// The test's context ends just before this, and the child with it.
	t.Cleanup(func() { child.Stop() })
	return child
}

// startBeside starts a program that runs until the test ends. What it said is
// told where the test has failed.
func startBeside(t *testing.T, name string, cmd *exec.Cmd) {
	t.Helper()
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said.String())
		}
	})
}

// until calls a condition again and again until it holds.
func until(t *testing.T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	for begun := time.Now(); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatalf("within %s it never came true that %s", patience, what)
		}
	}
}
