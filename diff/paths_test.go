package diff_test

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// calls is a comparison of many stacks that share callers, call themselves, and
// differ in lines alone.
func calls() *diff.Comparison {
	t := snapshot.NewTable()
	random := rand.New(rand.NewPCG(1, 2))
	profile := func() *snapshot.Profile {
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Period: 512, DefaultType: -1,
			Types: []snapshot.SampleType{{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"}}})
		for range 400 {
			var frames []snapshot.FrameID
			for range random.IntN(6) {
				name := string(rune('a' + random.IntN(4)))
				frames = append(frames, t.InternFrame(snapshot.Frame{Function: name, File: name + ".go", Line: 1 + random.IntN(2)}))
			}
			n := random.Int64N(100)
			b.Add(snapshot.Key{Stack: t.InternStack(frames), Size: 16}, []int64{n, 16 * n})
		}
		return b.Profile()
	}
	return diff.Compare(t, profile(), profile())
}

// Cut at nothing, the tree of the paths is the tree that is made stack by stack.
func TestPathsTreeIsTheTree(t *testing.T) {
	c := calls()
	paths := diff.NewPaths(c)
	for column := range c.Types {
		tree, dropped := paths.Tree(column, 0)
		if dropped {
			t.Error("something was left out")
		}
		assertSameTree(t, "", tree, diff.Tree(c, column))
	}
}

func assertSameTree(t *testing.T, path string, got, want *diff.Node) {
	t.Helper()
	path += "/" + got.Frame.Function
	if !reflect.DeepEqual(got.Cum, want.Cum) || !reflect.DeepEqual(got.Flat, want.Flat) || got.Status != want.Status || got.Frame.Function != want.Frame.Function {
		t.Errorf("%s: got %+v %+v %s %s, want %+v %+v %s %s", path, got.Cum, got.Flat, got.Status, got.Frame.Function, want.Cum, want.Flat, want.Status, want.Frame.Function)
	}
	byName := func(a, b *diff.Node) int { return strings.Compare(a.Frame.Function, b.Frame.Function) }
	if !slices.IsSortedFunc(got.Children, byName) {
		t.Errorf("%s: the calls are not in the order of their names", path)
	}
	children := slices.SortedFunc(slices.Values(want.Children), byName)
	if len(got.Children) != len(children) {
		t.Fatalf("%s: %d calls, want %d", path, len(got.Children), len(children))
	}
	for i := range children {
		assertSameTree(t, path, got.Children[i], children[i])
	}
}

// What is kept of a tree is what holds enough, and all of that.
func TestPathsTreeIsCut(t *testing.T) {
	c := calls()
	const least = 0.02
	tree, dropped := diff.NewPaths(c).Tree(1, least)
	if !dropped {
		t.Error("nothing was left out")
	}
	whole := c.Total(1)
	enough := func(n *diff.Node) bool {
		return float64(max(n.Cum.Before, n.Cum.After)) >= least*float64(max(whole.Before, whole.After))
	}
	var compare func(got, want *diff.Node)
	compare = func(got, want *diff.Node) {
		kept := slices.DeleteFunc(slices.Clone(want.Children), func(n *diff.Node) bool { return !enough(n) })
		slices.SortFunc(kept, func(a, b *diff.Node) int { return cmp.Compare(a.Frame.Function, b.Frame.Function) })
		if len(got.Children) != len(kept) {
			t.Fatalf("below %q are %d calls, want %d", got.Frame.Function, len(got.Children), len(kept))
		}
		for i := range kept {
			compare(got.Children[i], kept[i])
		}
	}
	compare(tree, diff.Tree(c, 1))
}

func TestAllPaths(t *testing.T) {
	c := calls()
	for column := range c.Types {
		var before []string
		var total diff.Change
		for p := range diff.NewPaths(c).All(column) {
			if before != nil && slices.Compare(before, p.Functions) >= 0 {
				t.Errorf("%q comes after %q", p.Functions, before)
			}
			before = append([]string{}, p.Functions...)
			total.Before, total.After = total.Before+p.Change.Before, total.After+p.Change.After
		}
		if want := c.Total(column); total.Before != want.Before || total.After != want.After {
			t.Errorf("all paths add up to %+v, want %+v", total, want)
		}
	}
	for range diff.NewPaths(c).All(7) {
		t.Error("a column that is not there has a path")
	}
}
