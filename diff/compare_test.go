package diff_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

func TestCompareByStack(t *testing.T) {
	tab := snapshot.NewTable()
	base := heap(tab, live("app.keep main.main", 1024, 10), live("app.level main.main", 64, 5), live("app.free main.main", 32, 7))
	current := heap(tab,
		live("app.keep main.main", 1024, 30),
		live("app.level main.main", 64, 5),
		live("app.fresh main.main", 8, 1),
		// Everything was freed, but Go still knows what was once allocated.
		sample{stack: "app.free main.main", size: 32, values: []int64{7, 224, 0, 0}},
	)
	c := diff.Compare(tab, base, current)
	var got []string
	for _, r := range c.ByStack(inuseSpace, nil) {
		got = append(got, r.Name+" "+string(r.Status))
		equal(t, r.Name+" cum", r.Cum, r.Flat)
		equal(t, r.Name+" delta", r.Flat.Delta, r.Flat.After-r.Flat.Before)
	}
	want := []string{"app.keep changed", "app.free gone", "app.fresh new", "app.level same"}
	if !slices.Equal(got, want) {
		t.Errorf("rows: got %q, want %q", got, want)
	}
	equal(t, "total", c.Total(inuseSpace).Delta, 20*1024+8-224)
	equal(t, "identical", c.Identical(), false)
}

func TestCompareWithoutOneSide(t *testing.T) {
	tab := snapshot.NewTable()
	p := heap(tab, live("app.keep main.main", 1024, 10))
	for name, c := range map[diff.Status]*diff.Comparison{
		diff.New:  diff.Compare(tab, nil, p),
		diff.Gone: diff.Compare(tab, p, nil),
		diff.Same: diff.Compare(tab, p, p),
	} {
		rows := c.ByFunction(inuseSpace)
		if len(rows) != 2 || rows[0].Status != name || rows[1].Status != name {
			t.Errorf("%s: got %+v", name, rows)
		}
	}
	nothing := diff.Compare(tab, nil, nil)
	equal(t, "rows of nothing", len(nothing.ByStack(0, nil))+len(nothing.ByFunction(-1))+len(nothing.ByPackage(7)), 0)
	equal(t, "changes of nothing", len(nothing.Changes()), 0)
	equal(t, "total of nothing", nothing.Total(0), diff.Change{})
	equal(t, "default column of nothing", nothing.DefaultColumn(), -1)
	equal(t, "tree of nothing", len(diff.Tree(nothing, 0).Children), 0)
	if _, err := nothing.SampleIndex("inuse_space"); err == nil {
		t.Error("a sample type of nothing was found")
	}
}

func TestCompareJoinsSampleTypesByName(t *testing.T) {
	tab := snapshot.NewTable()
	one := build(tab, snapshot.Profile{Kind: snapshot.Heap, DefaultType: -1, Types: []snapshot.SampleType{{Name: "inuse_space", Unit: "bytes"}}},
		sample{stack: "a.f", values: []int64{100}})
	both := build(tab, snapshot.Profile{Kind: snapshot.Heap, DefaultType: -1, Types: []snapshot.SampleType{{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"}}},
		sample{stack: "a.f", values: []int64{3, 140}})
	c := diff.Compare(tab, one, both)
	equal(t, "columns", len(c.Types), 2)
	equal(t, "live bytes", c.Total(1).Delta, 40)
	equal(t, "live objects", c.Total(0).Delta, 3)
	equal(t, "notes", strings.Join(c.Notes(), "\n"), "the base has no inuse_objects, which counts as 0")

	back := diff.Compare(tab, both, one)
	equal(t, "columns the other way", len(back.Types), 2)
	equal(t, "live bytes the other way", back.Total(0).Delta, -40)
	equal(t, "live objects the other way", back.Total(1).Delta, -3)
}

func TestCompareSaturates(t *testing.T) {
	tab := snapshot.NewTable()
	const huge = 1 << 62
	big := func(functions ...string) *snapshot.Profile {
		var samples []sample
		for _, f := range functions {
			samples = append(samples, sample{stack: f + " main.main", values: []int64{huge, huge, huge, huge}})
		}
		return heap(tab, samples...)
	}
	c := diff.Compare(tab, big("a.f"), big("a.f", "a.g", "a.h"))
	equal(t, "total after", c.Total(inuseSpace).After, math.MaxInt64)
	equal(t, "total delta", c.Total(inuseSpace).Delta, math.MaxInt64-huge)
	equal(t, "root of the tree", diff.Tree(c, inuseSpace).Cum.After, math.MaxInt64)
	for _, r := range c.ByFunction(inuseSpace) {
		if r.Name == "main.main" && r.Cum.After != math.MaxInt64 {
			t.Errorf("cum of main.main: got %d", r.Cum.After)
		}
	}
}

// A rebuild moves code in its file; the stacks still match, and rows show files
// and lines that exist.
func TestCompareAcrossBuilds(t *testing.T) {
	tab := snapshot.NewTable()
	at := func(build string, start int, objects int64) *snapshot.Profile {
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, BuildID: build})
		b.Add(snapshot.Key{Stack: stackAt(tab, "app.keep main.main", start, start+2), Size: 8}, []int64{objects, objects * 8, objects, objects * 8})
		return b.Profile()
	}
	base, current := at("one", 10, 4), at("two", 90, 6)
	c := diff.Compare(tab, base, current)
	equal(t, "identity", c.Identity, snapshot.AcrossBuilds)
	rows := c.ByStack(inuseSpace, nil)
	if len(rows) != 1 {
		t.Fatalf("the stack was not matched: %+v", rows)
	}
	equal(t, "delta", rows[0].Flat.Delta, 16)
	equal(t, "file", rows[0].File, "/home/dev/app.go")
	equal(t, "line", rows[0].Line, 92)
	equal(t, "stack", rows[0].Stack, current.Keys[0].Stack)
	for _, r := range c.ByFunction(inuseSpace) {
		equal(t, "line of "+r.Name, r.Line, 92)
		equal(t, "stacks of "+r.Name, c.Stacks(r)[0], current.Keys[0].Stack)
	}
	equal(t, "note", strings.HasPrefix(strings.Join(c.Notes(), "\n"), "the builds differ"), true)

	equal(t, "identity within a build", diff.Compare(tab, base, at("one", 90, 6)).Identity, snapshot.Exact)
	equal(t, "identity of unknown builds", diff.Compare(tab, base, at("", 90, 6)).Identity, snapshot.Exact)
}

func TestSampleIndex(t *testing.T) {
	tab := snapshot.NewTable()
	c := diff.Compare(tab, nil, heap(tab))
	for name, want := range map[string]int{"": inuseSpace, "alloc_space": allocSpace, "2": inuseObjects} {
		got, err := c.SampleIndex(name)
		if err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", name, got, err, want)
		}
	}
	for _, name := range []string{"4", "-1", "cpu"} {
		if _, err := c.SampleIndex(name); err == nil || !strings.Contains(err.Error(), "use alloc_objects, alloc_space, inuse_objects, inuse_space") {
			t.Errorf("%q: got the error %v", name, err)
		}
	}
	node := diff.Compare(tab, nil, &snapshot.Profile{DefaultType: -1, Types: []snapshot.SampleType{{Name: "objects", Unit: "count"}, {Name: "space", Unit: "bytes"}}})
	if got, err := node.SampleIndex("inuse_space"); err != nil || got != 1 {
		t.Errorf("inuse_space of a profile that calls it space: got %d, %v", got, err)
	}
}

// The rows of any two profiles add up to what a naive count over maps gives.
func FuzzCompareAddsUp(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, []byte{1, 2, 9, 4})
	f.Add([]byte{}, []byte{0, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		tab := snapshot.NewTable()
		base, current := randomHeap(tab, a), randomHeap(tab, b)
		c := diff.Compare(tab, base, current)
		want := make(map[string]int64) // by function
		for _, side := range []struct {
			p    *snapshot.Profile
			sign int64
		}{{base, -1}, {current, 1}} {
			for i, k := range side.p.Keys {
				want[tab.Leaf(k.Stack).Function] += side.sign * side.p.Vector(i)[inuseSpace]
			}
		}
		got := make(map[string]int64)
		var flat, stacks, packages int64
		for _, r := range c.ByFunction(inuseSpace) {
			got[r.Name] = r.Flat.Delta
			flat += r.Flat.Delta
		}
		for _, r := range c.ByStack(inuseSpace, nil) {
			stacks += r.Flat.Delta
		}
		for _, r := range c.ByPackage(inuseSpace) {
			packages += r.Flat.Delta
		}
		for name, delta := range want {
			equal(t, name, got[name], delta)
		}
		total := c.Total(inuseSpace).Delta
		equal(t, "sum by function", flat, total)
		equal(t, "sum by stack", stacks, total)
		equal(t, "sum by package", packages, total)
		equal(t, "root of the tree", diff.Tree(c, inuseSpace).Cum.Delta, total)
		equal(t, "identical", c.Identical(), base.SameObservation(current) || len(c.Changes()) == 0 && !changes(c))
	})
}

// changes reports whether any record differs: sizes of one stack may cancel out.
func changes(c *diff.Comparison) bool {
	for _, delta := range c.Deltas() {
		if slices.ContainsFunc(delta, func(v int64) bool { return v != 0 }) {
			return true
		}
	}
	return false
}

// randomHeap makes a profile of bytes: four a record.
func randomHeap(tab *snapshot.Table, data []byte) *snapshot.Profile {
	functions := []string{"a.f", "a.g", "b.f", "b/c.h", "main.main"}
	var samples []sample
	for ; len(data) >= 4; data = data[4:] {
		var stack []string
		for n := data[0]; n > 0; n /= 5 {
			stack = append(stack, functions[n%5])
		}
		samples = append(samples, live(strings.Join(append(stack, "main.main"), " "), int64(data[1])+1, int64(data[2])))
	}
	return heap(tab, samples...)
}
