package diff_test

import (
	"slices"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// dumpOf is the profile of a dump with groups of goroutines.
func dumpOf(t *snapshot.Table, groups ...snapshot.DumpGroup) *snapshot.Profile {
	return (&snapshot.GroupedDump{Groups: groups}).Profile(t)
}

func TestToldIsOfTheCurrentDump(t *testing.T) {
	tab := snapshot.NewTable()
	by := tab.InternFrame(snapshot.Frame{Function: "app.start"})
	wait, gone := tab.Dumped(stackOf(tab, "app.wait app.worker")), tab.Dumped(stackOf(tab, "app.gone app.worker"))
	before := dumpOf(tab, snapshot.DumpGroup{Status: "select", Stack: wait, Creator: by, Count: 1, Least: 3, Most: 3},
		snapshot.DumpGroup{Status: "select", Stack: gone, Creator: by, Count: 1, Least: 9, Most: 9})
	after := dumpOf(tab, snapshot.DumpGroup{Status: "select", Stack: wait, Creator: by, Count: 2, Least: 4, Most: 7})
	c := diff.Compare(tab, before, after)
	for _, test := range []struct {
		stack       snapshot.StackID
		least, most int32
	}{{tab.InState(wait, "select"), 4, 7}, {tab.InState(gone, "select"), 9, 9}} {
		told, ok := c.Told([]snapshot.StackID{test.stack})
		if !ok || told.Least != test.least || told.Most != test.most {
			t.Errorf("it tells %+v, want %d to %d", told, test.least, test.most)
		}
	}
	cheap := diff.Compare(tab, nil, goroutines(tab, sample{stack: "app.wait app.worker", values: []int64{1}}))
	if _, ok := cheap.Told([]snapshot.StackID{wait}); ok || cheap.HasTold() || !c.HasTold() {
		t.Error("a profile tells as a dump does")
	}
}

// What a goroutine is besides its state can be read beside it.
func TestDescribe(t *testing.T) {
	tab := snapshot.NewTable()
	by, fing := tab.InternFrame(snapshot.Frame{Function: "app.start"}), tab.InternFrame(snapshot.Frame{Function: "runtime.createfing"})
	for _, test := range []struct {
		group snapshot.DumpGroup
		want  string
	}{
		{snapshot.DumpGroup{Status: "select", Creator: by, Count: 3}, "select"},
		{snapshot.DumpGroup{Status: "syscall", Creator: by, Count: 1, Locked: 1}, "syscall, locked to thread"},
		{snapshot.DumpGroup{Status: "syscall", Creator: by, Count: 3, Locked: 3}, "syscall, locked to thread"},
		{snapshot.DumpGroup{Status: "chan receive", Creator: by, Count: 3000, Locked: 1200}, "chan receive, 1,200 locked to threads"},
		{snapshot.DumpGroup{Status: "chan receive", Stack: stackOf(tab, "app.release runtime.runFinalizers"), Count: 1}, "chan receive, finalizer"},
		{snapshot.DumpGroup{Status: "chan receive", Stack: stackOf(tab, "app.release runtime.runCleanups"), Count: 1}, "chan receive, cleanup"},
		{snapshot.DumpGroup{Status: "chan receive", Stack: stackOf(tab, "app.release"), Creator: fing, Count: 1}, "chan receive, finalizer"},
		{snapshot.DumpGroup{Status: "finalizer wait", Stack: stackOf(tab, "runtime.runfinq"), Count: 1}, "finalizer wait"},
	} {
		c := diff.Compare(tab, nil, dumpOf(tab, test.group))
		g := c.Groups()[0]
		told, _ := c.Told(g.Stacks)
		equal(t, test.want, g.Describe(told), test.want)
	}
	// The cheap profile has the frame in any version.
	g := diff.Groups(tab, nil, goroutines(tab, sample{stack: "app.release runtime.runfinq", values: []int64{1}}))[0]
	equal(t, "of a profile", g.Role, diff.Finalizer)
}

func TestLocks(t *testing.T) {
	tab := snapshot.NewTable()
	by := tab.InternFrame(snapshot.Frame{Function: "app.start"})
	c := diff.Compare(tab, nil, dumpOf(tab,
		snapshot.DumpGroup{Status: "sync.Mutex.Lock", Stack: stackOf(tab, "sync.(*Mutex).Lock app.get app.serve"), Creator: by, Count: 5,
			Locks: []snapshot.LockCount{{Address: 0xa0, Count: 3, Most: 4}, {Address: 0xb0, Count: 1}, {Address: 0xc0, Count: 1, Most: 8}}},
		snapshot.DumpGroup{Status: "sync.Mutex.Lock", Stack: stackOf(tab, "sync.(*Mutex).Lock app.put app.serve"), Creator: by, Count: 9,
			Locks: []snapshot.LockCount{{Address: 0xa0, Count: 9, Most: 90}}},
		snapshot.DumpGroup{Status: "select", Stack: stackOf(tab, "app.idle"), Creator: by, Count: 4}))
	locks := c.Locks(c.Groups())
	if len(locks) != 3 || diff.Shared(locks) != 1 {
		t.Fatalf("there are %d locks, of which %d are shared", len(locks), diff.Shared(locks))
	}
	l := locks[0]
	if l.Address != 0xa0 || l.Waiters != 12 || l.Minutes != 90 || len(l.At) != 2 || l.At[0].Count != 9 || l.At[0].Group.Blocked.Function != "app.put" {
		t.Errorf("the first is %+v", l)
	}
	if locks[1].Address != 0xc0 || locks[2].Address != 0xb0 {
		t.Errorf("with one waiter each they are %x and %x, want the one that is waited for longer first", locks[1].Address, locks[2].Address)
	}
	if locks := diff.Compare(tab, c.Current, nil).Locks(nil); locks != nil {
		t.Errorf("without a current dump there are %v", locks)
	}
}

func TestLabelKeys(t *testing.T) {
	tab := snapshot.NewTable()
	set := func(before, after int64, pairs ...string) diff.LabelCount {
		var labels []snapshot.Label
		for i := 0; i < len(pairs); i += 2 {
			labels = append(labels, snapshot.Label{Key: pairs[i], Value: pairs[i+1]})
		}
		return diff.LabelCount{Labels: tab.Labels(tab.InternLabels(labels)), Before: before, After: after}
	}
	sets := []diff.LabelCount{
		set(1, 0, "route", "/feed", "id", "r0"),
		set(0, 1, "route", "/feed", "id", "r1"),
		set(0, 1, "route", "/feed", "id", "r2"),
		set(0, 1, "id", "r3"),
		set(2, 9, "route", "/home"),
		set(0, 1, "tag", "a", "tag", "b"), // counts for both, and once for the key
	}
	keys := diff.LabelKeys(slices.Values(sets))
	var names []string
	for _, k := range keys {
		names = append(names, k.Key)
	}
	if want := []string{"route", "id", "tag"}; !slices.Equal(names, want) {
		t.Errorf("the keys are %q, want %q", names, want)
	}
	route, id, tag := keys[0], keys[1], keys[2]
	if route.Before != 3 || route.After != 11 || route.Delta != 8 || route.Values[0].Value != "/home" || route.Values[0].Delta != 7 || route.Values[1].After != 2 {
		t.Errorf("route is %+v", route)
	}
	if len(id.Values) != 4 || id.Values[0].Value != "r1" || id.Values[3].Value != "r0" || id.Values[3].Status != diff.Gone || id.Delta != 2 {
		t.Errorf("id is %+v", id)
	}
	if len(tag.Values) != 2 || tag.After != 1 {
		t.Errorf("tag is %+v", tag)
	}
	// The records of a comparison are the same sets, one by one.
	c := diff.Compare(tab, nil, goroutines(tab, sample{stack: "app.f", labels: "a=b", values: []int64{2}}, sample{stack: "app.g", labels: "a=b", values: []int64{3}}, sample{stack: "app.g", values: []int64{7}}))
	if keys := diff.LabelKeys(c.LabelSets(0)); len(keys) != 1 || keys[0].After != 5 {
		t.Errorf("of a comparison they are %+v", keys)
	}
	if keys := diff.LabelKeys(c.LabelSets(9)); len(keys) != 0 {
		t.Errorf("of a column that is not there they are %+v", keys)
	}
}
