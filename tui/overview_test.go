package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
)

// The line above the curves is the judge's word and no other.
func TestVerdictLine(t *testing.T) {
	grows := trend.Estimate{Value: 3 << 20, Low: 2 << 20, High: 4 << 20, Known: true}
	level := trend.Estimate{Value: -1 << 10, Low: -9 << 10, High: 7 << 10, Known: true}
	few := trend.Estimate{Value: 0.2, Low: -0.4, High: 0.8, Known: true}
	seen := leak.Detection{BytesPerSecond: trend.Number{Value: 22 << 10, Known: true}, GoroutinesPerMinute: trend.Number{Value: 3.4, Known: true}, Confidence: 0.95}
	for _, c := range []struct {
		name   string
		result leak.Result
		want   string
	}{
		{"leak", leak.Result{
			Outcome: leak.Leaks, Findings: []leak.Finding{{Verdict: leak.Proven}, {Verdict: leak.Stuck}},
			Heap: grows, HeapGrows: true, Goroutines: few,
		}, " LEAK  live heap +3.0 MiB/min (2.0 – 4.0) · goroutines +0.2/min"},
		{"over what time", leak.Result{Outcome: leak.Grows, Heap: grows, HeapGrows: true, Goroutines: few, RatesOver: 2 * time.Minute},
			" GROWING  live heap +3.0 MiB/min (2.0 – 4.0) · goroutines +0.2/min over 2m"},
		{"over what time, of the heap alone", leak.Result{Outcome: leak.Grows, Heap: grows, HeapGrows: true, RatesOver: 45 * time.Second},
			"live heap +3.0 MiB/min (2.0 – 4.0) over 45s · goroutines +43.4/min"},
		{"stuck", leak.Result{
			Outcome: leak.Leaks, Findings: []leak.Finding{{Verdict: leak.Stuck}, {Verdict: leak.Growing}}, Heap: level, Goroutines: few,
		}, " STUCK  live heap −1.0 KiB/min (−9.0 – 7.0) · goroutines +0.2/min"},
		{"growing", leak.Result{Outcome: leak.Grows, Heap: grows, HeapGrows: true, Goroutines: few}, " GROWING  live heap +3.0 MiB/min"},
		{"clean", leak.Result{Outcome: leak.Clean, Heap: level, Goroutines: few}, " CLEAN SO FAR  live heap"},
		{"clean, and of what", leak.Result{Outcome: leak.Clean, Heap: level, Goroutines: few, Detection: seen},
			"goroutines +0.2/min · sees leaks above 22.0 KiB/s, 4 goroutines/min"},
		{"too early", leak.Result{Outcome: leak.Inconclusive, Reason: "only 13s were seen", Heap: grows, HeapGrows: true, Detection: leak.Detection{GoroutineLeakIn: 23 * time.Second}},
			" TOO EARLY  live heap +3.0 MiB/min (2.0 – 4.0) · goroutines +43.4/min · only 13s were seen"},
		{"a limit ahead", leak.Result{
			Outcome: leak.Grows, Heap: grows, Goroutines: few,
			Limit: leak.Limit{Bytes: 1 << 30, What: "cgroup", Used: 1 << 20, Left: 42 * time.Minute},
		}, "limit 1.0 GiB (cgroup) in about 42m"},
		{"a limit reached", leak.Result{
			Outcome: leak.Grows, Heap: grows, Goroutines: few, Limit: leak.Limit{Bytes: 1 << 30, What: "--limit", Used: 1 << 30},
		}, "limit 1.0 GiB (--limit) reached"},
		{"half an interval", leak.Result{
			Outcome: leak.Grows, Heap: trend.Estimate{Value: 3 << 20, Low: 2 << 20, High: inf(), Known: true}, Goroutines: few,
		}, "live heap +3.0 MiB/min (at least 2.0)"},
		// What the judge does not know yet is told as it differs since the base.
		{"too little", tooLittle(), " NOT CLEAR YET  live heap +47.8 MiB/min ±3.0 MiB since #1 · goroutines +43.4/min"},
	} {
		p := newProgram(t)
		p.judge.result = c.result
		p.resize(160, 32)
		p.tell(p.story.whole()...)
		if got := p.lines()[bodyTop]; !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Where there is little room, over what time the rates are goes before their
// interval, and a limit before both.
func TestNarrowVerdictLine(t *testing.T) {
	grows := trend.Estimate{Value: 138.6 * (1 << 20), Low: 98 << 20, High: 179 << 20, Known: true}
	r := leak.Result{
		Outcome: leak.Grows, Heap: grows, HeapGrows: true, RatesOver: 20 * time.Second,
		Goroutines: trend.Estimate{Value: 141, Low: 130, High: 150, Known: true},
	}
	for _, c := range []struct {
		width int
		limit leak.Limit
		want  string
	}{
		{120, leak.Limit{}, " GROWING  live heap +138.6 MiB/min (98.0 – 179.0) · goroutines +141.0/min over 20s"},
		{80, leak.Limit{}, " GROWING  live heap +138.6 MiB/min · goroutines +141.0/min over 20s"},
		{60, leak.Limit{}, " GROWING  live heap +138.6 MiB/min · goroutines +141.0/min"},
		{105, leak.Limit{Bytes: 1 << 30, What: "cgroup", Used: 1 << 20, Left: 7 * time.Minute},
			" GROWING  live heap +138.6 MiB/min (98.0 – 179.0) · goroutines +141.0/min · limit 1.0 GiB in about 7m"},
	} {
		p := newProgram(t)
		p.judge.result = r
		p.judge.result.Limit = c.limit
		p.resize(c.width, 24)
		p.tell(p.story.whole()...)
		if got := strings.TrimRight(p.lines()[bodyTop], " "); got != c.want {
			t.Errorf("in %d cells it is %q, want %q", c.width, got, c.want)
		}
	}
}

// What is missing for more is told where there is room for it, whole.
func TestWhatIsMissingIsTold(t *testing.T) {
	p := unjudged(t, 120, 32)
	p.want("2 snapshots with a GC before them, where 3 are needed", "With --allow goroutineleak the runtime")
	// Why nothing is judged stands below the list where there is no room above it.
	p = unjudged(t, 60, 52)
	p.want("Growing since the base  not judged: 2 snapshots with a GC…", "  2 snapshots with a GC before them, where 3 are needed")
	p = unjudged(t, 120, 32)
	// A leak needs no more words.
	p.judge.result = p.story.judged(t)
	p.judge.result.Needs = tooLittle().Needs
	p.tell(p.story.taken(9))
	p.wantNot("With --allow")
	// Nothing found and nothing grows.
	p = newProgram(t)
	p.judge.result = leak.Result{Outcome: leak.Clean, Needs: tooLittle().Needs}
	p.resize(80, 24)
	for seq := 1; seq <= 3; seq++ {
		p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) { s.Heap, s.Goroutines = p.story.heap(0), p.story.routines(0) }))
	}
	p.want("CLEAN SO FAR", "none so far, and nothing grows beyond its error", "With --allow goroutineleak")
}

// What is judged and what merely grows stand apart; what belongs to a finding
// is not told twice.
func TestFindingsAndWhatGrows(t *testing.T) {
	p := told(t, 120, 32)
	p.want("Findings", "LEAK", "76 goroutines send", "GROWING", "PLATEAU", "Growing since the base  not judged", "report.(*Builder).Page")
	if strings.Count(p.screen(), "notify.(*Notifier)") != 1 {
		t.Errorf("what a finding holds is listed beside it:\n%s", p.screen())
	}
	p = unjudged(t, 120, 32)
	p.want("Growing since the base  not judged", "notify.(*Notifier).Push", "notify.(*Notifier).encode").wantNot("Findings")
	// Both kinds are opened with enter.
	told(t, 120, 32).press("G", "enter").want("report.(*Builder).Page   builder.go:112")
}

// Findings are of the newest run as a whole, whatever moment is looked at.
func TestFindingsInThePast(t *testing.T) {
	p := told(t, 120, 32).press("left", "left")
	p.want("LEAK  as of #8, the newest", "Findings  as of #8, the newest", "76 goroutines send")
	p.press("enter").want("as of the newest snapshot")
}

// Nobody leaves the stuck goroutines because no more come, nor because one whose
// stack is another now waits at the same place. Once they have been judged
// otherwise, or another process runs, they are no longer counted.
func TestStuckGoroutinesStayInTheirCurve(t *testing.T) {
	p := told(t, 120, 32)
	found := &p.judge.result.Findings[0]
	stuck := func() []float64 {
		t.Helper()
		o := p.screens[0].(*overviewScreen)
		if o.stuck == nil {
			return nil
		}
		var values []float64
		for _, point := range o.stuck.Points {
			values = append(values, point.Value)
		}
		return values
	}
	told := func(seq int) {
		p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) {
			s.Goroutines = goroutineProfile(p.story.table, goroutines(76, sendingStack, ""))
		}))
	}
	want := []float64{20, 28, 36, 44, 52, 60, 68, 76}
	if got := stuck(); !slices.Equal(got, want) {
		t.Errorf("stuck are %v, want %v", got, want)
	}
	// All are now in the first of the two stacks, of which alone is told.
	found.Stacks = found.Stacks[:1]
	for i, verdict := range []leak.Verdict{leak.Stuck, leak.Plateau} {
		found.Verdict = verdict
		told(9 + i)
		want = append(want, 76)
		if got := stuck(); !slices.Equal(got, want) {
			t.Errorf("%s: stuck are %v, want %v", verdict, got, want)
		}
	}
	found.Verdict = leak.Growing
	told(11)
	if got := stuck(); got != nil {
		t.Errorf("of what may be no leak %v are stuck", got)
	}
	found.Verdict = leak.Stuck
	told(12)
	found.Verdict = leak.Plateau
	p.tell(p.story.restarted(14)...)
	if got := stuck(); got != nil {
		t.Errorf("of another process %v are stuck", got)
	}
}

// What levelled off, or waits and becomes no more, has no rate, though it grew on
// the way.
func TestWhatGrowsNoMoreHasNoRate(t *testing.T) {
	told(t, 120, 32).want("+32.0").press("enter").want("+32.0/min (31.4 – 32.6)")
	for _, verdict := range []leak.Verdict{leak.Stuck, leak.Plateau} {
		p := newProgram(t)
		p.judge.result = p.story.judged(t)
		p.judge.result.Findings[0].Verdict = verdict
		p.resize(120, 32)
		p.tell(p.story.whole()...)
		p.want(verdict.String(), "76 goroutines").wantNot("+32.0")
		p.press("enter").want(verdict.String(), "76 goroutines").wantNot("+32.0")
		p.press("enter").wantNot("   grows  ")
	}
}

// What has only ever levelled off is not stuck.
func TestWhatLevelledOffIsNotStuck(t *testing.T) {
	p := newProgram(t)
	p.judge.result = p.story.judged(t)
	p.judge.result.Findings[0].Verdict = leak.Plateau
	p.resize(120, 32)
	p.tell(p.story.whole()...)
	p.want("goroutines 121").wantNot("stuck 76")
}

// How many goroutines are stuck is a curve of its own, once it is known.
func TestStuckGoroutinesAreACurve(t *testing.T) {
	told(t, 120, 32).want("all 121", "stuck 76")
	unjudged(t, 120, 32).want("goroutines 121").wantNot("stuck")
}
