package export_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
)

// checkOf is a check of the shop that watched it for two minutes.
func checkOf(t *snapshot.Table, j gate.Judged) export.Check {
	j.From, j.To = baseTime, baseTime.Add(2*time.Minute)
	j.Snapshots, j.Advanced, j.GCCycles = 9, 8, 31
	return export.Check{
		Target: export.NewTarget("http://127.0.0.1:6060/debug/pprof/", baseTime.Add(-time.Hour), "go1.26.8"),
		Table:  t, Judged: &j, Root: "/home/dev/shop",
	}
}

func stackOf(t *snapshot.Table, frames ...snapshot.Frame) snapshot.StackID {
	var ids []snapshot.FrameID
	for _, f := range frames {
		ids = append(ids, t.InternFrame(f))
	}
	return t.InternStack(ids)
}

// stuck are goroutines that hold a heap stack.
func stuck(t *snapshot.Table) leak.Finding {
	return leak.Finding{
		ID: "goroutine-1a2b3c4d5e6f7081", Kind: leak.GoroutineKind, Check: leak.BlockedSend, Verdict: leak.Leak, Confidence: 0.97,
		Claim: leak.Fact{Kind: leak.FactKind(leak.BlockedSend)}.With("now", 1203, leak.Goroutines).With("holds-each", 1<<20, leak.Bytes),
		Where: push, Stack: stackOf(t, park, chanSend, push, background),
		Related: []leak.Related{{Kind: leak.HeapKind, Stack: stackOf(t, grow, put, background), Now: leak.Amounts{Bytes: snapshot.Known(1 << 30), Objects: snapshot.Known(1203)}}},
		Now:     leak.Amounts{Goroutines: snapshot.Known(1203)},
		Growth:  trend.Estimate{Value: 60.80049, Low: 58, High: 63.1, Known: true}, Unit: leak.Goroutines,
		Handler: handler.Handler{Name: "POST /orders", Link: handler.Started}, HasHandler: true,
		Holds: snapshot.Known(1 << 30),
		Facts: []leak.Fact{
			leak.Fact{Kind: leak.BecameMore}.With("more", 120, leak.Goroutines).With("from", 1083, leak.Goroutines).With("to", 1203, leak.Goroutines).
				With("span", 120, leak.Seconds).With("falls", 0, leak.Count),
			leak.Fact{Kind: leak.NoneGone}.With("span", 120, leak.Seconds),
			{Kind: leak.StartedIn, Functions: []string{background.Function}},
			{Kind: leak.StartedByHandler, Handlers: []string{"POST /orders"}},
		},
		Remedy: "give the channel room for the result, or select on ctx.Done() beside the send",
	}
}

// kept is a heap stack of which one bound of the growth is not known.
func kept(t *snapshot.Table) leak.Finding {
	return leak.Finding{
		ID: "heap-0011223344556677", Kind: leak.HeapKind, Check: leak.StateKept, Verdict: leak.Growing, Confidence: 0.99,
		Claim: leak.Fact{Kind: leak.FactKind(leak.StateKept), Words: []string{"across-requests", "may-fill"}}.With("freed", 0, leak.Ratio),
		Where: put, Stack: stackOf(t, grow, put, create, serve),
		Now:    leak.Amounts{Bytes: snapshot.Known(3686400), Objects: snapshot.Known(900)},
		Growth: trend.Estimate{Value: 3250585.6, Low: 3145728.4, High: math.Inf(1), Known: true}, Unit: leak.Bytes,
		Facts: []leak.Fact{
			leak.Fact{Kind: leak.RoseInSteps}.With("rises", 7, leak.Count).With("steps", 7, leak.Count).With("span", 105, leak.Seconds),
			leak.Fact{Kind: leak.GrowthProbable}.With("p", 0.98765, leak.Probability),
		},
		Recheck: leak.Fact{Kind: leak.WatchWhetherItGoesOn}.With("left", 75, leak.Seconds),
		Remedy:  "bound it: an LRU with a cap, or a TTL",
	}
}

// levelled is what grew once; offHeap is about the process, and little is known of it.
func levelled(t *snapshot.Table) leak.Finding {
	return leak.Finding{ID: "heap-8899aabbccddeeff", Kind: leak.HeapKind, Check: leak.StateKept, Verdict: leak.Plateau, Confidence: 0.8,
		Claim: leak.Fact{Kind: leak.LevelledOff}, Where: mainFrame, Stack: stackOf(t, mainFrame), Remedy: "nothing, unless the level is too high"}
}

func offHeap() leak.Finding {
	return leak.Finding{ID: "process-0123456789abcdef", Kind: leak.ProcessKind, Check: leak.OffHeap, Verdict: leak.Stuck,
		Claim: leak.Fact{Kind: leak.FactKind(leak.OffHeap)}.With("now", 187<<20, leak.Bytes)}
}

// evil is named to do harm in any format.
func evil(t *snapshot.Table) leak.Finding {
	f := kept(t)
	name := "a.f[<b>|`c`*_d_]{@e}#1~!$%0A::error::,]]>&\u00a0\uFFFD"
	f.ID, f.Verdict, f.Claim = "heap-"+name, leak.Leak, naming(name)
	f.Where = snapshot.Frame{Function: name, File: "/home/dev/shop/a|b,c:%.go", Line: 1}
	f.Stack = stackOf(t, f.Where, mainFrame)
	f.Handler, f.HasHandler = handler.Handler{Name: "GET /" + name}, true
	f.Facts, f.Recheck, f.Remedy = []leak.Fact{naming(name), {Kind: leak.StartedIn, Functions: []string{name}}}, naming(name), name
	return f
}

// naming is a fact that shows a name as it is.
func naming(name string) leak.Fact {
	return leak.Fact{Kind: leak.StartedByHandler, Handlers: []string{name}}
}

// limits are what is known after five minutes.
func limits() leak.Detection {
	return leak.Detection{
		BytesPerSecond: trend.Number{Value: 22500.4, Known: true}, ObjectEvery: 14560 * time.Millisecond,
		GoroutinesPerMinute: trend.Number{Value: 3.44, Known: true}, Confidence: 0.95,
	}
}

// checks are runs of every outcome.
func checks() map[string]export.Check {
	t := snapshot.NewTable()
	out := map[string]export.Check{
		"leaks": checkOf(t, gate.Judged{
			Result: leak.Result{
				Outcome: leak.Leaks, Findings: []leak.Finding{stuck(t), offHeap(), kept(t), levelled(t)},
				Heap: trend.Estimate{Value: 67108864, Low: 66165145, High: 68052582, Known: true}, HeapGrows: true,
				Goroutines: trend.Estimate{Value: 0.4, Low: -0.2, High: 1, Known: true},
				Limit:      leak.Limit{Bytes: 4 << 30, What: "GOMEMLIMIT", Used: 1400 << 20, Left: 42 * time.Minute},
				Restarts:   1,
				Needs:      []string{"A heap profile is a sample: a leak of 5 KiB/s takes half an hour to show.", "Whether it is proven: --allow goroutineleak."},
			},
			Ignored: 2,
		}),
		"known": checkOf(t, gate.Judged{
			Result: leak.Result{Outcome: leak.Clean, Findings: []leak.Finding{levelled(t)}},
			Known:  []leak.Finding{stuck(t)},
		}),
		"growing":            checkOf(t, gate.Judged{Result: leak.Result{Outcome: leak.Grows, Findings: []leak.Finding{kept(t)}, Detection: limits()}}),
		"growing that fails": checkOf(t, gate.Judged{Result: leak.Result{Outcome: leak.Grows, Findings: []leak.Finding{kept(t)}}, FailOnGrowing: true}),
		"inconclusive": checkOf(t, gate.Judged{Result: leak.Result{
			Outcome: leak.Inconclusive, Reason: "only 2 snapshots since the warm-up came after a GC, and a trend needs 3", Findings: []leak.Finding{kept(t)},
			Detection: leak.Detection{Confidence: 0.95, HeapLeakIn: 216*time.Second + 1, GoroutineLeakIn: 12 * time.Second}}}),
		"clean": checkOf(t, gate.Judged{Result: leak.Result{
			Outcome: leak.Clean, Detection: limits(), RatesOver: 2 * time.Minute,
			Heap:       trend.Estimate{Value: 3072, Low: 1024, High: 5120, Known: true},
			Goroutines: trend.Estimate{Value: -3, Low: -4, High: -2, Known: true},
		}}),
		"hostile": checkOf(t, gate.Judged{Result: leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{evil(t)}}, Known: []leak.Finding{evil(t)}}),
	}
	all := out["leaks"]
	all.All = true
	out["leaks and what levelled off"] = all
	none := checkOf(t, gate.Judged{})
	none.Target, none.Judged = export.Target{}, &gate.Judged{Result: leak.Result{Outcome: leak.Inconclusive, Reason: "no snapshot was taken", GCCycles: -1,
		Detection: leak.Detection{Confidence: 0.95, HeapLeakIn: -1, GoroutineLeakIn: -1}}}
	out["nothing seen"] = none
	return out
}

func TestCheckText(t *testing.T) {
	for name, c := range checks() {
		t.Run(name, func(t *testing.T) {
			out := write(t, func(w *bytes.Buffer) error { return export.CheckText(w, c) })
			golden.RequireEqual(t, out)
			for line := range strings.Lines(string(out)) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%d characters, and it could be broken: %s", n, line)
				}
			}
		})
	}
}

func TestCheckMarkdown(t *testing.T) {
	for name, c := range checks() {
		t.Run(name, func(t *testing.T) {
			golden.RequireEqual(t, write(t, func(w *bytes.Buffer) error { return export.CheckMarkdown(w, c) }))
		})
	}
}

func TestCheckJSON(t *testing.T) {
	for name, c := range checks() {
		t.Run(name, func(t *testing.T) {
			out := write(t, func(w *bytes.Buffer) error { return export.JSON(w, export.NewCheckReport(c)) })
			if err := validate(t, out); err != nil {
				t.Error(err)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, out, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, pretty.Bytes())
		})
	}
}

// The finding that a command gets by itself is the one of the report.
func TestFindingJSON(t *testing.T) {
	table := snapshot.NewTable()
	f := stuck(table)
	alone := write(t, func(w *bytes.Buffer) error { return export.FindingJSON(w, export.NewFinding(table, f)) })
	whole := write(t, func(w *bytes.Buffer) error {
		return export.JSON(w, export.NewCheckReport(checkOf(table, gate.Judged{Result: leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{f}}})))
	})
	if n := bytes.Count(alone, []byte("\n")); n != 1 || !bytes.Contains(whole, bytes.TrimSpace(alone)) {
		t.Errorf("%d lines: %s\nis not in %s", n, alone, whole)
	}
}

func TestFindingLine(t *testing.T) {
	table := snapshot.NewTable()
	c := checkOf(table, gate.Judged{})
	for _, line := range []struct {
		finding leak.Finding
		want    string
	}{
		{stuck(table), "2026-03-01 12:02:00 UTC  LEAK, 97 % sure: 1,203 goroutines send on a channel that nobody receives from, holding about 1.0 MiB each  " +
			"shop/orders.(*Notifier).Push orders/notify.go:88  +60.8/min (+58.0 to +63.1)  http://127.0.0.1:6060/debug/pprof/"},
		{offHeap(), "2026-03-01 12:02:00 UTC  STUCK: memory outside the Go heap grows: 187.0 MiB that the Go runtime does not know of  http://127.0.0.1:6060/debug/pprof/"},
	} {
		if got := export.FindingLine(c, line.finding); got != line.want {
			t.Errorf("got  %s\nwant %s", got, line.want)
		}
	}
}

// Whatever byte the writer fails at, the caller learns of it.
func TestCheckWriteErrors(t *testing.T) {
	c := checks()["leaks"]
	for name, write := range map[string]func(*full) error{
		"text":     func(w *full) error { return export.CheckText(w, c) },
		"markdown": func(w *full) error { return export.CheckMarkdown(w, c) },
		"json":     func(w *full) error { return export.JSON(w, export.NewCheckReport(c)) },
		"junit":    func(w *full) error { return export.JUnit(w, []export.Check{c}) },
		"github":   func(w *full) error { return export.GitHub(w, []export.Check{c}) },
	} {
		for _, room := range []int{0, 1, 100} {
			if err := write(&full{room: room}); err == nil || !strings.Contains(err.Error(), errFull.Error()) {
				t.Errorf("%s with room for %d bytes: got the error %v", name, room, err)
			}
		}
	}
}
