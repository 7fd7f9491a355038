package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

func TestByFunctionCountsAStackOnce(t *testing.T) {
	tab := snapshot.NewTable()
	base := heap(tab, live("app.walk app.walk app.walk main.main", 8, 1))
	current := heap(tab,
		live("app.walk app.walk app.walk main.main", 8, 4), // recursive
		live("app.leaf app.walk main.main", 8, 1),
		live("app.leaf app.walk main.main", 16, 1), // another size of the same stack
	)
	c := diff.Compare(tab, base, current)
	var got []string
	for _, r := range c.ByFunction(inuseSpace) {
		got = append(got, fmt.Sprintf("%s flat %+d now %d, cum %+d now %d", r.Name, r.Flat.Delta, r.Flat.After, r.Cum.Delta, r.Cum.After))
	}
	want := []string{
		"app.walk flat +24 now 32, cum +48 now 56",
		"app.leaf flat +24 now 24, cum +24 now 24",
		"main.main flat +0 now 0, cum +48 now 56",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRowsByPackage(t *testing.T) {
	tab := snapshot.NewTable()
	c := diff.Compare(tab, nil, heap(tab,
		live("bytes.growSlice bytes.(*Buffer).Write app.save app.main", 8, 1),
		live("malloc app.main", 8, 2),
	))
	var got []string
	for _, r := range c.ByPackage(inuseSpace) {
		got = append(got, fmt.Sprintf("%s flat %d cum %d", r.Name, r.Flat.After, r.Cum.After))
	}
	want := []string{"(no package) flat 16 cum 16", "bytes flat 8 cum 8", "app flat 0 cum 24"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStacksOfARow(t *testing.T) {
	tab := snapshot.NewTable()
	c := diff.Compare(tab, nil, heap(tab, live("a.f main.main", 8, 1), live("a.g main.main", 8, 2), live("a.g a.f main.main", 8, 3)))
	for _, r := range c.ByFunction(inuseSpace) {
		want := map[string]int{"a.f": 2, "a.g": 2, "main.main": 3}[r.Name]
		equal(t, "stacks through "+r.Name, len(c.Stacks(r)), want)
		equal(t, "the one of "+r.Name+" that changed most", r.Stack, stackOf(tab, "a.g a.f main.main"))
	}
	for _, r := range c.ByStack(inuseSpace, nil) {
		equal(t, "stacks of a stack", slices.Equal(c.Stacks(r), []snapshot.StackID{r.Stack}), true)
	}
}

func TestByStackNamesTheMostTellingFrame(t *testing.T) {
	tab := snapshot.NewTable()
	frame := func(function, file string) snapshot.FrameID {
		return tab.InternFrame(snapshot.Frame{Function: function, File: file, Line: 7})
	}
	grow := frame("runtime.growslice", "/usr/local/go/src/runtime/slice.go")
	buffer := frame("bytes.(*Buffer).grow", "/usr/local/go/src/bytes/buffer.go")
	zap := frame("go.uber.org/zap.(*Logger).Info", "/home/dev/go/pkg/mod/go.uber.org/zap@v1.27.0/logger.go")
	own := frame("shop/orders.Create", "/home/dev/shop/orders/create.go")
	for _, c := range []struct {
		name  string
		stack []snapshot.FrameID
		own   []string
		want  string
	}{
		{"own code above all", []snapshot.FrameID{grow, buffer, zap, own}, nil, "shop/orders.Create"},
		{"else the first outside the runtime", []snapshot.FrameID{grow, buffer, zap}, nil, "bytes.(*Buffer).grow"},
		{"else the leaf", []snapshot.FrameID{grow}, nil, "runtime.growslice"},
		{"--own takes a dependency in", []snapshot.FrameID{grow, buffer, zap, own}, []string{"go.uber.org/"}, "go.uber.org/zap.(*Logger).Info"},
		{"no frames", nil, nil, "<unknown>"},
	} {
		b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1})
		b.Add(snapshot.Key{Stack: tab.InternStack(c.stack)}, []int64{1, 1, 1, 1})
		rows := diff.Compare(tab, nil, b.Profile()).ByStack(inuseSpace, c.own)
		if len(rows) != 1 || rows[0].Name != c.want {
			t.Errorf("%s: got %+v, want %s", c.name, rows, c.want)
		}
	}
}

func TestTree(t *testing.T) {
	tab := snapshot.NewTable()
	base := heap(tab, live("a.leaf a.f main.main", 8, 10), live("a.level main.main", 8, 100))
	current := heap(tab, live("a.leaf a.f main.main", 8, 30), live("a.level main.main", 8, 100), live("a.f main.main", 8, 1), live("a.new a.start", 8, 2))
	var got []string
	var walk func(n *diff.Node, depth int)
	walk = func(n *diff.Node, depth int) {
		got = append(got, fmt.Sprintf("%s%s cum %d→%d flat %+d %s", strings.Repeat(" ", depth), n.Frame.Function, n.Cum.Before, n.Cum.After, n.Flat.Delta, n.Status))
		for _, child := range n.Children {
			walk(child, depth+1)
		}
	}
	walk(diff.Tree(diff.Compare(tab, base, current), inuseSpace), 0)
	want := []string{
		" cum 880→1064 flat +0 changed",
		" main.main cum 880→1048 flat +0 changed",
		"  a.f cum 80→248 flat +8 changed",
		"   a.leaf cum 80→240 flat +160 changed",
		"  a.level cum 800→800 flat +0 same",
		" a.start cum 0→16 flat +0 new",
		"  a.new cum 0→16 flat +16 new",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestChangesLeaveOutWhatIsLevel(t *testing.T) {
	tab := snapshot.NewTable()
	base := heap(tab, live("a.level", 8, 5), live("a.grow", 8, 1), sample{stack: "a.churn", size: 8, values: []int64{1, 8, 1, 8}})
	current := heap(tab, live("a.level", 8, 5), live("a.grow", 8, 3), sample{stack: "a.churn", size: 8, values: []int64{9, 72, 1, 8}})
	changes := diff.Compare(tab, base, current).Changes()
	if len(changes) != 2 {
		t.Fatalf("got %d changes, want 2: %+v", len(changes), changes)
	}
	equal(t, "first", changes[0].Stack, stackOf(tab, "a.grow"))
	equal(t, "second", changes[1].Stack, stackOf(tab, "a.churn"))
	equal(t, "second status", changes[1].Status, diff.Changed)
	equal(t, "second live", changes[1].Changes[inuseSpace].Delta, 0)
	equal(t, "second allocated", changes[1].Changes[allocSpace].Delta, 64)
}
