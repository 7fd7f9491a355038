package gate_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// run makes the snapshots of a target that has some objects of a size, and
// some goroutines.
type run struct {
	table  *snapshot.Table
	size   int64
	period int64 // of the sampling, 0 unknown
}

func (r run) shot(after time.Duration, objects, goroutines int64) *snapshot.Snapshot {
	stack := r.table.InternStack([]snapshot.FrameID{r.table.InternFrame(snapshot.Frame{Function: "main.main"})})
	heap := snapshot.NewBuilder(snapshot.Profile{
		Kind: snapshot.Heap, DefaultType: -1, Period: r.period,
		Types: []snapshot.SampleType{
			{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"},
			{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"},
		},
	})
	heap.Add(snapshot.Key{Stack: stack, Size: r.size}, []int64{objects, objects * r.size, objects, objects * r.size})
	list := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, DefaultType: -1, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}})
	list.Add(snapshot.Key{Stack: stack}, []int64{goroutines})
	return &snapshot.Snapshot{
		Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(after), Advanced: true,
		Heap: heap.Profile(), Goroutines: list.Profile(),
	}
}

const mib = 1 << 20

// limits judges some snapshots by limits alone.
func limits(r run, maxHeap, maxGoroutines snapshot.Value, shots ...*snapshot.Snapshot) *gate.Judged {
	g := gate.New(r.table, 10*time.Second, gate.Policy{MaxHeap: maxHeap, MaxGoroutines: maxGoroutines})
	for _, s := range shots {
		g.Apply(snapshot.Taken{Snapshot: s})
	}
	return g.Judge(result(leak.Clean))
}

func TestLimits(t *testing.T) {
	exact := run{snapshot.NewTable(), mib, 1}         // every object is sampled
	sampled := run{snapshot.NewTable(), 4096, 524288} // one object in 128 is
	unknown := run{snapshot.NewTable(), mib, 0}       // nobody knows
	warm := exact.shot(0, 1, 1)                       // counts for nothing
	none, level := snapshot.Value{}, exact.shot(20*time.Second, 10, 10)
	grown := exact.shot(80*time.Second, 30, 45)
	for _, c := range []struct {
		name    string
		judged  *gate.Judged
		outcome leak.Outcome
		says    string // of the summary or the reason
	}{
		{"the heap within its limit", limits(exact, snapshot.Known(20*mib), none, warm, level, grown), leak.Clean, ""},
		{"the heap beyond it", limits(exact, snapshot.Known(19*mib), none, warm, level, grown), leak.Leaks,
			"the live heap grew by 20.0 MiB, 1.0 MiB more than the limit of 19.0 MiB"},
		{"goroutines within their limit", limits(exact, none, snapshot.Known(35), warm, level, grown), leak.Clean, ""},
		{"goroutines beyond it", limits(exact, none, snapshot.Known(34), warm, level, grown), leak.Leaks,
			"the number of goroutines grew by 35, 1 more than the limit of 34"},
		{"no goroutine more is allowed", limits(exact, none, snapshot.Known(0), warm, level, exact.shot(80*time.Second, 10, 11)), leak.Leaks, "goroutines grew by 1"},
		{"the heap by no more than sampling makes of it", limits(sampled, snapshot.Known(8*mib), none,
			warm, sampled.shot(20*time.Second, 2560, 1), sampled.shot(80*time.Second, 5120, 1)), leak.Clean, ""},
		{"the heap beyond what sampling makes of it", limits(sampled, snapshot.Known(5*mib), none,
			warm, sampled.shot(20*time.Second, 2560, 1), sampled.shot(80*time.Second, 5120, 1)), leak.Leaks, "5.0 MiB more than"},
		{"the heap of one with no known sampling", limits(unknown, snapshot.Known(19*mib), none,
			warm, unknown.shot(20*time.Second, 10, 1), unknown.shot(80*time.Second, 30, 1)), leak.Leaks, "1.0 MiB more than"},
		{"one snapshot", limits(exact, snapshot.Known(mib), snapshot.Known(1), warm, grown), leak.Inconclusive, "two snapshots after the warm-up"},
		{"a restart", limits(exact, snapshot.Known(mib), none, warm, level, restarted(grown)), leak.Inconclusive, "is not known"},
		{"no GC", limits(exact, snapshot.Known(mib), none, warm, level, without(grown)), leak.Inconclusive, "is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			said := c.judged.Reason
			for _, f := range c.judged.Findings {
				said += f.Summary()
			}
			if c.judged.Outcome != c.outcome || !strings.Contains(said, c.says) {
				t.Errorf("the outcome is %s: %q; want %s and %q", c.judged.Outcome, said, c.outcome, c.says)
			}
		})
	}
}

func restarted(s *snapshot.Snapshot) *snapshot.Snapshot {
	other := *s
	other.Run++
	return &other
}

func without(s *snapshot.Snapshot) *snapshot.Snapshot {
	other := *s
	other.Advanced = false
	return &other
}

// What exceeds a limit is a finding about the process, with its growth and how
// sure that is.
func TestLimitFinding(t *testing.T) {
	r := run{snapshot.NewTable(), 4096, 524288}
	f := limits(r, snapshot.Known(2*mib), snapshot.Value{}, r.shot(0, 1, 1), r.shot(10*time.Second, 2560, 1), r.shot(130*time.Second, 5120, 1)).Findings[0]
	if f.ID != "process-heap-growth" || f.Kind != leak.ProcessKind || f.Check != leak.HeapGrowth || f.Verdict != leak.Leak || f.Stack != snapshot.NoStack {
		t.Errorf("the finding is %+v", f)
	}
	if now, _ := f.Now.Bytes.Get(); now != 20*mib {
		t.Errorf("it holds %d bytes now, want 20 MiB", now)
	}
	// A sampled object stands for 128 of these, so that 10 MiB more rest on
	// 20 of them: the error is about a fifth.
	up, down := f.Growth.High-f.Growth.Value, f.Growth.Value-f.Growth.Low
	if f.Growth.Value != 5*mib || f.Unit != leak.Bytes || math.Abs(up/1.96-5*mib/math.Sqrt(20)) > mib/20 || math.Abs(up-down) > 1 {
		t.Errorf("it grows by %+v %s a minute, want 5 MiB with an error of a fifth", f.Growth, f.Unit)
	}
	if f.Confidence != 0.99 {
		t.Errorf("it is %v sure, want 0.99: the limit lies more than three errors below", f.Confidence)
	}
	if said := f.Evidence(); len(said) != 2 || said[0] != "from 10.0 MiB to 20.0 MiB in 2m" || f.Remedy == "" {
		t.Errorf("the evidence is %q, the remedy %q", said, f.Remedy)
	}
}
