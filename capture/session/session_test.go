package session

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// run makes the events of a run from a table of its own.
type run struct {
	table *snapshot.Table
	begun time.Time
	seq   int
	heaps snapshot.Observations
}

func newRun() *run {
	return &run{table: snapshot.NewTable(), begun: time.Unix(1_760_000_000, 123_456_789)}
}

func (r *run) info() snapshot.Info {
	return snapshot.Info{
		Address: "http://127.0.0.1:6060/debug/pprof/", Name: "orders", GoVersion: "go1.26.8", PID: 4312,
		StartTime: r.begun.Add(-time.Hour), CurveSource: "/metrics", Profiles: map[string]int64{"heap": 12, "goroutine": 7},
	}
}

func (r *run) header() Header {
	return Header{Leaktop: "v1.2.3", Info: r.info(), Started: r.begun, Every: 15 * time.Second, Judge: Settings{
		Warmup: 30 * time.Second, Handlers: []string{`orders\.\(\*Desk\)\..*`, "^main\\.serve$"}, Own: []string{"example.com/shop/"}, Limit: 1 << 30,
	}}
}

func (r *run) at(n int) time.Time { return r.begun.Add(time.Duration(n) * 15 * time.Second) }

// stack interns the nth stack of the program.
func (r *run) stack(n int) snapshot.StackID {
	frames := []snapshot.FrameID{
		r.table.InternFrame(snapshot.Frame{Function: fmt.Sprintf("main.leaf%d", n), File: "/src/leaf.go", Line: n + 1, StartLine: n, Inlined: n%3 == 0}),
		r.table.InternFrame(snapshot.Frame{Function: fmt.Sprintf("main.(*T%d).call", n/10), File: "/src/call.go", Line: 7}),
		r.table.InternFrame(snapshot.Frame{Function: "main.main", File: "/src/main.go", Line: 99}),
	}
	return r.table.InternStack(frames)
}

func (r *run) vitals(n int) snapshot.Vitals {
	v := snapshot.Vitals{Time: r.at(n), Source: "/metrics", Gap: n%5 == 4}
	v.Set(snapshot.HeapAlloc, int64(n)<<20)
	v.Set(snapshot.NumGC, int64(n+9))
	v.Set(snapshot.HeapRecords, 0)
	v.Set(snapshot.RSSAnon, int64(n)<<12)
	return v
}

// heap is a heap profile of some stacks.
func (r *run) heap(n, stacks int) *snapshot.Profile {
	b := snapshot.NewBuilder(snapshot.Profile{
		Kind: snapshot.Heap, Time: r.at(n), DefaultType: -1, Period: 512 << 10, BuildID: "abc", Mappings: "def",
		Types: []snapshot.SampleType{{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"}, {Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"}},
	})
	labels := r.table.InternLabels([]snapshot.Label{{Key: "path", Value: fmt.Sprintf("/orders/%d", n)}})
	for i := range stacks {
		objects := int64(i + n*(i%7))
		b.Add(snapshot.Key{Stack: r.stack(i + n/3), Labels: labels * snapshot.LabelsID(i%2), Size: int64(i % 5 * 64)}, []int64{2 * objects, objects * 128, objects, objects * 64})
	}
	return b.Profile()
}

func (r *run) goroutines(n, stacks int) *snapshot.Profile {
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, DefaultType: 0, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}})
	for i := range stacks {
		stack := r.stack(1000 + i)
		if i%4 == 1 {
			stack = r.table.InState(stack, "chan send")
		}
		b.Add(snapshot.Key{Stack: stack}, []int64{int64(i + n)})
	}
	return b.Profile()
}

// taken is the next snapshot, with everything that one can have.
func (r *run) taken(stacks int) snapshot.Taken {
	r.seq++
	n := r.seq
	s := &snapshot.Snapshot{
		Seq: n, Time: r.at(n), Run: n / 10, Heap: r.heap(n, stacks), Goroutines: r.goroutines(n, stacks), Vitals: r.vitals(n),
		ForcedGC: n%3 == 0, Raw: map[snapshot.Kind][]byte{
			snapshot.Heap: []byte(fmt.Sprintf("\x1f\x8bheap %d", n)), snapshot.GoroutineDump: []byte("goroutine 1 [running]:\n"),
		},
	}
	if n%2 == 0 {
		s.Leaked = r.goroutines(n, 1)
		s.Dump = r.dump(n)
	}
	if n%4 == 0 {
		s.Goroutines, s.Missing = nil, []string{"goroutine profile: timed out", "more"}
	}
	s.Advanced = r.heaps.Advances(s)
	return snapshot.Taken{Snapshot: s}
}

func (r *run) dump(n int) *snapshot.Dump {
	d := &snapshot.Dump{Time: r.at(n), Cut: true, Elided: 2, Unavailable: 1}
	for i := range 5 {
		d.Goroutines = append(d.Goroutines, snapshot.DumpedGoroutine{
			ID: int64(i*7 + 1), CreatorID: int64(i), Status: []string{"chan send", "select"}[i%2], Stack: r.table.Dumped(r.stack(i)),
			Origin: r.table.Dumped(r.stack(50 - i)), Creator: snapshot.FrameID(i), Labels: snapshot.LabelsID(i % 2), Minutes: int32(i), Leaked: i == 3, Locked: i == 4,
		})
	}
	stack := d.Goroutines[2].Stack
	d.Arguments = map[snapshot.StackID][]snapshot.Arguments{stack: {
		{Lock: 0xc000012340, Count: 3, Most: 40, Objects: []snapshot.Argument{{Frame: 2, Address: 0xc000012300, First: true, Sure: true}}},
		{Count: 1, Most: 7, Objects: []snapshot.Argument{{Frame: 1, Address: 0xc000099990}, {Frame: 2, Address: 0xc000012300, Sure: true}}},
	}}
	return d
}

// events are those of a run of some snapshots.
func (r *run) events(snapshots, stacks int) []snapshot.Event {
	out := []snapshot.Event{
		snapshot.Attached{Info: r.info()},
		snapshot.Scheduled{Every: 15 * time.Second, Actual: 15 * time.Second, Next: r.at(1), Cost: snapshot.Cost{Requests: 3, Bytes: 1 << 20, Busy: time.Second, Elapsed: 5, Latency: 6, CPU: -1}},
	}
	for i := range snapshots {
		shot := r.taken(stacks)
		out = append(out, snapshot.VitalsTaken{Vitals: shot.Snapshot.Vitals}, shot)
		switch i {
		case 1:
			out = append(out, snapshot.Unreachable{Since: r.at(i), Reason: "refused", Next: r.at(i + 1)}, snapshot.Warned{Text: "a word"})
		case 2:
			out = append(out, snapshot.Restarted{At: r.at(i), Evidence: "NumGC fell from 31 to 2"}, snapshot.Scheduled{Paused: true})
		case 3:
			out = append(out, snapshot.Noted{Seq: 2, At: r.at(i), Text: "after the deploy", Pinned: true, Baseline: "before"}, snapshot.Interrupted{After: time.Minute, Of: time.Hour})
		}
	}
	return out
}

// record writes events to a new file.
func (r *run) record(t testing.TB, o Options, events []snapshot.Event) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run"+Extension)
	w, err := Create(path, r.header(), r.table, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := w.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll reads a file to its end.
func readAll(t testing.TB, r *Reader) []snapshot.Event {
	t.Helper()
	var out []snapshot.Event
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
}

func open(t testing.TB, path string) (*Reader, *snapshot.Table) {
	t.Helper()
	table := snapshot.NewTable()
	r, err := Open(path, table)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, table
}

// What is read is what was written, to the last field, and with the same ids.
func TestReplayIsTheSame(t *testing.T) {
	run := newRun()
	events := run.events(12, 40)
	path := run.record(t, Options{}, events)
	r, table := open(t, path)
	if got := r.Header(); !reflect.DeepEqual(got, run.header()) {
		t.Errorf("header %+v, want %+v", got, run.header())
	}
	got := readAll(t, r)
	want := append(events, events[1]) // the schedule again, at the end
	want[len(want)-1] = snapshot.Scheduled{Paused: true}
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("event %d is\n%+v, want\n%+v", i, show(got[i]), show(want[i]))
		}
	}
	if a, b := table.Since(snapshot.Extent{}), run.table.Since(snapshot.Extent{}); !reflect.DeepEqual(a, b) {
		t.Error("the table holds other stacks than the one that was written")
	}
	if !r.Ended() || r.Damage() != "" {
		t.Errorf("ended %v, damage %q", r.Ended(), r.Damage())
	}
}

// What counts as an observation is told by the rule of today, whatever rule the
// file was written by.
func TestWhatAdvancedIsToldAnew(t *testing.T) {
	run := newRun()
	shot := func(second int, cycles int64, values ...int64) []snapshot.Event {
		at := run.begun.Add(time.Duration(second) * time.Second)
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: []snapshot.SampleType{{Name: "inuse_space", Unit: "bytes"}}})
		for i, n := range values {
			b.Add(snapshot.Key{Stack: run.stack(i)}, []int64{n})
		}
		v := snapshot.Vitals{Time: at.Add(time.Millisecond)}
		v.Set(snapshot.NumGC, cycles)
		run.seq++
		s := &snapshot.Snapshot{Seq: run.seq, Time: at, Heap: b.Profile(), Vitals: v, Advanced: true}
		return []snapshot.Event{snapshot.VitalsTaken{Vitals: v}, snapshot.Taken{Snapshot: s}}
	}
	path := run.record(t, Options{}, slices.Concat(
		shot(0, 0), shot(5, 3, 7), shot(10, 3, 7), shot(15, 3, 7, 0), shot(20, 4, 9, 0), shot(25, 4, 9, 0, 0), shot(30, 5, 9, 0, 0), shot(35, 5, 9, 0, 0),
	))
	r, _ := open(t, path)
	var got []bool
	for _, e := range readAll(t, r) {
		if taken, ok := e.(snapshot.Taken); ok {
			got = append(got, taken.Snapshot.Advanced)
		}
	}
	// The second is asked for where no more is known than that there was no GC
	// yet, and the GC that the seventh tells of may have come after its heap.
	want := []bool{false, false, true, false, true, false, false, true}
	if !slices.Equal(got, want) {
		t.Errorf("the snapshots count as %v, want %v", got, want)
	}
}

func show(e snapshot.Event) any {
	if taken, ok := e.(snapshot.Taken); ok {
		return *taken.Snapshot
	}
	return e
}

// A table that holds other stacks already has other ids for those of the file,
// and the same frames, labels and values behind them.
func TestReplayIntoAUsedTable(t *testing.T) {
	run := newRun()
	events := run.events(6, 30)
	path := run.record(t, Options{}, events)
	table := snapshot.NewTable()
	for i := range 50 { // of other programs, and some of this one in another order
		f := table.InternFrame(snapshot.Frame{Function: fmt.Sprintf("other.f%d", i)})
		g := table.InternFrame(snapshot.Frame{Function: "main.main", File: "/src/main.go", Line: 99})
		table.InState(table.InternStack([]snapshot.FrameID{f, g}), "select")
		table.InternLabels([]snapshot.Label{{Key: "path", Value: fmt.Sprintf("/orders/%d", 50-i)}})
	}
	r, err := Open(path, table)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var want []*snapshot.Snapshot
	for _, e := range events {
		if taken, ok := e.(snapshot.Taken); ok {
			want = append(want, taken.Snapshot)
		}
	}
	n := 0
	for _, e := range readAll(t, r) {
		taken, ok := e.(snapshot.Taken)
		if !ok {
			continue
		}
		for _, k := range chained() {
			got, was := rows(table, taken.Snapshot.Profile(k)), rows(run.table, want[n].Profile(k))
			if !reflect.DeepEqual(got, was) {
				t.Errorf("the %s of #%d has\n%v, want\n%v", k, n+1, got, was)
			}
		}
		if d := taken.Snapshot.Dump; d != nil {
			for i, g := range d.Goroutines {
				was := want[n].Dump.Goroutines[i]
				if !reflect.DeepEqual(table.Stack(g.Stack), run.table.Stack(was.Stack)) || table.Frame(g.Creator) != run.table.Frame(was.Creator) ||
					!reflect.DeepEqual(table.Labels(g.Labels), run.table.Labels(was.Labels)) {
					t.Errorf("goroutine %d of #%d is %+v, want %+v", g.ID, n+1, g, was)
				}
			}
			if got, was := argumentRows(table, d), argumentRows(run.table, want[n].Dump); !reflect.DeepEqual(got, was) {
				t.Errorf("the arguments of #%d are\n%v, want\n%v", n+1, got, was)
			}
		}
		n++
	}
	if n != len(want) {
		t.Errorf("%d snapshots, want %d", n, len(want))
	}
}

// argumentRows gives the arguments of a dump by what their ids stand for.
func argumentRows(table *snapshot.Table, d *snapshot.Dump) map[string][]string {
	out := make(map[string][]string)
	for stack, sets := range d.Arguments {
		var rows []string
		for _, set := range sets {
			for _, o := range set.Objects {
				rows = append(rows, fmt.Sprintf("%x %d %d %s %x %v %v", set.Lock, set.Count, set.Most, table.Frame(o.Frame).Function, o.Address, o.First, o.Sure))
			}
		}
		out[fmt.Sprint(table.Stack(stack))] = rows
	}
	return out
}

// rows gives a profile by what its ids stand for.
func rows(table *snapshot.Table, p *snapshot.Profile) map[string][]int64 {
	if p == nil {
		return nil
	}
	out := make(map[string][]int64)
	for i, k := range p.Keys {
		out[fmt.Sprintf("%v %q %v %d", table.Stack(k.Stack), table.State(k.Stack), table.Labels(k.Labels), k.Size)] = p.Vector(i)
	}
	return out
}
