package tui

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// walk goes over all screens with all views and metrics, and fails where one
// does not fit.
func (p *program) walk() {
	p.t.Helper()
	for _, keys := range []string{
		"1", "enter", "esc", "left", "left", "2", "enter", "down", "n", "esc", "m", "m", "m", "v", "enter", "n", "esc", "v", "v", "enter", "down",
		"right", "left", "v", "v", "down", "down", "right", "enter", "esc", "v", "o", "o", "o", "i", "G", "right", "right", "3", "enter", "n", "N", "esc",
		"v", "v", "enter", "esc", "v", "v", "o", "G", "right", "4", "o", "enter", "enter", "esc", "esc", "G", "enter", "esc", "5", "G", "a", "b", "B", "B", "?", "x", "e", "down", "esc", "1", "end", "down",
	} {
		p.press(keys)
		p.screen()
		if p.t.Failed() {
			p.t.Fatalf("after %s", keys)
		}
	}
}

func sizes() [][2]int { return [][2]int{{60, 20}, {120, 32}, {200, 50}} }

// shots are snapshots with profiles of another kind than Go's.
func shots(s *story, n int, heap func(i int64) *snapshot.Profile) []snapshot.Event {
	out := []snapshot.Event{s.attached()}
	for seq := 1; seq <= n; seq++ {
		i := int64(seq - 1)
		out = append(out, s.takenWith(seq, func(shot *snapshot.Snapshot) {
			shot.Heap = heap(i)
			shot.Vitals = snapshot.Vitals{Time: shot.Time}
			shot.Raw = nil
		}))
	}
	return append(out, s.scheduled(storyEnd, false))
}

const rustStack = `
alloc::raw_vec::RawVec<T,A>::grow_one /rustc/9fc6b4312/library/alloc/src/raw_vec.rs:340
orders::mailbox::Mailbox::push /build/orders/src/mailbox.rs:57
tokio::runtime::task::harness::poll_future /root/.cargo/registry/src/tokio-1.40/src/runtime/task/harness.rs:501
`

func TestProfilesOfOtherLanguages(t *testing.T) {
	bytes := snapshot.SampleType{Name: "inuse_space", Unit: "bytes"}
	for _, c := range []struct {
		name  string
		types []snapshot.SampleType
		value func(i int64) []int64
		want  []string
		not   []string
	}{
		{
			"one column of live bytes", []snapshot.SampleType{bytes},
			func(i int64) []int64 { return []int64{(10 + i) << 20} },
			[]string{"live bytes (inuse_space)", "+2.0 MiB", "orders::mailbox::Mailbox::push", "±?"},
			[]string{"Δ objects"},
		},
		{
			"objects and space", []snapshot.SampleType{{Name: "objects", Unit: "count"}, {Name: "space", Unit: "bytes"}},
			func(i int64) []int64 { return []int64{10 + i, (10 + i) << 20} },
			[]string{"live bytes (space)", "+2.0 MiB"}, nil,
		},
		{
			"what was allocated alone", []snapshot.SampleType{{Name: "alloc_space", Unit: "bytes"}},
			func(i int64) []int64 { return []int64{(10 + i) << 20} },
			[]string{"allocated bytes (alloc_space)", "+2.0 MiB"}, []string{"live bytes"},
		},
		{
			"another kind of profile", []snapshot.SampleType{{Name: "cpu", Unit: "count"}},
			func(i int64) []int64 { return []int64{10 + i} },
			[]string{"cpu · by stack", "+2"}, []string{"live bytes", "MiB/min"},
		},
		{
			"an unknown unit", []snapshot.SampleType{{Name: "pages", Unit: "pages"}},
			func(i int64) []int64 { return []int64{10 + i} },
			[]string{"pages · by stack", "+2"}, []string{"live bytes"},
		},
		{
			"time", []snapshot.SampleType{{Name: "delay", Unit: "nanoseconds"}},
			func(i int64) []int64 { return []int64{(10 + i) * 1_000_000} },
			[]string{"delay · by stack", "+2ms"}, []string{"live bytes"},
		},
		{
			"values of 2^62", []snapshot.SampleType{bytes},
			func(i int64) []int64 { return []int64{1<<62 + i} },
			[]string{"live bytes (inuse_space)"}, nil,
		},
		{
			"the largest value, more than once", []snapshot.SampleType{bytes},
			func(i int64) []int64 { return []int64{math.MaxInt64} },
			[]string{"8.0 EiB → 8.0 EiB"}, nil,
		},
		{
			"negative values", []snapshot.SampleType{bytes},
			func(i int64) []int64 { return []int64{-(10 + i) << 20} },
			[]string{"−2.0 MiB"}, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range sizes() {
				p := newProgram(t)
				p.resize(size[0], size[1])
				p.tell(shots(p.story, 3, func(i int64) *snapshot.Profile {
					head := snapshot.Profile{Kind: snapshot.Heap, Types: c.types, DefaultType: -1}
					return profileOf(p.story.table, head, record{stack: rustStack, values: c.value(i)},
						record{stack: malgStack, values: c.value(0)})
				})...)
				p.press("2")
				if size[0] >= 120 {
					p.want(c.want...)
					p.wantNot(c.not...)
				}
				p.walk()
			}
		})
	}
}

// What only counts up says nothing about what is kept: Overview must not call
// it the live heap, nor say that it grows.
func TestOverviewOfCumulativeProfiles(t *testing.T) {
	for _, name := range []string{"alloc_space", "cpu"} {
		p := newProgram(t)
		p.resize(120, 32)
		p.tell(shots(p.story, 3, func(i int64) *snapshot.Profile {
			head := snapshot.Profile{Kind: snapshot.Heap, Types: []snapshot.SampleType{{Name: name, Unit: map[bool]string{true: "bytes", false: "count"}[name == "alloc_space"]}}, DefaultType: -1}
			return profileOf(p.story.table, head, record{stack: rustStack, values: []int64{(10 + i) << 20}})
		})...)
		if got := p.lines()[bodyTop]; strings.Contains(got, "live heap") {
			t.Errorf("%s is called the live heap: %s", name, got)
		}
	}
}

func TestProfilesWithNothingIn(t *testing.T) {
	for name, types := range map[string][]snapshot.SampleType{"no samples": heapTypes(), "no sample types": nil} {
		t.Run(name, func(t *testing.T) {
			for _, size := range sizes() {
				p := newProgram(t)
				p.resize(size[0], size[1])
				p.tell(shots(p.story, 3, func(int64) *snapshot.Profile {
					return profileOf(p.story.table, snapshot.Profile{Kind: snapshot.Heap, Types: types, DefaultType: -1})
				})...)
				p.walk()
			}
		})
	}
}

// A profile may change its sample types from one snapshot to the next.
func TestSampleTypesThatChange(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	p.tell(shots(p.story, 4, func(i int64) *snapshot.Profile {
		if i%2 == 0 {
			return p.story.heap(i)
		}
		return profileOf(p.story.table, snapshot.Profile{Kind: snapshot.Heap, Types: []snapshot.SampleType{{Name: "space", Unit: "bytes"}}, DefaultType: -1},
			record{stack: rustStack, values: []int64{i << 20}})
	})...)
	p.walk()
}

// Names of any length and of any script break no line. (decode.Sanitise leaves
// combining characters and wide ones: they are text.)
func TestNamesThatAreHardToDraw(t *testing.T) {
	names := []string{
		strings.Repeat("VeryLongName", 420),                                            // 5,040 characters
		"example.com/" + strings.Repeat("p/", 2500) + "f",                              // a path of them
		"注文.(*通知).送信する" + strings.Repeat("長", 200),                                     // two cells each
		"e" + strings.Repeat("\u0301", 300) + ".f",                                     // one cell, 301 runes
		strings.Repeat("o\u0308", 60) + "." + strings.Repeat("n\u0303", 60),            // decomposed
		"\u0301\u0301starts.with.combining",                                            // joins what stands before it
		"👩‍👩‍👧‍👦.(*family).f" + strings.Repeat("🏳️‍🌈", 40),                             // joined emoji
		"main.(*T[go.shape.struct { F example.com/very/long/path.Type }]).Method[...]", // type arguments
		"שלום.עולם",            // right to left
		"ﷺﷺﷺ.\u200b\u200bzero", // one wide glyph, no-width characters
		"x",
	}
	for i, name := range names {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for _, size := range [][2]int{{60, 20}, {120, 32}} {
				p := newProgram(t)
				p.resize(size[0], size[1])
				file := "/" + strings.ReplaceAll(name, " ", "") + "/" + strings.ReplaceAll(name, "/", "") + ".go"
				frame := p.story.table.InternFrame(snapshot.Frame{Function: name, File: file, Line: 7, StartLine: 1})
				caller := p.story.table.InternFrame(snapshot.Frame{Function: name + ".caller", File: file, Line: 9, StartLine: 1})
				stack := p.story.table.InternStack([]snapshot.FrameID{frame, caller})
				labels := p.story.table.InternLabels([]snapshot.Label{{Key: name, Value: name}})
				build := func(kind snapshot.Kind, types []snapshot.SampleType, values ...int64) *snapshot.Profile {
					b := snapshot.NewBuilder(snapshot.Profile{Kind: kind, Types: types, DefaultType: -1, Period: 1})
					b.Add(snapshot.Key{Stack: stack, Labels: labels}, values)
					return b.Profile()
				}
				short := string([]rune(name)[:min(200, len([]rune(name)))])
				p.tell(snapshot.Attached{Info: snapshot.Info{Name: short, Address: short, GoVersion: short, CurveSource: short}})
				for seq := 1; seq <= 3; seq++ {
					n := int64(seq) * 50
					p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) {
						s.Heap = build(snapshot.Heap, heapTypes(), n, n<<20, n, n<<20)
						s.Goroutines = build(snapshot.Goroutine, []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}, n)
						s.Missing = []string{name}
					}))
				}
				p.tell(snapshot.Warned{Text: name})
				p.screen()
				p.walk()
				p.press("2", "/")
				p.enter(name[:min(len(name), 60)])
				p.screen()
				p.press("esc")
				p.tell(snapshot.Asked{Call: name, Cost: name})
				p.screen()
				p.press("n")
				p.tell(snapshot.Unreachable{Since: noon, Reason: short, Next: storyEnd})
				p.walk()
			}
		})
	}
}

// A number of one reads as one.
func TestPlurals(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	for seq := 1; seq <= 2; seq++ {
		p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) {
			s.Heap = heapProfile(p.story.table, objects(putStack, 64<<10, 9, 9))
			s.Goroutines = goroutineProfile(p.story.table, goroutines(1, sendingStack, ""))
		}))
	}
	for keys, wrong := range map[string]string{
		"2": "1 stacks", "2 v / C l o n e enter": "1 functions", "3": "1 groups", "3 / a enter": "1 groups", "3 enter": "1 goroutines",
	} {
		p.press("1").press(strings.Fields(keys)...)
		if strings.Contains(p.screen(), " "+wrong) {
			t.Errorf("after %s: %q", keys, p.line(" "+wrong))
		}
		p.press("esc", "esc")
	}
}

// Source as it is found on disk may have lines of any width.
func TestWideSource(t *testing.T) {
	for _, size := range sizes() {
		p := told(t, size[0], size[1])
		for i := range 60 {
			p.files.source["/home/dev/orders/cache/store.go"] = append(p.files.source["/home/dev/orders/cache/store.go"],
				fmt.Sprint(i)+strings.Repeat(" 長い行", 60))
		}
		p.press("2", "down", "enter")
		p.screen()
		if !strings.Contains(p.screen(), "長い") {
			t.Errorf("at %v the source is not shown", size)
		}
	}
}

// A target may serve a profile of differences, whose values can be negative.
func TestNegativeValues(t *testing.T) {
	const grown, shrunk = "main.a /src/a.go:1\nmain.main /src/main.go:1", "main.b /src/b.go:1\nmain.main /src/main.go:1"
	for _, size := range sizes() {
		p := newProgram(t)
		p.resize(size[0], size[1])
		p.tell(shots(p.story, 3, func(i int64) *snapshot.Profile {
			head := snapshot.Profile{Kind: snapshot.Heap, Types: []snapshot.SampleType{{Name: "inuse_space", Unit: "bytes"}}, DefaultType: -1}
			return profileOf(p.story.table, head, record{stack: shrunk, values: []int64{-100 << 20}}, record{stack: grown, values: []int64{(200 + i) << 20}})
		})...)
		p.walk()
	}
}

// Where a target gives no profile any more since it was restarted, the screens say
// where the last one is: in a recording it is what there is to look at.
func TestNoProfileSinceARestart(t *testing.T) {
	p := told(t, 120, 32)
	p.story.run, p.story.first = 1, storySnapshots+1
	p.tell(snapshot.Restarted{At: p.now, Evidence: "its start time changed"})
	p.tell(p.story.takenWith(storySnapshots+1, func(s *snapshot.Snapshot) {
		s.Heap, s.Goroutines, s.Raw, s.Missing = nil, nil, nil, []string{"heap profile: 500"}
	}))
	p.press("2").want("given no heap profile since it restarted", "The last one is in #8")
	p.press("3").want("given no goroutine profile since it restarted")
	p.press("1", "left").press("2").want("cache.(*")
}
