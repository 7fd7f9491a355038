//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"leaktop/capture/session"
)

// TestOpenFollows opens, in a terminal, a session that another process is
// writing: what it writes comes up, until it is killed.
func TestOpenFollows(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	startLeaky(t, address)
	r := sitDown(t, 120, 32)
	path := filepath.Join(r.dir, "run.leaktop")
	recorder := exec.CommandContext(t.Context(), executable(t), "record", address, "-o", path, "--every", "1s")
	startBeside(t, "leaktop record", recorder)
	until(t, longest, "the file is there", func() bool { info, err := os.Stat(path); return err == nil && info.Size() > 0 })

	r.run("leaktop open run.leaktop")
	seen := newest(t, r.sees("● being recorded", "live heap"))
	r.waits("a snapshot that was not there before", func(s screen) bool {
		return strings.Contains(s.top(), "● being recorded") && newest(t, s) > seen
	})
	r.press("5", "n")
	r.sees("note on #")
	r.press("Escape")
	r.sees("a base")
	r.press("s")
	r.sees("nothing is asked of the target")

	if err := recorder.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	r.sees("■ recorded")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r.press("P")
	r.sees("until you quit: a recorded run is not changed", "✎", "pinned")
	r.leaves("q")
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %d bytes before, %d after (%v)", len(before), len(after), err)
	}
}

// TestOpenShowsAllScreens goes through the screens of a recorded run at every
// size, and back in time.
func TestOpenShowsAllScreens(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	path := recordedRun(t, 14)
	r.run("leaktop " + path)
	r.sees("■ recorded 2026-03-01 12:00:00 – 12:03:15", "LEAK", "cache.(*Store).Put")
	for _, size := range []struct{ width, height int }{{120, 32}, {80, 24}, {60, 20}} {
		r.resize(size.width, size.height)
		for _, s := range screenKeys() {
			r.press(s.key)
			r.waits(s.shows, func(now screen) bool {
				return len(now) == size.height && now.has(s.shows) && strings.Contains(now.top(), "recorded")
			})
		}
	}
	r.resize(120, 32)
	r.press("1", "Left", "Left")
	r.sees("◂ as of 12:02:45, #12 of 14")
	r.press("2")
	r.sees("base #1 12:00:00 → #12 12:02:45")
	r.press("1")
	for range 9 {
		r.press("Left")
	}
	// Findings are those of then.
	r.waits("GROWING as of #3", func(s screen) bool {
		return strings.Contains(s.top(), "#3 of 14") && len(s) > 3 && strings.Contains(s[3], "GROWING") && !strings.Contains(s[3], "as of")
	})
	r.press("End")
	r.waits("LEAK as of the end", func(s screen) bool { return strings.Contains(s.top(), "#14") && strings.Contains(s[3], "LEAK") })
	r.leaves("q")
}

// TestOpenPicks picks one of the recent runs, and lists them without a terminal.
func TestOpenPicks(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32, "XDG_STATE_HOME=/nonexistent")
	state := filepath.Join(r.dir, "state", "leaktop")
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, snapshots := range map[string]int{"first": 14, "second": 3} {
		s := startRecording(t, filepath.Join(state, name+".leaktop"), noon().Add(time.Duration(snapshots)*time.Minute))
		for range snapshots {
			s.take()
		}
		s.close()
	}
	r.run("export XDG_STATE_HOME=$HOME/state; leaktop open | cat")
	r.waits("both runs", func(s screen) bool {
		return s.has("first.leaktop") && s.has("second.leaktop") && s.has("SNAPSHOTS") && s.has("orders-api")
	})
	r.atPrompt()
	r.run("clear; leaktop open")
	r.sees("recorded runs", "orders-api", "leak")
	r.press("/")
	r.run("first") // and enter, which keeps the filter
	r.waits("the one that the filter leaves", func(s screen) bool { return s.has("12:14") && !s.has("12:03") })
	r.press("Enter")
	r.sees("■ recorded", "#14", "cache.(*Store).Put")
	r.leaves("q")
}

// TestOpenOfADamagedSession says what is damaged, and shows the rest.
func TestOpenOfADamagedSession(t *testing.T) {
	t.Parallel()
	path := recordedRun(t, 14)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := cutTo(t, path, int(info.Size())*2/3)
	r := sitDown(t, 120, 32)
	r.run("leaktop open " + cut)
	r.sees("■ recorded, damaged", "incomplete record", "cache.(*Store).Put")
	r.leaves("q")
}

// TestOpenOfAProfile shows a profile on the same screens, with another one as
// its base; and a live target against it.
func TestOpenOfAProfile(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	before := put(t, "before.pb.gz", packedProfile(t, sampled(heapTypes(), "orders.List")))
	after := put(t, "after.pb.gz", packedProfile(t, sampled(heapTypes(), "orders.List", "orders.Create")))
	r.run("leaktop " + after)
	r.sees("after.pb.gz", "■ recorded", "one snapshot")
	r.leaves("q")
	r.run("clear; leaktop " + after + " --base " + before)
	r.sees("compared with before.pb.gz")
	r.press("2")
	r.sees("base before.pb.gz", "NEW", "orders.Create")
	r.leaves("q")
	address := freeAddress(t)
	startLeaky(t, address)
	r.run("clear; leaktop " + address + " --base " + before)
	r.sees("● live", "live heap")
	r.press("2")
	r.sees("base before.pb.gz", "GONE", "orders.List")
	r.leaves("q")
}

// TestOpenOfAHungDaemonsDump shows that one dump tells that something is stuck, and in
// the detail who most likely holds the lock.
func TestOpenOfAHungDaemonsDump(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	r.run("leaktop open " + put(t, "hung.txt", hungDump()))
	r.sees("STUCK  one snapshot", "300 goroutines wait for one lock", "jail.(*State).Inspect")
	r.press("Enter")
	r.sees("very likely held by jail.(*State).Stop (select, 5,612 min)", "days")
	r.press("Escape")
	r.waits("the Overview again", func(now screen) bool { return now.has("one snapshot") })
	r.leaves("q")
}

// TestNoteOfALiveRun writes a note while a target is watched: it is in the
// session file of the run.
func TestNoteOfALiveRun(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	r.run("leaktop --every 1s --warmup 2s --own shop/ --limit 1GiB " + steady(t))
	second := regexp.MustCompile(`● live .* #([2-9]|\d\d)`)
	r.waits("two snapshots", func(s screen) bool { return second.MatchString(s.top()) })
	r.press("5", "G", "n")
	r.sees("note on #1:")
	r.run("before the deploy")
	r.sees("✎", "#1: before the deploy")
	r.leaves("q")
	files, err := filepath.Glob(filepath.Join(r.dir, ".local", "state", "leaktop", "*.leaktop"))
	if err != nil || len(files) != 1 {
		t.Fatalf("session files: %v, %v; want one", files, err)
	}
	recorded := readRun(t, files[0]).header.Judge
	if want := (session.Settings{Warmup: 2 * time.Second, Own: []string{"shop/"}, Limit: 1 << 30}); !reflect.DeepEqual(recorded, want) {
		t.Errorf("the session file holds the settings %+v, want %+v", recorded, want)
	}
	if out := leaktop(t, "export", files[0], "--format", "text").stdout; !strings.Contains(out, "#1: before the deploy") {
		t.Errorf("the session file lacks the note:\n%s", out)
	}
}
