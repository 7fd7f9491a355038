package gate_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
)

// found is the table of a small program and findings of it.
type found struct{ table *snapshot.Table }

func newFound() found { return found{snapshot.NewTable()} }

func (f found) finding(id string, v leak.Verdict, functions ...string) leak.Finding {
	var frames []snapshot.FrameID
	for _, function := range functions {
		frames = append(frames, f.table.InternFrame(snapshot.Frame{Function: function}))
	}
	return leak.Finding{ID: id, Check: leak.StateKept, Verdict: v, Confidence: 0.97, Stack: f.table.InternStack(frames)}
}

// result is one in which enough was seen.
func result(o leak.Outcome, findings ...leak.Finding) *leak.Result {
	return &leak.Result{Outcome: o, Findings: findings, Advanced: 9, Snapshots: 9}
}

func ids(findings []leak.Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, f.ID)
	}
	return strings.Join(out, " ")
}

func TestPolicy(t *testing.T) {
	f := newFound()
	leaks := f.finding("heap-1", leak.Leak, "runtime.makeslice", "shop/cache.(*Store).Put")
	grows := f.finding("heap-2", leak.Growing, "shop/lru.(*Cache).Add")
	levelled := f.finding("heap-3", leak.Plateau, "shop/pool.Get")
	for _, c := range []struct {
		name            string
		result          *leak.Result
		policy          gate.Policy
		outcome         leak.Outcome
		findings, known string
		ignored         int
		failed          bool
	}{
		{
			name: "nothing", result: result(leak.Clean), outcome: leak.Clean,
		},
		{
			name: "a leak", result: result(leak.Leaks, leaks, grows, levelled),
			outcome: leak.Leaks, findings: "heap-1 heap-2 heap-3", failed: true,
		},
		{
			name: "growing", result: result(leak.Grows, grows, levelled),
			outcome: leak.Grows, findings: "heap-2 heap-3",
		},
		{
			name: "growing that fails", result: result(leak.Grows, grows), policy: gate.Policy{FailOnGrowing: true},
			outcome: leak.Grows, findings: "heap-2", failed: true,
		},
		{
			name: "a leak that is ignored by its function", result: result(leak.Leaks, leaks, grows),
			policy:  gate.Policy{Ignore: []*regexp.Regexp{regexp.MustCompile(`\.Put$`)}},
			outcome: leak.Grows, findings: "heap-2", ignored: 1,
		},
		{
			name: "a leak that is ignored by its id", result: result(leak.Leaks, leaks),
			policy:  gate.Policy{Ignore: []*regexp.Regexp{regexp.MustCompile(`^heap-1$`)}},
			outcome: leak.Clean, ignored: 1,
		},
		{
			name: "all that are ignored by their check", result: result(leak.Leaks, leaks, grows),
			policy:  gate.Policy{Ignore: []*regexp.Regexp{regexp.MustCompile(`nothing`), regexp.MustCompile(`^state-kept$`)}},
			outcome: leak.Clean, ignored: 2,
		},
		{
			name: "a leak that is known", result: result(leak.Leaks, leaks, grows),
			policy:  gate.Policy{Known: map[string]bool{"heap-1": true}},
			outcome: leak.Grows, findings: "heap-2", known: "heap-1",
		},
		{
			name: "what levelled off is no finding that could be known", result: result(leak.Clean, levelled),
			policy:  gate.Policy{Known: map[string]bool{"heap-3": true}},
			outcome: leak.Clean, findings: "heap-3",
		},
		{
			name:    "too little seen",
			result:  &leak.Result{Outcome: leak.Inconclusive, Lacking: "no GC", Reason: "no GC", Findings: []leak.Finding{grows}},
			policy:  gate.Policy{FailOnGrowing: true},
			outcome: leak.Inconclusive, findings: "heap-2",
		},
		{
			name:    "a leak that is ignored, and too little seen of all else",
			result:  &leak.Result{Outcome: leak.Leaks, Lacking: "two snapshots only", Findings: []leak.Finding{leaks}},
			policy:  gate.Policy{Ignore: []*regexp.Regexp{regexp.MustCompile(`Put`)}},
			outcome: leak.Inconclusive, ignored: 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(c.result.Findings)
			j := gate.New(f.table, 0, c.policy).Judge(c.result)
			if j.Outcome != c.outcome || (j.Reason != "") != (c.outcome == leak.Inconclusive) {
				t.Errorf("the outcome is %s because %q, want %s", j.Outcome, j.Reason, c.outcome)
			}
			if got := ids(j.Findings); got != c.findings {
				t.Errorf("the findings are %q, want %q", got, c.findings)
			}
			if got := ids(j.Known); got != c.known {
				t.Errorf("known are %q, want %q", got, c.known)
			}
			if j.Ignored != c.ignored || j.Failed() != c.failed {
				t.Errorf("%d ignored, failed %v; want %d, %v", j.Ignored, j.Failed(), c.ignored, c.failed)
			}
			if ids(c.result.Findings) != ids(before) {
				t.Error("the judge's result was changed")
			}
		})
	}
}

// A process that is gone at the end may have been killed for what it took: what
// was seen before that does not make the run clean.
func TestOutage(t *testing.T) {
	f := newFound()
	since := time.Date(2026, 3, 1, 12, 3, 10, 0, time.UTC)
	down := snapshot.Unreachable{Since: since, Reason: "refused"}
	g := gate.New(f.table, 0, gate.Policy{})
	g.Apply(down)
	j := g.Judge(result(leak.Clean))
	if want := "no answer since 12:03:10 UTC (refused)"; j.Outcome != leak.Inconclusive || !strings.Contains(j.Reason, want) {
		t.Errorf("the outcome is %s because %q, want it inconclusive because of %q", j.Outcome, j.Reason, want)
	}
	if j := g.Judge(result(leak.Leaks, f.finding("heap-1", leak.Leak))); j.Outcome != leak.Leaks {
		t.Errorf("with a leak the outcome is %s", j.Outcome)
	}
	for name, back := range map[string]snapshot.Event{
		"a point": snapshot.VitalsTaken{}, "a snapshot": snapshot.Taken{Snapshot: &snapshot.Snapshot{}}, "attaching": snapshot.Attached{},
	} {
		g.Apply(down)
		g.Apply(back)
		if j := g.Judge(result(leak.Clean)); j.Outcome != leak.Clean {
			t.Errorf("after %s the outcome is %s because %q", name, j.Outcome, j.Reason)
		}
	}
}

// A run that was interrupted is inconclusive where it would be clean or growing.
func TestInterrupted(t *testing.T) {
	f := newFound()
	g := gate.New(f.table, 0, gate.Policy{})
	g.Apply(snapshot.Interrupted{After: 40*time.Second + 400*time.Millisecond, Of: 2 * time.Minute})
	for _, c := range []struct{ outcome, want leak.Outcome }{
		{leak.Clean, leak.Inconclusive}, {leak.Grows, leak.Inconclusive}, {leak.Leaks, leak.Leaks},
	} {
		r := result(c.outcome)
		if c.outcome == leak.Leaks {
			r.Findings = []leak.Finding{f.finding("heap-1", leak.Leak)}
		}
		j := g.Judge(r)
		if j.Outcome != c.want || c.want == leak.Inconclusive && j.Reason != "it was interrupted after 40s of 2m" {
			t.Errorf("%s is %s because %q, want %s", c.outcome, j.Outcome, j.Reason, c.want)
		}
	}
}

func TestSure(t *testing.T) {
	f := newFound()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	seen := func(o leak.Outcome, advanced int, bytes, goroutines float64, findings ...leak.Finding) *leak.Result {
		limit := leak.Detection{BytesPerSecond: trend.Number{Value: bytes, Known: bytes > 0}, GoroutinesPerMinute: trend.Number{Value: goroutines, Known: goroutines > 0}}
		return &leak.Result{Outcome: o, Advanced: advanced, Detection: limit, Findings: findings, Reason: "why"}
	}
	sure, doubtful := f.finding("a", leak.Leak), f.finding("b", leak.Stuck)
	doubtful.Confidence = 0.89
	grows, levelled := f.finding("c", leak.Growing), f.finding("d", leak.Plateau)
	limited := gate.Policy{MaxGoroutines: snapshot.Known(5)}
	for _, c := range []struct {
		name   string
		result *leak.Result
		policy gate.Policy
		want   bool
	}{
		{"a sure leak", seen(leak.Leaks, 6, 1e6, 20, sure, levelled), gate.Policy{}, true},
		{"one that is not", seen(leak.Leaks, 6, 1e6, 20, sure, doubtful), gate.Policy{}, false},
		{"one that is not, but known", seen(leak.Leaks, 6, 1e6, 20, sure, doubtful), gate.Policy{Known: map[string]bool{"b": true}}, true},
		{"something that grows beside it", seen(leak.Leaks, 6, 1e6, 20, sure, grows), gate.Policy{}, false},
		{"growing", seen(leak.Grows, 50, 1e3, 1, grows), gate.Policy{}, false},
		{"inconclusive", seen(leak.Inconclusive, 2, 0, 0), gate.Policy{}, false},
		{"clean", seen(leak.Clean, 12, 50<<10, 6, levelled), gate.Policy{}, true},
		{"clean in too few snapshots", seen(leak.Clean, 11, 1e3, 1), gate.Policy{}, false},
		{"clean, but of fast leaks of the heap alone", seen(leak.Clean, 100, 50<<10+1, 1), gate.Policy{}, false},
		{"clean, but of fast leaks of goroutines alone", seen(leak.Clean, 100, 1e3, 6.1), gate.Policy{}, false},
		{"clean, with no limit known", seen(leak.Clean, 100, 0, 1), gate.Policy{}, false},
		{"clean, but limited", seen(leak.Clean, 12, 1e3, 1), limited, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := gate.New(f.table, 0, c.policy)
			for i := range 2 { // the limit is known to hold so far
				s := &snapshot.Snapshot{Time: at.Add(time.Duration(i) * time.Minute)}
				s.Vitals.Set(snapshot.Goroutines, 7)
				g.Apply(snapshot.Taken{Snapshot: s})
			}
			if got := g.Judge(c.result).Sure(); got != c.want {
				t.Errorf("sure: %v, want %v", got, c.want)
			}
		})
	}
}
