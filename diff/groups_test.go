package diff_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

const (
	sending = "runtime.gopark runtime.chansend runtime.chansend1 "
	reading = "runtime.gopark runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Read net.(*netFD).Read net.(*conn).Read "
)

func TestGroups(t *testing.T) {
	tab := snapshot.NewTable()
	base := goroutines(tab,
		sample{stack: sending + "app.push app.Create.func1", values: []int64{2}},
		sample{stack: "runtime.gopark app.idle app.worker", values: []int64{4}},
		sample{stack: "runtime.gopark app.once app.start", values: []int64{1}},
		sample{stack: "app.zero", values: []int64{0}},
	)
	current := goroutines(tab,
		sample{stack: sending + "app.push app.Create.func1", values: []int64{5}, labels: "handler=/orders"},
		sample{stack: sending + "app.push app.Create.func1", values: []int64{1}, labels: "handler=/users"},
		sample{stack: sending + "app.push app.retry app.Create.func1", values: []int64{3}}, // another way there
		sample{stack: "runtime.gopark app.idle app.worker", values: []int64{4}},
		sample{stack: reading + "bufio.(*Reader).fill app.handle app.serve", values: []int64{1}},
	)
	var got []string
	for _, g := range diff.Groups(tab, base, current) {
		got = append(got, fmt.Sprintf("%s in %s from %s, leaf %s: %d→%d %s, %d stacks, labels %v",
			g.State, g.Blocked.Function, g.Entry.Function, g.Leaf.Function, g.Before, g.After, g.Status, len(g.Stacks), g.Labels))
	}
	want := []string{
		"chan send in app.push from app.Create.func1, leaf runtime.gopark: 2→9 changed, 2 stacks, labels [{handler=/orders 0 5} {handler=/users 0 1}]",
		"IO wait in app.handle from app.serve, leaf runtime.gopark: 0→1 new, 1 stacks, labels []",
		"waiting in app.once from app.start, leaf runtime.gopark: 1→0 gone, 1 stacks, labels []",
		"waiting in app.idle from app.worker, leaf runtime.gopark: 4→4 same, 1 stacks, labels []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestGroupsOfNothing(t *testing.T) {
	tab := snapshot.NewTable()
	p := goroutines(tab, sample{stack: "app.f", values: []int64{math.MaxInt64}}, sample{stack: "app.f", labels: "a=b", values: []int64{1 << 62}})
	equal(t, "nil profiles", len(diff.Groups(tab, nil, nil)), 0)
	equal(t, "no columns", len(diff.Groups(tab, &snapshot.Profile{}, nil)), 0)
	equal(t, "no base", diff.Groups(tab, nil, p)[0].Status, diff.New)
	equal(t, "no current", diff.Groups(tab, p, nil)[0].Status, diff.Gone)
	equal(t, "saturates", diff.Groups(tab, nil, p)[0].After, math.MaxInt64)
}

// The key of a group does not move with the code above it in its file, but
// tells two lines of a function apart.
func TestGroupKey(t *testing.T) {
	tab := snapshot.NewTable()
	key := func(start, line int) diff.GroupKey {
		b := snapshot.NewBuilder(snapshot.Profile{Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}})
		b.Add(snapshot.Key{Stack: stackAt(tab, "runtime.gopark runtime.chansend1 app.push runtime.main", start, line)}, []int64{1})
		return diff.Groups(tab, nil, b.Profile())[0].Key
	}
	equal(t, "entry below runtime.main", key(10, 12).Entry, "app.push")
	equal(t, "moved", key(90, 92), key(10, 12))
	equal(t, "another line", key(10, 13) == key(10, 12), false)
}

func TestBlockedInPlumbingOnly(t *testing.T) {
	tab := snapshot.NewTable()
	for stack, want := range map[string]string{
		"runtime.gopark time.Sleep time.loop":                      "time.Sleep",
		"runtime.notetsleepg os/signal.signal_recv os/signal.loop": "os/signal.signal_recv",
		"runtime.gopark runtime.bgsweep":                           "runtime.gopark",
	} {
		p := goroutines(tab, sample{stack: stack, values: []int64{1}})
		equal(t, stack, diff.Groups(tab, nil, p)[0].Blocked.Function, want)
	}
}
