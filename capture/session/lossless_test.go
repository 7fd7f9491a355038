package session

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	pprof "leaktop/capture/decode"
	"leaktop/capture/snapshot"
)

// maker makes what a target may send, extremes among it.
type maker struct{ *rand.Rand }

// one picks one of some things.
func one[T any](m maker, of ...T) T { return of[m.IntN(len(of))] }

func (m maker) name() string {
	return one(m, "", "main.main", "main.(*T[...]).do.func1", "\x1b[31mred\x1b]0;x\a", "\u202eevil", "a\x00b", "\xff\xfe", "日本語.λ",
		strings.Repeat("x", m.IntN(300)), strings.Repeat("long/", m.IntN(one(m, 100, 2000))))
}

func (m maker) number() int64 {
	return one(m, 0, 1, -1, m.Int64N(1000), m.Int64(), -m.Int64(), math.MaxInt64, math.MinInt64, math.MaxInt32+1)
}

// profile is one as a target sends it.
func (m maker) profile(large bool) *profile.Profile {
	p := &profile.Profile{
		PeriodType: &profile.ValueType{Type: one(m, "space", "goroutine", m.name()), Unit: one(m, "bytes", "count", "kilobytes")},
		Period:     m.number(), TimeNanos: m.number(), DurationNanos: m.number(), DefaultSampleType: one(m, "", "inuse_space", m.name()),
	}
	if m.IntN(2) == 0 {
		p.Mapping = []*profile.Mapping{{ID: 1, Start: 1 << 20, Limit: 1 << 30, File: m.name(), BuildID: m.name()}}
	}
	types := [][2]string{{"alloc_objects", "count"}, {"alloc_space", "bytes"}, {"inuse_objects", "count"}, {"inuse_space", "bytes"}}
	switch m.IntN(4) {
	case 0:
		types = [][2]string{{"goroutine", "count"}}
	case 1:
		types = types[:0]
		for i := range 1 + m.IntN(256) {
			types = append(types, [2]string{fmt.Sprint(m.name(), i), one(m, "bytes", "count", "GB", m.name())})
		}
	}
	for _, of := range types {
		p.SampleType = append(p.SampleType, &profile.ValueType{Type: of[0], Unit: of[1]})
	}
	for i := range 1 + m.IntN(20) {
		p.Function = append(p.Function, &profile.Function{ID: uint64(i + 1), Name: m.name(), Filename: m.name(), StartLine: m.number()})
	}
	for i := range 1 + m.IntN(20) {
		l := &profile.Location{ID: uint64(i + 1), Address: uint64(m.number())}
		for range m.IntN(4) {
			l.Line = append(l.Line, profile.Line{Function: one(m, p.Function...), Line: m.number()})
		}
		p.Location = append(p.Location, l)
	}
	for range m.IntN(one(m, 1, 5, 600)) {
		p.Sample = append(p.Sample, m.sample(p, large))
		large = false
	}
	return p
}

func (m maker) sample(p *profile.Profile, large bool) *profile.Sample {
	s := &profile.Sample{Label: make(map[string][]string), NumLabel: make(map[string][]int64), NumUnit: make(map[string][]string)}
	for range p.SampleType {
		s.Value = append(s.Value, m.number())
	}
	depth, labels := m.IntN(20), m.IntN(4)
	if large {
		depth, labels = one(m, 0, 1000, 20_000), one(m, 0, 1000, 1001, 100_000)
	}
	for range depth {
		s.Location = append(s.Location, one(m, p.Location...))
	}
	for i := range labels {
		s.Label[fmt.Sprint("k", i%5000)] = append(s.Label[fmt.Sprint("k", i%5000)], one(m, "", fmt.Sprint(i), m.name()[:0]+"v"))
	}
	if m.IntN(3) == 0 {
		s.NumLabel["bytes"], s.NumUnit["bytes"] = []int64{m.number()}, []string{one(m, "bytes", "kb", "")}
		s.NumLabel["request"], s.NumUnit["request"] = []int64{m.number()}, []string{one(m, "", "id")}
	}
	return s
}

// dump is a full goroutine dump.
func (m maker) dump() string {
	var b strings.Builder
	for i := range 1 + m.IntN(50) {
		fmt.Fprintf(&b, "goroutine %d [%s]:\nmain.f%d(0x%x)\n\t/src/main.go:%d +0x1d\ncreated by main.main in goroutine 1\n\t/src/main.go:7 +0x3\n\n",
			i+1, one(m, "running", "chan receive, 5 minutes", "sync.Mutex.Lock, 100000000 minutes", "select, locked to thread", "\x1b[1mx"), m.IntN(9), m.Uint64(), m.Uint32())
	}
	return b.String()
}

// index is the index page of a target that may name any number of profiles.
func (m maker) index() string {
	var b strings.Builder
	for i := range 1 + m.IntN(one(m, 5, 5000)) {
		fmt.Fprintf(&b, "<tr><td>%d</td><td><a href='x?debug=1'>p%d</a></td></tr>", m.Int64(), i)
	}
	return b.String()
}

// run makes the events of a run out of what a target sends, as far as it is
// accepted.
func (m maker) run(t *testing.T, table *snapshot.Table) []snapshot.Event {
	large := m.IntN(3) == 0
	profiles, err := pprof.Index([]byte(m.index()))
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Unix(1_760_000_000, 0)
	events := []snapshot.Event{snapshot.Attached{Info: snapshot.Info{Address: "http://a/", Profiles: profiles, StartTime: begun}}}
	var before []byte
	for i := range 1 + m.IntN(6) {
		at := begun.Add(time.Duration(i) * time.Second)
		s := &snapshot.Snapshot{Seq: i + 1, Time: at, Vitals: snapshot.Vitals{Time: at}}
		for v := range snapshot.Vital(snapshot.NumVitals) {
			if m.IntN(3) == 0 {
				s.Vitals.Set(v, m.number())
			}
		}
		if before == nil || m.IntN(2) == 0 {
			var b bytes.Buffer
			if err := m.profile(large).WriteUncompressed(&b); err != nil {
				t.Fatal(err)
			}
			before = b.Bytes()
		}
		p, err := pprof.Profile(before, "made", table, pprof.DefaultLimits())
		if err == nil && p.Kind == snapshot.Goroutine {
			s.Goroutines = p
		} else if err == nil {
			s.Heap = p
		}
		if m.IntN(3) == 0 {
			text := m.dump()
			if s.Dump, err = pprof.Goroutines(strings.NewReader(text), "made", table); err != nil {
				t.Fatal(err)
			}
			grouped, err := pprof.GroupedGoroutines(strings.NewReader(text), "made", table, 0, 64<<20)
			if err != nil {
				t.Fatal(err)
			}
			for i := range grouped.Groups {
				grouped.Groups[i].Arguments = nil // that a file alone tells, and no target
			}
			s.Goroutines = grouped.Profile(table)
		}
		events = append(events, snapshot.Taken{Snapshot: s})
	}
	return events
}

// TestWhatIsAcceptedIsKept writes what is accepted of all that a target can send
// to a file and reads it again: it is the same, and nothing is said to be damaged.
func TestWhatIsAcceptedIsKept(t *testing.T) {
	t.Parallel()
	const runs = 25
	accepted, of := 0, 0
	for n := range runs {
		seed := uint64(n)
		m := maker{rand.New(rand.NewPCG(seed, 1))}
		from := run{table: snapshot.NewTable(), begun: time.Unix(1_760_000_000, 0)}
		events := m.run(t, from.table)
		r, table := open(t, from.record(t, Options{}, events))
		got := 0
		for _, want := range events {
			e, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			got++
			switch want := want.(type) {
			case snapshot.Attached:
				if got, ok := e.(snapshot.Attached); !ok || !reflect.DeepEqual(got.Info.Profiles, want.Info.Profiles) {
					t.Errorf("seed %d: the index comes back as %v", seed, e)
				}
			case snapshot.Taken:
				if of++; want.Snapshot.Heap != nil || want.Snapshot.Goroutines != nil {
					accepted++
				}
				if got, ok := e.(snapshot.Taken); !ok || !sameShot(got.Snapshot, want.Snapshot) {
					t.Errorf("seed %d: #%d is not the same", seed, want.Snapshot.Seq)
				}
			}
		}
		if r.Damage() != "" || got != len(events) {
			t.Errorf("seed %d: %d events of %d; it says %q", seed, got, len(events), r.Damage())
		}
		sameTable(t, seed, table, from.table)
	}
	if accepted < of/2 {
		t.Errorf("%d snapshots of %d have a profile: too much of what is made is refused", accepted, of)
	}
}

// sameShot reports whether two snapshots have the same profiles.
func sameShot(a, b *snapshot.Snapshot) bool {
	for _, kind := range chained() {
		p, q := a.Profile(kind), b.Profile(kind)
		if (p == nil) != (q == nil) {
			return false
		}
		if p == nil {
			continue
		}
		if len(p.Keys) == 0 && len(q.Keys) == 0 {
			continue
		}
		if !p.Time.Equal(q.Time) || !reflect.DeepEqual(p.Keys, q.Keys) || !reflect.DeepEqual(p.Values, q.Values) || !reflect.DeepEqual(p.Types, q.Types) ||
			!reflect.DeepEqual(p.Told, q.Told) || p.Period != q.Period || p.Duration != q.Duration || p.DefaultType != q.DefaultType || p.BuildID != q.BuildID || p.Mappings != q.Mappings || p.Form != q.Form {
			return false
		}
	}
	if a.Dump != nil && b.Dump != nil && !(reflect.DeepEqual(a.Dump.Goroutines, b.Dump.Goroutines) && reflect.DeepEqual(a.Dump.Arguments, b.Dump.Arguments)) {
		return false
	}
	return (a.Dump == nil) == (b.Dump == nil) && reflect.DeepEqual(a.Vitals, b.Vitals)
}

// sameTable holds a table to have the very stacks and labels of another.
func sameTable(t *testing.T, seed uint64, got, want *snapshot.Table) {
	t.Helper()
	a, b := got.Since(snapshot.Extent{}), want.Since(snapshot.Extent{})
	if !reflect.DeepEqual(a.Frames, b.Frames) {
		for i := range min(len(a.Frames), len(b.Frames)) {
			if a.Frames[i] != b.Frames[i] {
				t.Errorf("seed %d: frame %d is %.200q, want %.200q", seed, i, fmt.Sprint(a.Frames[i]), fmt.Sprint(b.Frames[i]))
				break
			}
		}
		t.Errorf("seed %d: %d frames, want %d", seed, len(a.Frames), len(b.Frames))
	}
	if !reflect.DeepEqual(a.Stacks, b.Stacks) {
		t.Errorf("seed %d: %d stacks are not the same as %d", seed, len(a.Stacks), len(b.Stacks))
	}
	if !reflect.DeepEqual(a.Labels, b.Labels) {
		t.Errorf("seed %d: %d sets of labels are not the same as %d", seed, len(a.Labels), len(b.Labels))
	}
}
