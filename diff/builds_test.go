package diff_test

import (
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// line is one frame of a test's stack: a function that starts at a line, and
// the line in it.
type line struct {
	function    string
	start, line int
}

// builtHeap is a heap profile of a build: each stack, leaf first, with bytes.
func builtHeap(tab *snapshot.Table, build, mappings, dir string, stacks map[int64][]line) *snapshot.Profile {
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, BuildID: build, Mappings: mappings})
	for bytes, frames := range stacks {
		var ids []snapshot.FrameID
		for _, f := range frames {
			ids = append(ids, tab.InternFrame(snapshot.Frame{Function: f.function, File: dir + "/app.go", Line: f.line, StartLine: f.start}))
		}
		b.Add(snapshot.Key{Stack: tab.InternStack(ids)}, []int64{0, 0, 1, bytes})
	}
	return b.Profile()
}

// Each case is what one build and the next hold, by bytes, and what changed.
func TestBuildsAreMatched(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after map[int64][]line
		want          map[string]int64 // by function, what differs
	}{
		{
			"closures are numbered anew",
			map[int64][]line{10: {{"app.run.func1", 20, 22}}, 20: {{"app.run.func2", 30, 31}, {"app.each", 90, 91}}},
			map[int64][]line{10: {{"app.run.func2", 30, 32}}, 20: {{"app.run.func3", 40, 41}, {"app.each", 90, 91}}},
			map[string]int64{},
		},
		{
			"a closure is new, before the others",
			map[int64][]line{10: {{"app.run.func1", 20, 21}}, 20: {{"app.run.func2", 30, 31}}},
			map[int64][]line{5: {{"app.run.func1", 20, 21}}, 10: {{"app.run.func2", 24, 25}}, 20: {{"app.run.func3", 34, 35}}},
			map[string]int64{"app.run.func1": 5},
		},
		{
			"a closure is gone and its number is another's",
			map[int64][]line{10: {{"app.put", 5, 6}, {"app.run.func1", 20, 21}}, 20: {{"app.get", 8, 9}, {"app.run.func2", 30, 31}}},
			map[int64][]line{20: {{"app.get", 8, 9}, {"app.run.func1", 30, 31}}},
			map[string]int64{"app.put": -10},
		},
		{
			"lines of a function move onto each other's",
			map[int64][]line{10: {{"app.fill", 5, 8}}, 20: {{"app.fill", 5, 10}}},
			map[int64][]line{10: {{"app.fill", 5, 10}}, 21: {{"app.fill", 5, 12}}},
			map[string]int64{"app.fill": 1},
		},
		{
			"no start lines, as of another language",
			map[int64][]line{10: {{"app::fill::h0123456789abcdef", 0, 8}, {"main", 0, 99}}},
			map[int64][]line{10: {{"app::fill::h0123456789abcde0", 0, 12}, {"main", 0, 120}}},
			map[string]int64{},
		},
		{
			"goes another way",
			map[int64][]line{10: {{"app.fill", 5, 8}, {"app.get", 20, 21}}},
			map[int64][]line{10: {{"app.fill", 5, 8}, {"app.put", 30, 31}}},
			map[string]int64{"app.fill": 0, "app.get": -10, "app.put": 10},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := snapshot.NewTable()
			cmp := diff.Compare(tab, builtHeap(tab, "one", "x", "/a", c.before), builtHeap(tab, "two", "y", "/b", c.after))
			equal(t, "identity", cmp.Identity, snapshot.AcrossBuilds)
			got := make(map[string]int64)
			for _, r := range cmp.ByFunction(inuseSpace) {
				if r.Cum.Delta != 0 || r.Status == diff.New || r.Status == diff.Gone {
					got[r.Name] = r.Cum.Delta
				}
			}
			for name, delta := range got {
				want, ok := c.want[name]
				if !ok && name != "app.run.func1 (before)" {
					t.Errorf("%s changed by %d, want no change", name, delta)
				}
				if ok && delta != want {
					t.Errorf("%s changed by %d, want %d", name, delta, want)
				}
			}
			for name, delta := range c.want {
				if _, ok := got[name]; !ok && delta != 0 {
					t.Errorf("%s is not said to have changed by %d", name, delta)
				}
			}
		})
	}
}

// A profile that names no build shows by its lines that it is of another one.
func TestBuildsWithoutAName(t *testing.T) {
	tab := snapshot.NewTable()
	at := func(mappings string, start int) *snapshot.Profile {
		return builtHeap(tab, "", mappings, "/a", map[int64][]line{10: {{"app.fill", start, start + 2}}})
	}
	equal(t, "another place", diff.Compare(tab, at("x", 5), at("y", 9)).Identity, snapshot.AcrossBuilds)
	equal(t, "the same place", diff.Compare(tab, at("x", 5), at("y", 5)).Identity, snapshot.Exact)
	equal(t, "one process", diff.Compare(tab, at("x", 5), at("x", 9)).Identity, snapshot.Exact)
}

func TestMovedLinesAreSaid(t *testing.T) {
	tab := snapshot.NewTable()
	base := builtHeap(tab, "one", "x", "/a", map[int64][]line{10: {{"app.run.func1", 20, 22}}, 7: {{"app.same", 80, 81}}})
	current := builtHeap(tab, "two", "y", "/b", map[int64][]line{30: {{"app.run.func2", 30, 33}}, 7: {{"app.same", 90, 91}}})
	notes := strings.Join(diff.Compare(tab, base, current).Notes(), "\n")
	equal(t, "says where it was", strings.Contains(notes, "moved: app.go:22 → app.go:33 (app.run.func1, now app.run.func2)"), true)
	equal(t, "says nothing of what only moved", strings.Contains(notes, "app.same"), false)
}

// Goroutines are matched as stacks are, and shown where they are now.
func TestGroupsAcrossBuilds(t *testing.T) {
	tab := snapshot.NewTable()
	at := func(build string, number int64, frames ...line) *snapshot.Profile {
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}, DefaultType: -1, BuildID: build})
		var ids []snapshot.FrameID
		for _, f := range frames {
			ids = append(ids, tab.InternFrame(snapshot.Frame{Function: f.function, File: "/a/app.go", Line: f.line, StartLine: f.start}))
		}
		b.Add(snapshot.Key{Stack: tab.InternStack(ids)}, []int64{number})
		return b.Profile()
	}
	groups := diff.Compare(tab,
		at("one", 5, line{"runtime.gopark", 400, 460}, line{"runtime.chansend1", 150, 161}, line{"app.run.func1", 20, 22}),
		at("two", 7, line{"runtime.gopark", 400, 460}, line{"runtime.chansend1", 150, 161}, line{"app.run.func2", 30, 33})).Groups()
	if len(groups) != 1 {
		t.Fatalf("%d groups, want one: %+v", len(groups), groups)
	}
	equal(t, "delta", groups[0].Delta, 2)
	equal(t, "line", groups[0].Blocked.Line, 33)
	equal(t, "entry", groups[0].Entry.Function, "app.run.func2")
}

func TestUnnumbered(t *testing.T) {
	for name, want := range map[string]string{
		"main.run":                        "main.run",
		"main.run.func2":                  "main.run.func",
		"main.run.func2.1":                "main.run.func.",
		"main.run.gowrap3":                "main.run.gowrap",
		"main.run-range2":                 "main.run-range",
		"main.(*Store).Put.func1":         "main.(*Store).Put.func",
		"gopkg.in/yaml.v3.parse2":         "gopkg.in/yaml.v3.parse2",
		"app::run::h0123456789abcdef":     "app::run",
		"app::run::hello":                 "app::run::hello",
		"app::run::{{closure}}":           "app::run::{{closure}}",
		"":                                "",
		"example.com/v2/app.Run.func10.3": "example.com/v2/app.Run.func.",
	} {
		equal(t, name, diff.Unnumbered(name), want)
	}
}
