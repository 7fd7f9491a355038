package decode

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/pprof/profile"

	"leaktop/capture/snapshot"
)

// decoded decodes data and fails the test if that fails.
func decoded(t testing.TB, data []byte) (*snapshot.Profile, *snapshot.Table) {
	t.Helper()
	table := snapshot.NewTable()
	p, err := Profile(data, "test", table, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return p, table
}

func TestRecordedProfiles(t *testing.T) {
	for _, name := range recordedProfiles {
		t.Run(name, func(t *testing.T) {
			golden.RequireEqual(t, dump(decoded(t, fixture(t, name))))
		})
	}
}

var recordedProfiles = []string{
	"go-heap.pb.gz", "go-allocs.pb.gz", "go-goroutine.pb.gz", "go-heap-debug1.txt", "go-goroutine-debug1.txt",
	"prometheus-heap.pb.gz", "prometheus-goroutine.pb.gz",
}

// droppedFrames makes a profile of a C++ allocator that asks for its own frames
// to be dropped, in all the places where that can go wrong.
func droppedFrames(t testing.TB) []byte {
	m := newMaker([2]string{"space", "bytes"})
	m.p.DropFrames, m.p.KeepFrames = `malloc|operator new|operator\(\)|tcmalloc::.*|\(anonymous namespace\)::get`, `tcmalloc::keep`
	root, user := m.location("main"), m.location("user(int)")
	malloc, inner := m.location("malloc(unsigned long)"), m.location("inner")
	beneath := m.location("tcmalloc::fast()", "malloc", "inlinee", "caller")
	for i, stack := range [][]*profile.Location{
		{inner, malloc, user, root},                   // the allocator and what it calls
		{malloc, user, malloc, root},                  // nearest to the root
		{inner, beneath, user, root},                  // a location of which only the inner lines go
		{m.location("tcmalloc::keep(x)"), user, root}, // an exception
		{malloc},              // nothing but the allocator: stays whole
		{inner, malloc},       // the same, with a frame below
		{user, malloc, inner}, // the user's frame is the root
		{m.location("operator()(int)"), user, root},      // parentheses of the name
		{m.location("(anonymous namespace)::get"), root}, // the same
		{m.location(".malloc"), user},                    // the PPC's leading dot
		{m.location("Operator(a)(b)"), user, root},       // a name like it
		{},
	} {
		m.sample([]int64{1 << i}, stack...)
	}
	return encode(t, m.p)
}

func TestInvalidDropFramesDropNothing(t *testing.T) {
	m := newMaker([2]string{"space", "bytes"})
	m.p.DropFrames = "malloc("
	m.sample([]int64{1}, m.location("malloc"), m.location("main"))
	p, table := decoded(t, encode(t, m.p))
	if got := table.Leaf(p.Keys[0].Stack).Function; got != "malloc" {
		t.Errorf("leaf %q, want malloc", got)
	}
}

func TestHeadOfProfile(t *testing.T) {
	m := newMaker([2]string{"objects", "count"}, [2]string{"space", "KiB"})
	m.p.TimeNanos, m.p.DurationNanos = 1_700_000_000_000_000_001, int64(3*time.Second)
	m.p.PeriodType, m.p.Period = &profile.ValueType{Type: "space", Unit: "kilobytes"}, 512
	m.p.DefaultSampleType = "space"
	m.p.Mapping = []*profile.Mapping{{ID: 1, Start: 0x400000, Limit: 0x500000, File: "/bin/x", BuildID: "abc\x1b"}}
	m.sample([]int64{1, math.MaxInt64 / 2}, m.location("a"))
	m.sample([]int64{1, -3}, m.location("b"))
	p, _ := decoded(t, encode(t, m.p))

	if p.Kind != snapshot.Heap || p.Period != 512<<10 || p.DefaultType != 1 || p.Duration != 3*time.Second ||
		p.Time.UnixNano() != m.p.TimeNanos || p.BuildID != "abc\uFFFD" {
		t.Errorf("head = %+v", p)
	}
	if want := (snapshot.SampleType{Name: "space", Unit: "bytes"}); p.Types[1] != want {
		t.Errorf("type = %v, want %v", p.Types[1], want)
	}
	if got := p.Vector(0); got[1] != math.MaxInt64 {
		t.Errorf("values near 2^62 KiB became %d bytes, want the largest there is", got[1])
	}
	if got := p.Vector(1); got[1] != -3*1024 {
		t.Errorf("-3 KiB = %d bytes", got[1])
	}
	before := p.Mappings
	m.p.Mapping[0].Start += 0x1000
	if p, _ = decoded(t, encode(t, m.p)); p.Mappings == before || before == "" {
		t.Errorf("fingerprint %q before and %q after the load address moved", before, p.Mappings)
	}
}

func TestKinds(t *testing.T) {
	tests := []struct {
		column [2]string
		want   snapshot.Kind
	}{
		{[2]string{"inuse_space", "bytes"}, snapshot.Heap},
		{[2]string{"alloc_space", "bytes"}, snapshot.Heap},
		{[2]string{"space", "MB"}, snapshot.Heap},
		{[2]string{"space", "light years"}, snapshot.Other},
		{[2]string{"goroutine", "count"}, snapshot.Goroutine},
		{[2]string{"goroutineleak", "count"}, snapshot.Goroutine},
		{[2]string{"cpu", "nanoseconds"}, snapshot.Other},
		{[2]string{"", ""}, snapshot.Other},
	}
	for _, tt := range tests {
		m := newMaker(tt.column)
		p, _ := decoded(t, encode(t, m.p)) // without samples: shown, not refused
		if p.Kind != tt.want || len(p.Keys) != 0 {
			t.Errorf("%v: kind %v with %d records, want %v with none", tt.column, p.Kind, len(p.Keys), tt.want)
		}
	}
}

func TestLabelsAndSizes(t *testing.T) {
	m := newMaker([2]string{"space", "bytes"})
	l := m.location("main")
	s := m.sample([]int64{1}, l)
	s.Label = map[string][]string{"route": {"/a\n", "/b"}}
	s.NumLabel = map[string][]int64{"bytes": {2}, "depth": {7}, "wait": {5}}
	s.NumUnit = map[string][]string{"bytes": {"KB"}, "wait": {"ms"}}
	m.sample([]int64{2}, l).NumLabel = map[string][]int64{"bytes": {-1}}
	m.sample([]int64{4}, l)
	m.sample([]int64{8})
	p, table := decoded(t, encode(t, m.p))
	if len(p.Keys) != 3 || p.Keys[0].Stack != snapshot.NoStack {
		t.Fatalf("keys = %+v: want one without a stack, one plain, one with labels", p.Keys)
	}
	if got := p.Vector(1)[0]; got != 2+4 {
		t.Errorf("equal keys add up to %d, want 6", got)
	}
	if got, want := table.Labels(p.Keys[2].Labels).String(), "depth=7 route=/a  route=/b wait=5 ms"; got != want {
		t.Errorf("labels %q, want %q", got, want)
	}
	if got := p.Keys[2].Size; got != 2048 {
		t.Errorf("size %d, want 2048", got)
	}
}

func TestEveryStringIsCleaned(t *testing.T) {
	const bad = "x\x1b]52;c;aGk=\a\x1b[2J\u202e\xff\n\u009b"
	m := newMaker([2]string{bad, bad})
	f := &profile.Function{ID: 1, Name: bad, Filename: bad}
	system := &profile.Function{ID: 2, SystemName: bad}
	unnamed := &profile.Function{ID: 3}
	m.p.Function = []*profile.Function{f, system, unnamed}
	m.p.Mapping = []*profile.Mapping{{ID: 1, Start: 1, Limit: 2, File: "/lib/" + bad, BuildID: bad}}
	m.p.Location = []*profile.Location{
		{ID: 1, Line: []profile.Line{{Function: f, Line: math.MaxInt64}, {Function: system, Line: -1}, {Function: unnamed}}},
		{ID: 2, Address: 0x1234, Mapping: m.p.Mapping[0]},
		{ID: 3},
	}
	s := m.sample([]int64{1}, m.p.Location...)
	s.Label = map[string][]string{bad: {bad}}
	s.NumLabel, s.NumUnit = map[string][]int64{bad: {1}}, map[string][]string{bad: {bad}}
	p, table := decoded(t, encode(t, m.p))
	golden.RequireEqual(t, dump(p, table))
	for _, r := range strings.ReplaceAll(dump(p, table), "\n", "") {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e {
			t.Errorf("%U reached the outside", r)
		}
	}
}

// TestFormsOfOneProfile decodes the same profile packed, plain, and packed in two members.
func TestFormsOfOneProfile(t *testing.T) {
	packed := fixture(t, "prometheus-heap.pb.gz")
	plain, err := gunzip(packed, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	members := slices.Concat(gzipped(t, plain[:100]), gzipped(t, plain[100:]))
	want, _ := decoded(t, packed)
	for _, data := range [][]byte{plain, members} {
		if got, _ := decoded(t, data); !sameValues(got, want) {
			t.Errorf("another profile than the packed one")
		}
	}
}

func TestDataIsNotKept(t *testing.T) {
	m := newMaker([2]string{"space", "bytes"})
	m.sample([]int64{1}, m.location("main.main"))
	plain, err := gunzip(encode(t, m.p), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	p, table := decoded(t, plain)
	copy(plain, bytes.Repeat([]byte{'x'}, len(plain)))
	if got := table.Leaf(p.Keys[0].Stack).Function; got != "main.main" {
		t.Errorf("the table refers to the caller's bytes: %q", got)
	}
}

func BenchmarkProfile(b *testing.B) {
	for _, n := range []int{20_000, 100_000} {
		b.Run(fmt.Sprintf("%d stacks", n), func(b *testing.B) {
			data := manyStacks(b, n)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				decoded(b, data)
			}
		})
	}
}
