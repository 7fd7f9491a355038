//go:build unix

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// screenKeys are the keys of the screens, and what each shows whatever the
// size of the terminal.
func screenKeys() []struct{ key, shows string } {
	return []struct{ key, shows string }{
		{"1", "live heap"},
		{"2", "Δ bytes"},
		{"3", "count"},
		{"4", "allocates"},
		{"5", "compared"},
	}
}

// TestRestart kills the target while leaktop watches it, and starts it again.
func TestRestart(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	first := startLeaky(t, address)
	r := sitDown(t, 120, 32)
	r.run("leaktop --every 1s " + address)
	seen := newest(t, r.sees("● live", "live heap"))

	if err := syscall.Kill(first.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	r.sees("no answer since")
	for _, s := range screenKeys() {
		r.press(s.key)
		r.waits(s.shows+", with the outage in the header", func(now screen) bool {
			return now.has(s.shows) && strings.Contains(now.top(), "no answer since")
		})
	}
	if fault := r.look().top(); !strings.Contains(fault, "refused") || !strings.Contains(fault, "next try in") {
		t.Errorf("the header does not say why, and when it is tried again: %q", fault)
	}

	startLeaky(t, address)
	r.sees("● live", "restarted", "↻ first")
	r.press("2")
	r.waits("a trend that starts after the restart", func(s screen) bool {
		since := regexp.MustCompile(`base #(\d+)`).FindStringSubmatch(strings.Join(s, "\n"))
		if since == nil {
			return false
		}
		base, _ := strconv.Atoi(since[1])
		return base > seen
	})
	r.leaves("q")
}

// newest reads the number of the newest snapshot off the header.
func newest(t *testing.T, s screen) int {
	t.Helper()
	number := regexp.MustCompile(` #(\d+) `).FindStringSubmatch(s.top())
	if number == nil {
		t.Fatalf("the header holds no snapshot's number: %q", s.top())
	}
	n, _ := strconv.Atoi(number[1])
	return n
}

// TestPrometheus attaches to a server that nobody here wrote, with nothing
// configured. LEAKTOP_TEST_PROMETHEUS names its program.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	program := os.Getenv("LEAKTOP_TEST_PROMETHEUS")
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("LEAKTOP_TEST_PROMETHEUS names no program, and CI needs it: this test is not to be left out there")
		}
		t.Skip("LEAKTOP_TEST_PROMETHEUS does not name a prometheus to watch")
	}
	address := startPrometheus(t, program)
	r := sitDown(t, 120, 32)
	r.run("leaktop --every 1s " + address)
	r.waits("curves from /metrics", func(s screen) bool {
		curves := s.below("Memory", "/metrics")
		return s.has("prometheus") && curves.has("heap in use") && len(s.curve(0)) > 10 && len(s.curve(1)) > 10
	})
	goFile := regexp.MustCompile(`\S+\.\S+ +\S+(\.go:\d+|…)`)
	for _, table := range []struct {
		key  string
		head []string
		rows int
	}{
		{"2", []string{"Δ bytes", "function"}, 10},
		{"3", []string{"count", "blocked in"}, 10},
	} {
		r.press(table.key)
		r.waits(fmt.Sprintf("%d rows of functions", table.rows), func(s screen) bool {
			rows := 0
			for _, line := range s.below(table.head...) {
				if goFile.MatchString(line) {
					rows++
				}
			}
			return rows >= table.rows
		})
	}
	r.leaves("q")
}

// startPrometheus starts prometheus in a directory of its own, where it scrapes
// itself, and returns the address when it is ready.
func startPrometheus(t *testing.T, program string) string {
	t.Helper()
	dir, address := t.TempDir(), freeAddress(t)
	config := filepath.Join(dir, "prometheus.yml")
	text := "scrape_configs:\n- job_name: self\n  scrape_interval: 1s\n  static_configs:\n  - targets: [\"" + address + "\"]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	startBeside(t, "prometheus", exec.Command(program, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address))
	ready := url.URL{Scheme: "http", Host: address, Path: "/-/ready"}
	until(t, longest, "prometheus is ready", func() bool { return answersOK(t, ready.String()) })
	return address
}

// TestHostileTarget watches a target all of whose names would drive the
// terminal if they reached it as they are.
func TestHostileTarget(t *testing.T) {
	t.Parallel()
	evil := packedProfile(t, poisoned())
	address := answersProfiles(func(w http.ResponseWriter, r *http.Request) { w.Write(evil) })(t)
	r := sitDown(t, 120, 32)
	r.run("leaktop --every 1s " + address)
	r.sees("● live", "live heap")
	before := r.modes()
	for _, key := range []string{"1", "2", "3", "4", "5"} {
		r.press(key)
		r.waits("a whole screen", screen.whole)
		r.press("Enter")
		r.waits("a whole screen", screen.whole)
	}
	r.press("2")
	r.waits("the names as text", func(s screen) bool { return s.has("]52;c;ZXZpbA==") && s.whole() })
	if clipboard := r.tmux("list-buffers"); clipboard != "" {
		t.Errorf("the target wrote to the clipboard: %s", clipboard)
	}
	if after := r.modes(); after != before {
		t.Errorf("the terminal has %s, it had %s", after, before)
	}
	r.leaves("q")
}

// TestSizes goes through every screen at every size it is made for, in one run.
func TestSizes(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	r.run("leaktop demo --every 1s")
	r.sees("● live", "live heap")
	for _, size := range []struct{ width, height int }{{120, 32}, {80, 24}, {60, 20}, {200, 50}} {
		r.resize(size.width, size.height)
		for _, s := range screenKeys() {
			r.press(s.key)
			now := r.waits(fmt.Sprintf("%s within %d×%d", s.shows, size.width, size.height), func(now screen) bool {
				return len(now) == size.height && now.has(s.shows) && now.whole()
			})
			for _, line := range now {
				if width := len([]rune(line)); width > size.width {
					t.Errorf("a line of %d cells in %d: %q", width, size.width, line)
				}
			}
		}
		r.press("?")
		r.sees("Snapshots: what was taken", "make it the base")
		r.press("Escape")
		r.waits("the screen again", func(now screen) bool { return now.whole() && !now.has("make it the base") })
		r.press("e")
		r.sees("Export", "heap diff")
		r.press("Escape")
		r.waits("the screen again", func(now screen) bool { return now.whole() && !now.has("heap diff") })
	}

	r.resize(20, 5)
	r.waits("the size that is needed", func(now screen) bool { return len(now) == 5 && now.has("60×20") })
	r.resize(80, 24)
	r.waits("the screen again", func(now screen) bool { return len(now) == 24 && now.whole() })
	r.leaves("C-c")
}

// whole reports whether the first and the last lines of a screen are where
// they belong, which they are not if it is drawn too high.
func (s screen) whole() bool {
	return strings.HasPrefix(s.top(), " leaktop") && strings.Contains(s.top(), "live") &&
		len(s) > 2 && strings.Contains(s[1], "2 Heap") && strings.TrimSpace(s[len(s)-1]) != ""
}

// TestNoColor shows every screen with NO_COLOR, and for comparison without it.
func TestNoColor(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	startLeaky(t, address)
	for _, c := range []struct {
		name     string
		env      []string
		coloured bool
	}{
		{"with colours", nil, true},
		{"NO_COLOR", []string{"NO_COLOR=1"}, false},
		{"NO_COLOR set to nothing", []string{"NO_COLOR="}, true}, // the convention says that this counts for nothing
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := sitDown(t, 120, 32, c.env...)
			r.run("leaktop --every 1s " + address)
			r.sees("● live", "goroutines +")
			for _, s := range screenKeys() {
				r.press(s.key)
				r.sees(s.shows)
				if colour := colourIn(r.lookJoined()); (colour != "") != c.coloured {
					t.Errorf("on screen %s there is the colour %q", s.key, colour)
				}
			}
			r.leaves("q")
		})
	}
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;:]*)m")

// colourIn returns the first sequence that sets a colour, "" for none. Bold,
// faint, underlined and reversed are none.
func colourIn(text string) string {
	for _, match := range sgr.FindAllStringSubmatch(text, -1) {
		for _, parameter := range strings.FieldsFunc(match[1], func(r rune) bool { return r == ';' || r == ':' }) {
			n, _ := strconv.Atoi(parameter)
			if n >= 30 && n <= 38 || n >= 40 && n <= 48 || n >= 90 && n <= 107 {
				return match[0]
			}
		}
	}
	return ""
}

// TestWait attaches to a target that is not there yet.
func TestWait(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	r := sitDown(t, 120, 32)
	r.run("leaktop --wait --every 1s " + address)
	r.sees("no answer since")
	startLeaky(t, address)
	r.sees("● live", "live heap")
	r.leaves("q")
}
