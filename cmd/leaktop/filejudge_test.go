package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

// hungDump is what a daemon leaves that has hung for days: 300 requests wait for a
// lock, and the one that most likely holds it waits for another machine.
func hungDump() []byte {
	var b strings.Builder
	stack := func(functions ...string) {
		for _, f := range functions {
			fmt.Fprintf(&b, "%s\n\t/src/depot/x.go:140 +0x1d\n", f)
		}
		b.WriteString("created by net/http.(*Server).Serve in goroutine 1\n\t/usr/local/go/src/net/http/server.go:3454 +0x9c\n\n")
	}
	for i := range 300 {
		fmt.Fprintf(&b, "goroutine %d [sync.Mutex.Lock, %d minutes]:\ninternal/sync.(*Mutex).lockSlow(0xc000124008)\n\t/usr/local/go/src/internal/sync/mutex.go:149 +0x15d\n", 100+i, 5611-i)
		stack("depot/jail.(*State).Inspect(0xc000124000, 0x1)", "depot/api.(*Router).inspect(0xc000017000)")
	}
	b.WriteString("goroutine 62 [select, 5612 minutes]:\n")
	stack("depot/shim.(*Client).Kill(0xc000019000)", "depot/jail.(*State).Stop(0xc000124000, 0x1)", "depot/api.(*Router).stop(0xc000017000)")
	return []byte(b.String())
}

// One dump of a daemon that hung names the lock, who waits for it, who most likely holds
// it, and for how many days, and fails.
func TestHungDaemonsDump(t *testing.T) {
	t.Parallel()
	path := put(t, "hung.txt", hungDump())
	p := leaktop(t, "diff", path, path, "--fail-on", "leak")
	text := strings.Join(strings.Fields(p.stdout), " ")
	for _, want := range []string{
		"STUCK", "300 goroutines wait for one lock that is not released, for 3.7 to 3.9 days by the runtime",
		"300 of 300 wait for one lock, at 0xc000124008", "very likely held by jail.(*State).Stop (select, 5,612 min): a method of the same object",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, p.stdout)
		}
	}
	if p.code != exitLeak || strings.Contains(text, "--allow gc") || strings.Contains(text, "heap profile") {
		t.Errorf("exit code %d, want %d and no advice for a process that can be watched\n%s", p.code, exitLeak, p.stdout)
	}
	report := leaktop(t, "diff", path, path, "--fail-on", "leak", "--format", "json").stdout
	assertCleanJSON(t, []byte(report))
	if !strings.Contains(report, `"kind":"likely-holder"`) || !strings.Contains(report, `"unit":"probability"`) {
		t.Errorf("the report does not tell who holds the lock: %s", report)
	}
}

// What two files do not tell nobody can watch for longer.
func TestAdviceFitsFiles(t *testing.T) {
	t.Parallel()
	calm := put(t, "calm.txt", []byte("goroutine 7 [select, 4000 minutes]:\nmain.loop(0xc000124000)\n\t/src/x.go:4 +0x3c\ncreated by main.main in goroutine 1\n\t/src/main.go:9 +0x16b\n\n"))
	for _, path := range []string{calm, recorded(t, "go-heap.pb.gz"), recorded(t, "go-goroutine.pb.gz"), recorded(t, "go-goroutine-debug1.txt")} {
		p := leaktop(t, "diff", path, path, "--fail-on", "leak")
		text := strings.Join(strings.Fields(p.stdout), " ")
		for _, wrong := range []string{"--allow", "watch for longer", "since the warm-up", "there was no heap profile", "What would show more"} {
			if strings.Contains(text, wrong) {
				t.Errorf("%s: %q is said of a file:\n%s", path, wrong, p.stdout)
			}
		}
		if p.code != exitInconclusive || !strings.Contains(text, "watch the process with leaktop check") {
			t.Errorf("%s: exit code %d, want %d and what would tell\n%s", path, p.code, exitInconclusive, p.stdout)
		}
	}
}

// A file with the profile of a heap that is not sampled says so, by the figures of the
// whole process that stand behind it.
func TestFileOfAHeapThatIsNotSampled(t *testing.T) {
	t.Parallel()
	figures := func(alloc int) string {
		return fmt.Sprintf("\n\n# runtime.MemStats\n# Alloc = %d\n# TotalAlloc = 4524288000\n# Sys = 424288000\n# HeapAlloc = %[1]d\n# HeapSys = 402653184\n# HeapIdle = 9830400\n# HeapInuse = 392822784\n# NumGC = 44\n", alloc)
	}
	const kept = "1: 65536 [1: 65536] @ 0x47a44e 0x482501\n#\t0x47a44d\tmain.keep+0x2d\t/src/main.go:17\n"
	for name, c := range map[string]struct{ text, says string }{
		"with a rate of 0":          {"heap profile: 0: 0 [0: 0] @ heap/0\n" + figures(387973120), "the heap profile shows nothing of the 370.0 MiB that are allocated in the target: its heap profiling is off"},
		"with a rate of a GiB":      {"heap profile: 1: 65536 [1: 65536] @ heap/2147483648\n" + kept + figures(387973120), "the target samples its heap once in 1.0 GiB (runtime.MemProfileRate), too rarely to show anything of the 370.0 MiB"},
		"with a rate as by default": {"heap profile: 1: 65536 [1: 65536] @ heap/1048576\n" + kept + figures(387973120), "not what grows"},
		"of a small program":        {"heap profile: 0: 0 [0: 0] @ heap/0\n" + figures(387973), "not what grows"},
	} {
		path := put(t, "heap.txt", []byte(c.text))
		p := leaktop(t, "show", path, "--fail-on", "leak")
		if text := strings.Join(strings.Fields(p.stdout), " "); p.code != exitInconclusive || !strings.Contains(text, "INCONCLUSIVE: ") || !strings.Contains(text, c.says) {
			t.Errorf("a heap %s ends with %d and does not say %q:\n%s%s", name, p.code, c.says, p.stdout, p.stderr)
		}
	}
}

// Of a text without the first line of the profile it is said what is not known.
func TestFileWithoutTheFirstLineOfItsProfile(t *testing.T) {
	t.Parallel()
	const frame = "#\t0x47a44d\tmain.keep+0x2d\t/src/main.go:17\n"
	const may = "the first line of the profile is missing, so records before it may be missing too"
	for name, c := range map[string]struct{ text, says, not string }{
		"goroutines": {"2132 @ 0x40f1a5 0x47a44e 0x482501\n" + frame, may, "sampling rate"},
		"heap":       {"1: 65536 [3: 196608] @ 0x47a44e 0x482501\n" + frame, may + "; without the sampling rate that it gives, the figures are not scaled", "64.1"},
		"whole":      {"goroutine profile: total 2132\n2132 @ 0x40f1a5 0x47a44e 0x482501\n" + frame, "main.keep", may},
	} {
		p := leaktop(t, "show", put(t, name+".txt", []byte(c.text)))
		if text := strings.Join(strings.Fields(p.stdout+p.stderr), " "); p.code != 0 || !strings.Contains(text, c.says) || strings.Contains(text, c.not) || !strings.Contains(text, "main.keep") {
			t.Errorf("%s ends with %d and does not say %q:\n%s%s", name, p.code, c.says, p.stdout, p.stderr)
		}
	}
}

// Of a profile of CPU or of waits nobody says that it tells what is held.
func TestVerdictOfAProfileWithoutMemory(t *testing.T) {
	t.Parallel()
	for _, path := range []string{reportedFile("cpu-binary.pprof"), reportedFile("o_mutex.c.pb.gz")} {
		text := strings.Join(strings.Fields(leaktop(t, "show", path).stdout), " ")
		if strings.Contains(text, "what is held") || !strings.Contains(text, "INCONCLUSIVE: a memory leak shows in inuse_space, which this profile does not have") {
			t.Errorf("%s: the verdict is not about this profile:\n%s", path, text)
		}
	}
}

// A pasted heap?debug=1 has the figures of the whole process: that most of the heap is
// idle and not returned to the system is said.
func TestIdleHeapOfAFile(t *testing.T) {
	t.Parallel()
	text := string(readRecorded(t, "go-heap-debug1.txt"))
	idle := put(t, "idle.txt", []byte(strings.NewReplacer("# HeapSys = 20545536", "# HeapSys = 520545536").Replace(text)))
	const want = "of the heap is idle and not returned to the system"
	p := leaktop(t, "diff", idle, idle, "--fail-on", "leak", "--format", "json")
	assertCleanJSON(t, []byte(p.stdout))
	var report struct {
		IdleHeap struct {
			Values []struct {
				Name  string
				Value float64
			}
		} `json:"idle_heap"`
	}
	if err := json.Unmarshal([]byte(p.stdout), &report); err != nil || len(report.IdleHeap.Values) != 2 || report.IdleHeap.Values[0].Value != 520545536-18595840-1884160 {
		t.Errorf("the report has %+v (%v)", report, err)
	}
	if !strings.Contains(p.stderr, want) {
		t.Errorf("standard error has %q, want that %q", p.stderr, want)
	}
	if p := leaktop(t, "diff", idle, idle, "--fail-on", "leak"); !strings.Contains(strings.Join(strings.Fields(p.stdout), " "), "idle 476.9 MiB "+want) {
		t.Errorf("the table has no line about it:\n%s", p.stdout)
	}
	whole := recorded(t, "go-heap-debug1.txt")
	if p := leaktop(t, "diff", whole, whole, "--fail-on", "leak"); strings.Contains(p.stdout+p.stderr, want) {
		t.Errorf("it is said of a heap that is in use:\n%s%s", p.stdout, p.stderr)
	}
}

// A target without goroutines, as programs of other languages are, has its snapshots
// counted, and is not asked for what it does not have again and again.
func TestCheckWithoutGoroutines(t *testing.T) {
	t.Parallel()
	var heaps, goroutines atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/heap", func(w http.ResponseWriter, _ *http.Request) {
		p := sampled([]*profile.ValueType{{Type: "inuse_space", Unit: "bytes"}}, "svc::handle")
		p.Sample[0].Value[0] = heaps.Add(1) << 20
		if err := p.Write(w); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/debug/pprof/goroutine", func(w http.ResponseWriter, r *http.Request) {
		goroutines.Add(1)
		http.NotFound(w, r)
	})
	target := serves(t, mux)
	var report struct{ Window struct{ Snapshots int } }
	p := lasting(t, "", 8*time.Second, func(duration time.Duration) []string {
		heaps.Store(0)
		goroutines.Store(0)
		return []string{"check", target, "--no-session", "--for", duration.String(), "--every", "1s", "--warmup", "0", "--format", "json"}
	}, func(p process) bool {
		if err := json.Unmarshal([]byte(p.stdout), &report); err != nil {
			t.Error(err)
		}
		return report.Window.Snapshots >= 3
	})
	if report.Window.Snapshots < 3 || int64(report.Window.Snapshots) > heaps.Load() {
		t.Errorf("%d snapshots, and %d profiles were sent", report.Window.Snapshots, heaps.Load())
	}
	if n := goroutines.Load(); n > 2 {
		t.Errorf("the goroutines were asked for %d times", n)
	}
	if n := strings.Count(p.stderr, "is not requested again"); n != 1 {
		t.Errorf("it is said %d times: %s", n, p.stderr)
	}
}
