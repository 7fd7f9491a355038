package main

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// scripted is a judge whose results are known beforehand: the last one for
// which enough snapshots were taken.
type scripted struct {
	taken   int
	results map[int]leak.Result // by the number of snapshots from which on it holds
}

func (s *scripted) Apply(e snapshot.Event) {
	if _, ok := e.(snapshot.Taken); ok {
		s.taken++
	}
}

func (s *scripted) Result() *leak.Result {
	r := leak.Result{Outcome: leak.Clean}
	best := -1
	for from, result := range s.results {
		if from <= s.taken && from > best {
			best, r = from, result
		}
	}
	r.Snapshots = s.taken
	return &r
}

// script is what a target does: an event each, and the time of a bubble at
// which it comes.
type script []struct {
	at    time.Duration
	event snapshot.Event
}

func (s *script) add(at time.Duration, e snapshot.Event) {
	*s = append(*s, struct {
		at    time.Duration
		event snapshot.Event
	}{at, e})
}

// snapshots adds one each interval from a time on, and what comes next after it.
func (s *script) snapshots(from, every time.Duration, n int) {
	for i := range n {
		at := from + time.Duration(i)*every
		s.add(at, snapshot.Taken{Snapshot: &snapshot.Snapshot{}})
		s.add(at, snapshot.Scheduled{Next: time.Now().Add(at + every)})
	}
}

// watched is what came of a target that did as the script has it.
type watched struct {
	judged  *gate.Judged
	reached bool
	took    time.Duration
}

// watchScript watches a target without a screen.
func watchScript(ctx context.Context, h headless, s script) watched {
	begun := time.Now()
	table := snapshot.NewTable()
	if h.judge == nil {
		h.judge = &scripted{}
	}
	h.gate = gate.New(table, 0, gate.Policy{})
	if h.told == nil {
		h.told = func(snapshot.Event, *gate.Judged) {}
	}
	ctx, stop := context.WithCancel(ctx)
	events := make(chan snapshot.Event)
	go func() {
		defer close(events)
		for _, step := range s {
			select {
			case <-time.After(time.Until(begun.Add(step.at))):
			case <-ctx.Done():
				return
			}
			select {
			case events <- step.event:
			case <-ctx.Done():
				return
			}
		}
		<-ctx.Done()
	}()
	var out watched
	out.judged, out.reached = h.watch(ctx, events)
	out.took = time.Since(begun)
	stop()
	for range events {
	}
	return out
}

// twoMinutes is a check of so long.
func twoMinutes() headless {
	return headless{
		watchSpan: watchSpan{duration: 2 * time.Minute, every: 15 * time.Second, patience: 30 * time.Second},
		judging:   &judging{},
	}
}

func TestHeadlessEnds(t *testing.T) {
	const s = time.Second
	attached := snapshot.Attached{Info: snapshot.Info{Address: "http://127.0.0.1:6060/debug/pprof/"}}
	down := func(at time.Duration) snapshot.Event {
		return snapshot.Unreachable{Since: time.Now().Add(at), Reason: "refused"}
	}
	sureLeak := leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{{ID: "a", Verdict: leak.Leak, Confidence: 0.97}}}
	for _, c := range []struct {
		name      string
		headless  func(*headless)
		script    func(*script)
		took      time.Duration
		snapshots int
		outcome   leak.Outcome
	}{
		{
			name:   "with the snapshot that is due at the end",
			script: func(x *script) { x.add(s, attached); x.snapshots(s, 15*s, 20) },
			took:   121 * s, snapshots: 9, outcome: leak.Clean,
		},
		{
			name: "with it even if it is late",
			script: func(x *script) {
				x.add(0, attached)
				x.snapshots(0, 15*s, 8)
				x.add(127*s, snapshot.Taken{Snapshot: &snapshot.Snapshot{}})
			},
			took: 127 * s, snapshots: 9, outcome: leak.Clean,
		},
		{
			name:   "without it if it does not come",
			script: func(x *script) { x.add(0, attached); x.snapshots(0, 15*s, 8) },
			took:   150 * s, snapshots: 8, outcome: leak.Clean,
		},
		{
			name:   "without one that is due later",
			script: func(x *script) { x.add(0, attached); x.snapshots(0, 50*s, 8) },
			took:   120 * s, snapshots: 3, outcome: leak.Clean,
		},
		{
			name:   "counting from when the target was reached",
			script: func(x *script) { x.add(0, down(0)); x.add(60*s, attached); x.snapshots(60*s, 15*s, 20) },
			took:   180 * s, snapshots: 9, outcome: leak.Clean,
		},
		{
			name:   "at once when the target is gone by then",
			script: func(x *script) { x.add(0, attached); x.snapshots(0, 15*s, 8); x.add(119*s, down(119*s)) },
			took:   120 * s, snapshots: 8, outcome: leak.Inconclusive,
		},
		{
			name:   "when the last snapshot finds the target gone",
			script: func(x *script) { x.add(0, attached); x.snapshots(0, 15*s, 8); x.add(122*s, down(122*s)) },
			took:   122 * s, snapshots: 8, outcome: leak.Inconclusive,
		},
		{
			name:     "early when it is sure",
			headless: func(h *headless) { h.untilSure = true; h.judge = &scripted{results: map[int]leak.Result{4: sureLeak}} },
			script:   func(x *script) { x.add(0, attached); x.snapshots(0, 15*s, 20) },
			took:     45 * s, snapshots: 4, outcome: leak.Leaks,
		},
		{
			name:     "not early when nobody asked for that",
			headless: func(h *headless) { h.judge = &scripted{results: map[int]leak.Result{4: sureLeak}} },
			script:   func(x *script) { x.add(0, attached); x.snapshots(0, 15*s, 20) },
			took:     120 * s, snapshots: 9, outcome: leak.Leaks,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := twoMinutes()
				if c.headless != nil {
					c.headless(&h)
				}
				var x script
				c.script(&x)
				got := watchScript(t.Context(), h, x)
				if !got.reached || got.took != c.took || got.judged.Snapshots != c.snapshots || got.judged.Outcome != c.outcome {
					t.Errorf("it took %s for %d snapshots: %s; want %s for %d: %s",
						got.took, got.judged.Snapshots, got.judged.Outcome, c.took, c.snapshots, c.outcome)
				}
			})
		})
	}
}

// An interrupt ends a check with what it saw; if that is less than half of
// what was asked for, nothing found means nothing.
func TestHeadlessInterrupted(t *testing.T) {
	sureLeak := leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{{ID: "a", Verdict: leak.Leak}}}
	for _, c := range []struct {
		duration, after time.Duration
		judge           *scripted
		snapshots       int
		outcome         leak.Outcome
		reason          string
	}{
		{2 * time.Minute, 40 * time.Second, &scripted{}, 3, leak.Inconclusive, "it was interrupted after 40s of 2m"},
		{2 * time.Minute, 40 * time.Second, &scripted{results: map[int]leak.Result{1: sureLeak}}, 3, leak.Leaks, ""},
		{2 * time.Minute, 70 * time.Second, &scripted{}, 5, leak.Clean, ""},
		{0, 40 * time.Second, &scripted{}, 3, leak.Clean, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), c.after)
			defer stop()
			h := twoMinutes()
			h.duration, h.judge = c.duration, c.judge
			var x script
			x.add(0, snapshot.Attached{})
			x.snapshots(0, 15*time.Second, 50)
			got := watchScript(ctx, h, x)
			if !got.reached || got.took != c.after || got.judged.Snapshots != c.snapshots || got.judged.Outcome != c.outcome || got.judged.Reason != c.reason {
				t.Errorf("%s of %s: it took %s for %d snapshots: %s because %q; want %d: %s because %q", c.after, c.duration,
					got.took, got.judged.Snapshots, got.judged.Outcome, got.judged.Reason, c.snapshots, c.outcome, c.reason)
			}
		})
	}
}

// A target that was never reached gives no report, whatever ends the wait.
func TestHeadlessNeverReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		var x script
		x.add(0, snapshot.Unreachable{Reason: "refused"})
		if got := watchScript(ctx, twoMinutes(), x); got.reached || got.judged != nil || got.took != time.Hour {
			t.Errorf("after %s it was reached: %v", got.took, got.reached)
		}
	})
}

// Everything that happens is told, and what was judged with each snapshot.
func TestHeadlessTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		h := twoMinutes()
		h.told = func(e snapshot.Event, j *gate.Judged) { got = append(got, fmt.Sprintf("%T %v", e, j != nil)) }
		var x script
		x.add(0, snapshot.Attached{})
		x.add(0, snapshot.Taken{Snapshot: &snapshot.Snapshot{}})
		x.add(time.Second, snapshot.Warned{})
		watchScript(t.Context(), h, x)
		if want := "[snapshot.Attached false snapshot.Taken true snapshot.Warned false]"; fmt.Sprint(got) != want {
			t.Errorf("it told of %s, want %s", fmt.Sprint(got), want)
		}
	})
}
