//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"leaktop/fixtures/leaky"
	"leaktop/fixtures/sidebyside"
)

// TestDemoFromStartToExport is the main job of the program, as a person does
// it at a terminal.
func TestDemoFromStartToExport(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	before := r.modes()
	r.run(`stty -g >before; leaktop demo --every 1s; echo "exit $?"; stty -g >after`)
	begun := time.Now()

	s := r.waits("both curves to rise", func(s screen) bool {
		return s.has(" LEAK ") && rises(s.curve(0)) && rises(s.curve(1))
	})
	service := served(t, s)

	r.press("2")
	r.waits("a leak's function on top of the heap", func(s screen) bool {
		row := s.below("Δ bytes", "function").top()
		return strings.Contains(row, "+") && slices.ContainsFunc(leaky.Modes(), func(m leaky.Mode) bool {
			return m.Leak && m.Heap && names(row, m.Function)
		})
	})
	r.press("Enter")
	r.sees("stack, leaf first", "of this stack")
	r.press("Escape")
	r.sees("Δ bytes", "function")

	r.press("3")
	r.waits("a stuck group on top of the goroutines", func(s screen) bool {
		row := s.below("count", "blocked in").top()
		return strings.Contains(row, "+") && slices.ContainsFunc(leaky.Modes(), func(m leaky.Mode) bool {
			return m.Leak && names(row, m.Blocked)
		})
	})
	if took := time.Since(begun); took > time.Minute && !sidebyside.Race() { // what it takes without is the promise
		t.Errorf("all that took %s, want at most a minute", took)
	}
	r.press("Enter")
	r.sees("stack, leaf first", "goroutines of this group")
	r.press("Escape")
	r.sees("count", "blocked in")

	r.press("e")
	r.sees("Export", "heap diff for go tool pprof")
	r.press("Enter")
	r.sees("wrote ", "leaktop-")
	r.press("Escape")
	r.sees("count", "blocked in")
	top := pprofTop(t, exported(t, r.dir))
	if !slices.ContainsFunc(leaky.Modes(), func(m leaky.Mode) bool { return m.Leak && m.Heap && strings.Contains(top, m.Function) }) {
		t.Errorf("go tool pprof shows no function of a leak:\n%s", top)
	}

	r.press("q")
	s = r.atPrompt()
	if len(s) != 3 || !strings.HasPrefix(s[0], prompt) || s[1] != "exit 0" || strings.TrimSpace(s[2]) != prompt {
		t.Errorf("the terminal does not hold the command, \"exit 0\" and a prompt alone:\n%s", s.picture())
	}
	if after := r.modes(); after != before {
		t.Errorf("the terminal is left with %s, it had %s", after, before)
	}
	assertSameFile(t, filepath.Join(r.dir, "before"), filepath.Join(r.dir, "after"))
	service.ended(t)
}

// TestKilledDemoLeavesNoChild kills leaktop in a way that lets it stop nothing.
func TestKilledDemoLeavesNoChild(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	r.run(`sh -c 'echo $$ >pid; exec leaktop demo --every 1s'`)
	service := served(t, r.sees("● live"))
	text, err := os.ReadFile(filepath.Join(r.dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	service.ended(t)
}

// TestSuspend sends the program to the background and takes it back.
func TestSuspend(t *testing.T) {
	t.Parallel()
	r := sitDown(t, 120, 32)
	before := r.modes()
	r.run("stty -g >before")
	r.run("leaktop demo --every 1s")
	r.sees("● live", "1 Overview")
	inside := r.modes()
	if inside == before {
		t.Fatal("the screens change nothing about the terminal, so this test is not able to see it restored")
	}

	r.press("C-z")
	r.atPrompt()
	if suspended := r.modes(); suspended != before {
		t.Errorf("suspended, the terminal has %s, the shell had %s", suspended, before)
	}
	r.run("stty -g >suspended")
	until(t, longest, "the shell says how the terminal is set", func() bool {
		info, err := os.Stat(filepath.Join(r.dir, "suspended"))
		return err == nil && info.Size() > 0
	})
	assertSameFile(t, filepath.Join(r.dir, "before"), filepath.Join(r.dir, "suspended"))

	r.run("fg")
	r.sees("● live", "1 Overview", "help")
	if back := r.modes(); back != inside {
		t.Errorf("back again, the terminal has %s, it had %s", back, inside)
	}
	r.press("2")
	r.sees("live bytes")
	r.leaves("q")
}

// thick are the glyphs of the one curve of a chart that is drawn thick.
const thick = "━┃┏┓┗┛"

// curve returns how high the thick curve of a chart stands in each of its
// columns that it is in, from left to right. Charts are counted from the left.
func (s screen) curve(chart int) []int {
	heights := make(map[int]int) // by column
	last := 0
	for i, line := range s {
		axes := 0
		for x, c := range []rune(line) {
			switch {
			case c == '│' || c == '┤':
				axes++
			case axes == chart+1 && strings.ContainsRune(thick, c):
				if _, higher := heights[x]; !higher {
					heights[x] = len(s) - i
					last = max(last, x)
				}
			}
		}
	}
	var out []int
	for x := range last + 1 {
		if h, ok := heights[x]; ok {
			out = append(out, h)
		}
	}
	return out
}

// rises reports whether a curve ends higher than it began.
func rises(heights []int) bool {
	return len(heights) > 1 && heights[len(heights)-1] > heights[0]
}

// names reports whether a row of a table shows a function, which may be "". A
// name that is too long for its column is cut with an ellipsis.
func names(row, function string) bool {
	short := function[strings.LastIndexByte(function, '/')+1:]
	for _, word := range strings.Fields(row) {
		shown, cut := strings.CutSuffix(word, "…")
		if short != "" && (shown == short || cut && len(shown) > len("orders.(*") && strings.HasPrefix(short, shown)) {
			return true
		}
	}
	return false
}

// exported returns the one profile that was written to a directory.
func exported(t *testing.T, dir string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "leaktop-*.pb.gz"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%d profiles were exported (%v), want one", len(paths), err)
	}
	return paths[0]
}

// demoService is the child that the demo started, as the header shows it.
type demoService struct {
	address string
	pid     int // 0 where it is not shown
}

// served reads where the watched service is off the header.
func served(t *testing.T, s screen) demoService {
	t.Helper()
	address := regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`).FindStringSubmatch(s.top())
	if address == nil {
		t.Fatalf("the header names no address:\n%s", s.picture())
	}
	d := demoService{address: address[1]}
	if pid := regexp.MustCompile(`pid (\d+)`).FindStringSubmatch(s.top()); pid != nil {
		d.pid, _ = strconv.Atoi(pid[1])
	}
	if !d.serves() || d.pid != 0 && !alive(d.pid) {
		t.Fatalf("the service that the header names is not there: %+v", d)
	}
	return d
}

func (d demoService) serves() bool {
	c, err := net.Dial("tcp", d.address)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// ended waits until nothing is left of the service.
func (d demoService) ended(t *testing.T) {
	t.Helper()
	until(t, longest, "the demo's child ended", func() bool { return !d.serves() && (d.pid == 0 || !alive(d.pid)) })
}

// alive reports whether a process runs. One that nobody has waited for yet
// does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

func assertSameFile(t *testing.T, a, b string) {
	t.Helper()
	before, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Errorf("%s holds %q, %s holds %q", filepath.Base(a), before, filepath.Base(b), after)
	}
}
