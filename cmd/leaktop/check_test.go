package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// check runs a check that is over soon: each of its snapshots asks for a GC, so
// that few of them are enough.
func check(t *testing.T, args ...string) process {
	t.Helper()
	return lasting(t, "", 4*time.Second, func(duration time.Duration) []string {
		return checking(duration, args...)
	}, func(p process) bool { return !strings.Contains(p.stderr, "INCONCLUSIVE") })
}

// mostWatched is for how long a target is watched at most until enough was seen.
const mostWatched = time.Minute

// lasting runs leaktop to watch for some time. On a busy machine answers are slow, and
// snapshots rare: where it did not see enough it runs again for twice the time. Its
// runs are kept as leaktopKeeping has it.
func lasting(t *testing.T, state string, duration time.Duration, args func(time.Duration) []string, enough func(process) bool) process {
	t.Helper()
	for ; ; duration *= 2 {
		p := leaktopKeeping(t, state, duration+longest, nil, args(duration)...)
		if enough(p) || 2*duration > mostWatched || t.Failed() {
			return p
		}
	}
}

// checking are the arguments of such a check.
func checking(duration time.Duration, args ...string) []string {
	return append([]string{"check", "--for", duration.String(), "--every", "1s", "--warmup", "0", "--allow", "gc"}, args...)
}

// seenClean is a check that may end CLEAN: before half a minute no goroutines
// could have been called a leak.
const seenClean = 33 * time.Second

// bounded makes a check fail on goroutines that were added in a moment, so that
// no test needs to wait until they are judged.
const bounded = "--max-goroutine-growth=5"

// TestCheckExitCodes has runs that end with 0 and 1. Those with the other codes
// have tests of their own.
func TestCheckExitCodes(t *testing.T) {
	t.Parallel()
	level, leaks := steady(t), leaking(t)
	for _, c := range []struct {
		name string
		seen time.Duration
		args []string
		code int
		says []string // on standard output
	}{
		{"clean", seenClean, []string{level}, exitClean, []string{level, "CLEAN: nothing"}},
		{"a leak", 8 * time.Second, []string{leaks, bounded}, exitLeak, []string{"LEAK: 1 leak", "more than the limit of", "goroutine-growth"}},
		{"of two targets the worse", 8 * time.Second, []string{level, leaks, bounded}, exitLeak, []string{level, "INCONCLUSIVE: ", leaks, "LEAK: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := leaktopWithin(t, seenClean+longest, nil, checking(c.seen, c.args...)...)
			if p.code != c.code {
				t.Errorf("exit code %d, want %d", p.code, c.code)
			}
			rest := strings.Join(strings.Fields(p.stdout), " ") // lines are broken anywhere
			for _, want := range c.says {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("standard output lacks %q, or has it before what should come first:\n%s", want, p.stdout)
				}
				rest = after
			}
			assertPrintable(t, p.stdout)
			for line := range strings.Lines(p.stderr) {
				if !strings.HasPrefix(line, "leaktop: http://127.0.0.1:") {
					t.Errorf("standard error says %q, want progress alone", line)
				}
			}
		})
	}
}

// A check takes five minutes where nothing else is asked for.
func TestCheckDefaults(t *testing.T) {
	flag := newCheck(streams{}).Flags().Lookup("for")
	if flag.DefValue != "5m0s" {
		t.Errorf("--for is %s by default, want 5m0s", flag.DefValue)
	}
}

func TestCheckInconclusive(t *testing.T) {
	t.Parallel()
	p := leaktop(t, "check", "--for", "1s", "--every", "1h", steady(t))
	if p.code != exitInconclusive || !strings.Contains(p.stdout, "INCONCLUSIVE: ") {
		t.Errorf("exit code %d and the report\n%s\nwant %d", p.code, p.stdout, exitInconclusive)
	}
}

// TestCheckUnreached names targets that give no answer: one line, exit code 3,
// and the others go on.
func TestCheckUnreached(t *testing.T) {
	t.Parallel()
	dead := nothingListens(t)
	leaktop(t, "check", dead).refused(t, exitUnreachable, dead, "refused")
	leaktop(t, "check", answers(page)(t)).refused(t, exitUnreachable, "pprof")
	t.Run("beside one that does", func(t *testing.T) {
		t.Parallel()
		level := steady(t)
		p := leaktop(t, checking(2*time.Second, dead, level, "--format", "json")...)
		if p.code != exitUnreachable {
			t.Errorf("exit code %d, want %d", p.code, exitUnreachable)
		}
		assertCleanJSON(t, []byte(p.stdout))
		if !strings.Contains(p.stdout, level) || strings.Count(p.stdout, "\n") != 1 {
			t.Errorf("standard output is %q, want the report of %s alone", p.stdout, level)
		}
		told := 0
		for line := range strings.Lines(p.stderr) {
			if strings.Contains(line, dead) {
				assertPlainError(t, line)
				told++
			}
		}
		if told != 1 {
			t.Errorf("%d lines tell of %s, want one: %q", told, dead, p.stderr)
		}
	})
}

// TestCheckFormats reads every format as its reader does.
func TestCheckFormats(t *testing.T) {
	t.Parallel()
	leaks := leaking(t)
	for _, format := range checkFormats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "report")
			p := check(t, leaks, bounded, "--format", format, "-o", path, "--force")
			if p.code != exitLeak || p.stdout != "" {
				t.Errorf("exit code %d, and standard output holds %q; want 1 and nothing", p.code, p.stdout)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			switch format {
			case "json":
				assertCleanJSON(t, data)
			case "junit":
				if err := xml.Unmarshal(data, new(struct{})); err != nil {
					t.Error(err)
				}
			case "github":
				if !strings.HasPrefix(string(data), "::error title=LEAK") {
					t.Errorf("the first line is no error: %s", data)
				}
			}
			for _, want := range []string{"goroutine-growth", "process-goroutine-growth"} {
				if !strings.Contains(string(data), want) {
					t.Errorf("the report lacks %q:\n%s", want, data)
				}
			}
		})
	}
}

// Of several targets each has its own report, in the order in which they were
// named: JSON a line each, text below one another.
func TestReportsOfSeveralTargets(t *testing.T) {
	table := snapshot.NewTable()
	var results []checked
	for _, address := range []string{"http://b:6060/debug/pprof/", "http://a:6060/debug/pprof/"} {
		results = append(results, checked{check: export.Check{
			Target: export.NewTarget(address, time.Time{}, ""), Table: table, Judged: &gate.Judged{Result: leak.Result{Outcome: leak.Clean}},
		}})
	}
	results = append(results, checked{err: errors.New("c:6060: refused; start it")})
	for _, c := range []struct{ format, want string }{
		{"json", `(?s)^\{[^\n]*http://b:[^\n]*\}\n\{[^\n]*http://a:[^\n]*\}\n$`},
		{"text", `(?s)^target +http://b:.*\n\ntarget +http://a:.*\n$`},
		{"markdown", `(?s)^### leaktop check: .*http://b:.*\n\n### leaktop check: .*http://a:.*\n$`},
		{"junit", `(?s)<testsuite [^>]*http://b:.*<testsuite [^>]*http://a:`},
		{"github", `(?s)^::notice .*http://b:.*\n::notice .*http://a:.*\n$`},
	} {
		var out bytes.Buffer
		err := report(t.Context(), streams{out: &out}, results, checkFlags{format: c.format}, output{})
		if code := exitCode(err); code != exitUnreachable {
			t.Errorf("%s: exit code %d, want %d", c.format, code, exitUnreachable)
		}
		if !regexp.MustCompile(c.want).MatchString(out.String()) {
			t.Errorf("%s: the reports are\n%s\nwant %s", c.format, &out, c.want)
		}
		if c.format == "json" {
			for line := range bytes.Lines(out.Bytes()) {
				assertCleanJSON(t, line)
			}
		}
	}
}

// TestCheckRefuses names what cannot be meant, or cannot be used, before a
// target is asked for anything.
func TestCheckRefuses(t *testing.T) {
	dir, profile := t.TempDir(), recorded(t, "go-heap.pb.gz")
	there := put(t, "there.txt", []byte("old"))
	plain := put(t, "plain.json", []byte(`{"schema":"leaktop.report/v1","verdict":null,"findings":[]}`))
	for _, c := range []struct {
		name string
		code int
		args []string
		says string
	}{
		{"no target", exitUsage, nil, "--help"},
		{"a file", exitUsage, []string{profile}, "--fail-on leak"},
		{"something that is no target", exitUsage, []string{"http://"}, "http://"},
		{"a negative time", exitUsage, []string{"6060", "--for", "-1s"}, "--for"},
		{"a warm-up of all the time", exitUsage, []string{"6060", "--for", "10s", "--warmup", "10s"}, "--warmup"},
		{"a negative warm-up", exitUsage, []string{"6060", "--warmup", "-1s"}, "--warmup"},
		{"an unknown format", exitUsage, []string{"6060", "--format", "pprof"}, "junit"},
		{"an unknown verdict", exitUsage, []string{"6060", "--fail-on", "clean"}, "leak, stuck or growing"},
		{"a pattern that is none", exitUsage, []string{"6060", "--ignore", "("}, "--ignore"},
		{"a handler that is none", exitUsage, []string{"6060", "--handler", "("}, "handler"},
		{"a size that is none", exitUsage, []string{"6060", "--max-heap-growth", "much"}, "64MiB"},
		{"a negative number", exitUsage, []string{"6060", "--max-goroutine-growth", "-2"}, "100"},
		{"snapshots too often", exitUsage, []string{"6060", "--every", "10ms"}, "--every"},
		{"a baseline that is not there", exitUnreachable, []string{"6060", "--baseline", filepath.Join(dir, "none.json")}, "no such file"},
		{"a baseline that is a directory", exitUnreachable, []string{"6060", "--baseline", dir}, "is a directory"},
		{"a baseline that is a profile", exitUnreachable, []string{"6060", "--baseline", profile}, "not JSON"},
		{"a baseline that is of a diff", exitUnreachable, []string{"6060", "--baseline", plain}, "diff"},
		{"an output that is there", exitUnreachable, []string{"6060", "-o", there}, "--force"},
		{"an output that is a directory", exitUnreachable, []string{"6060", "-o", dir, "--force"}, "directory"},
		{"an output in no directory", exitUnreachable, []string{"6060", "-o", filepath.Join(dir, "none", "report")}, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaktop(t, append([]string{"check"}, c.args...)...).refused(t, c.code, c.says)
		})
	}
}

// TestCheckBaseline checks a target against what it was before: what stood
// there is known by its id, whatever else has changed.
func TestCheckBaseline(t *testing.T) {
	table := snapshot.NewTable()
	old := leak.Finding{ID: "heap-1", Kind: leak.HeapKind, Check: leak.StateKept, Verdict: leak.Growing, Claim: leak.Fact{Kind: leak.FactKind(leak.StateKept)}}
	worse, new := old, old
	worse.Verdict, worse.Claim, new.ID = leak.Leak, leak.Fact{Kind: leak.FactKind(leak.GrowingQueue)}, "heap-2"
	path := filepath.Join(t.TempDir(), "before.json")
	before := export.Check{Table: table, Judged: &gate.Judged{Result: leak.Result{Outcome: leak.Grows, Findings: []leak.Finding{old}}}}
	if err := (output{path: path}).write(t.Context(), streams{}, func(w io.Writer) error { return writeChecks(w, "json", []export.Check{before}) }); err != nil {
		t.Fatal(err)
	}
	flags := checkFlags{failOn: "leak", baseline: path, maxGoroutines: -1}
	policy, err := flags.policy()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		findings []leak.Finding
		code     int
	}{
		{[]leak.Finding{worse}, exitClean},
		{[]leak.Finding{worse, new}, exitClean},
		{[]leak.Finding{worse, {ID: "heap-3", Verdict: leak.Stuck}}, exitLeak},
	} {
		j := gate.New(table, 0, policy).Judge(&leak.Result{Outcome: leak.Leaks, Advanced: 9, Findings: c.findings})
		if got := judgedCode(j); got != c.code || len(j.Known) != 1 {
			t.Errorf("with %d findings, %d of them known, the code is %d, want %d", len(c.findings), len(j.Known), got, c.code)
		}
	}
}

func TestWorstCode(t *testing.T) {
	for _, c := range []struct {
		codes []int
		want  int
	}{
		{[]int{0, 0}, 0}, {[]int{0, 4, 0}, 4}, {[]int{4, 3}, 3}, {[]int{3, 1, 4, 0}, 1}, {[]int{3}, 3},
	} {
		if got := worstCode(c.codes); got != c.want {
			t.Errorf("of %v the worst is %d, want %d", c.codes, got, c.want)
		}
	}
}

func TestDefaultWarmup(t *testing.T) {
	for _, c := range []struct{ duration, want time.Duration }{
		{2 * time.Minute, 12 * time.Second}, {10 * time.Minute, 30 * time.Second}, {10 * time.Second, time.Second}, {0, 30 * time.Second},
	} {
		if got := defaultWarmup(c.duration); got != c.want {
			t.Errorf("of %s it is %s, want %s", c.duration, got, c.want)
		}
	}
}

// TestDiffFailsOn judges two snapshots, which tell little.
func TestDiffFailsOn(t *testing.T) {
	heap := recorded(t, "go-heap.pb.gz")
	for _, format := range formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			p := leaktop(t, "diff", heap, heap, "--fail-on", "leak", "--format", format)
			if p.code != exitInconclusive {
				t.Errorf("exit code %d, want %d", p.code, exitInconclusive)
			}
			if format == "json" {
				assertCleanJSON(t, []byte(p.stdout))
				var report struct {
					Verdict, Reason string
					Changes         *struct{}
				}
				if err := json.Unmarshal([]byte(p.stdout), &report); err != nil || report.Verdict != "inconclusive" || report.Reason == "" || report.Changes == nil {
					t.Errorf("the report has %+v (%v), want a verdict, a reason and changes", report, err)
				}
			}
			verdict := regexp.MustCompile(`(?i)inconclusive`)
			if !verdict.MatchString(p.stdout) && !verdict.MatchString(p.stderr) {
				t.Errorf("nothing says that it is inconclusive: %q, %q", p.stdout, p.stderr)
			}
		})
	}
	// What the runtime has proved needs no more than one look.
	leaked := sampled([]*profile.ValueType{{Type: "goroutineleak", Unit: "count"}}, "main.push")
	path := put(t, "leaked.pb.gz", packedProfile(t, leaked))
	p := leaktop(t, "diff", path, path, "--fail-on", "leak")
	if p.code != exitLeak || !strings.Contains(p.stdout, "PROVEN") {
		t.Errorf("exit code %d and\n%s\nwant %d for what is proven", p.code, p.stdout, exitLeak)
	}
	// So do a dump in which goroutines wait for a lock for days, and a crash that
	// the runtime calls a deadlock.
	const lock = "goroutine 7 [sync.Mutex.Lock, %d minutes]:\ninternal/sync.(*Mutex).lockSlow(0xc000012345)\n\t/go/src/internal/sync/mutex.go:149 +0x15d\n" +
		"shop/stock.(*Ledger).take(0x0?)\n\t/src/shop/stock.go:4 +0x3c\ncreated by main.main in goroutine 1\n\t/src/shop/main.go:9 +0x16b\n\n"
	const asleep = "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/src/shop/main.go:19 +0x10b\nexit status 2\n"
	for _, c := range []struct {
		name, text, want string
		code             int
	}{
		{"days.txt", fmt.Sprintf(lock, 5312), "STUCK", exitLeak},
		{"minutes.txt", fmt.Sprintf(lock, 2), "INCONCLUSIVE", exitInconclusive},
		{"asleep.txt", asleep, "PROVEN", exitLeak},
	} {
		path := put(t, c.name, []byte(c.text))
		if p := leaktop(t, "diff", path, path, "--fail-on", "leak"); p.code != c.code || !strings.Contains(p.stdout, c.want) {
			t.Errorf("%s: exit code %d and\n%s\nwant %d and %s", c.name, p.code, p.stdout, c.code, c.want)
		}
	}
	leaktop(t, "diff", heap, heap, "--fail-on", "maybe").refused(t, exitUsage, "--fail-on")
}
