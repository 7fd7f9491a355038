package export_test

import (
	"bytes"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
)

// record is one record of a test profile.
type record struct {
	stack  []snapshot.Frame // leaf first
	size   int64
	labels []snapshot.Label
	values []int64
}

var baseTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func profileOf(t *snapshot.Table, head snapshot.Profile, records ...record) *snapshot.Profile {
	b := snapshot.NewBuilder(head)
	for _, r := range records {
		var frames []snapshot.FrameID
		for _, f := range r.stack {
			frames = append(frames, t.InternFrame(f))
		}
		b.Add(snapshot.Key{Stack: t.InternStack(frames), Size: r.size, Labels: t.InternLabels(r.labels)}, r.values)
	}
	return b.Profile()
}

func heapOf(t *snapshot.Table, after time.Duration, records ...record) *snapshot.Profile {
	return profileOf(t, snapshot.Profile{
		Kind: snapshot.Heap, Time: baseTime.Add(after), DefaultType: -1, Period: 524288,
		Types: []snapshot.SampleType{
			{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"},
			{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"},
		},
	}, records...)
}

func goroutinesOf(t *snapshot.Table, after time.Duration, records ...record) *snapshot.Profile {
	return profileOf(t, snapshot.Profile{
		Kind: snapshot.Goroutine, Time: baseTime.Add(after), DefaultType: -1,
		Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}},
	}, records...)
}

// Frames of a small shop, some of them named to do harm.
var (
	mainFrame  = snapshot.Frame{Function: "main.main", File: "/home/dev/shop/main.go", Line: 20, StartLine: 10}
	serve      = snapshot.Frame{Function: "net/http.(*conn).serve", File: "/usr/local/go/src/net/http/server.go", Line: 2102, StartLine: 1900}
	create     = snapshot.Frame{Function: "shop/orders.Create", File: "/home/dev/shop/orders/create.go", Line: 77, StartLine: 60}
	put        = snapshot.Frame{Function: "shop/cache.(*Store).Put", File: "/home/dev/shop/cache/store.go", Line: 41, StartLine: 39, Inlined: true}
	push       = snapshot.Frame{Function: "shop/orders.(*Notifier).Push", File: "/home/dev/shop/orders/notify.go", Line: 88, StartLine: 80}
	grow       = snapshot.Frame{Function: "runtime.growslice", File: "/usr/local/go/src/runtime/slice.go", Line: 180, StartLine: 178}
	hostile    = snapshot.Frame{Function: "a.f[<b>|`c`*_d_]{@e}#1~!$", File: "/home/<dev>/a|b.go", Line: 1}
	park       = snapshot.Frame{Function: "runtime.gopark", File: "/usr/local/go/src/runtime/proc.go", Line: 460, StartLine: 440}
	chanSend   = snapshot.Frame{Function: "runtime.chansend1", File: "/usr/local/go/src/runtime/chan.go", Line: 161, StartLine: 160}
	background = snapshot.Frame{Function: "shop/orders.Create.func1", File: "/home/dev/shop/orders/create.go", Line: 81, StartLine: 80}
)

// growing is a shop that leaks between two snapshots a minute apart.
func growing() export.Diff {
	t := snapshot.NewTable()
	base := heapOf(t, 0,
		record{stack: []snapshot.Frame{grow, put, create, serve}, size: 4096, values: []int64{100, 409600, 100, 409600}},
		record{stack: []snapshot.Frame{create, serve}, size: 64, values: []int64{10, 640, 10, 640}},
		record{stack: []snapshot.Frame{push, mainFrame}, size: 1 << 20, values: []int64{1, 1 << 20, 1, 1 << 20}},
	)
	current := heapOf(t, time.Minute,
		record{stack: []snapshot.Frame{grow, put, create, serve}, size: 4096, values: []int64{900, 3686400, 900, 3686400}},
		record{stack: []snapshot.Frame{create, serve}, size: 64, values: []int64{500, 32000, 10, 640}},
		record{stack: []snapshot.Frame{push, mainFrame}, size: 1 << 20, values: []int64{1, 1 << 20, 0, 0}},
		record{stack: []snapshot.Frame{hostile, mainFrame}, size: 16, values: []int64{3, 48, 3, 48}, labels: []snapshot.Label{{Key: "handler", Value: "/orders"}}},
	)
	sender := []snapshot.Frame{park, chanSend, push, background}
	d := newDiff(t, "base.pb.gz", base, "current|<i>.pb.gz", current)
	d.Goroutines = diff.Compare(t,
		goroutinesOf(t, 0, record{stack: sender, values: []int64{3}}, record{stack: []snapshot.Frame{mainFrame}, values: []int64{1}}),
		goroutinesOf(t, time.Minute, record{stack: sender, values: []int64{1203}}, record{stack: []snapshot.Frame{mainFrame}, values: []int64{1}},
			record{stack: []snapshot.Frame{park, hostile}, values: []int64{1}}))
	return d
}

// level is the same heap profile twice.
func level() export.Diff {
	t := snapshot.NewTable()
	p := heapOf(t, 0, record{stack: []snapshot.Frame{create, serve}, size: 64, values: []int64{10, 640, 10, 640}})
	return newDiff(t, "base.pb.gz", p, "base.pb.gz", p)
}

// goroutinesOnly compares two goroutine profiles in which nothing changed, with unknown times.
func goroutinesOnly() export.Diff {
	t := snapshot.NewTable()
	p := goroutinesOf(t, 0, record{stack: []snapshot.Frame{park, chanSend, push, background}, values: []int64{3}})
	p.Time = time.Time{}
	return newDiff(t, "a", p, "b", p)
}

// dumps compares two full goroutine dumps: the leak grew, one group has gone, of
// one goroutine nothing is known, one state only became another, two groups wait
// for one lock, some are in system calls, and one runs a finalizer.
func dumps() export.Diff {
	t := snapshot.NewTable()
	by := func(f snapshot.Frame) snapshot.FrameID { return t.InternFrame(bare(f)) }
	stack := func(frames ...snapshot.Frame) snapshot.StackID {
		var ids []snapshot.FrameID
		for _, f := range frames {
			ids = append(ids, by(f))
		}
		return t.InternStack(ids)
	}
	base := &snapshot.GroupedDump{Groups: []snapshot.DumpGroup{
		{Status: "chan send", Stack: stack(push, background), Creator: by(create), Count: 3, Most: 2},
		{Status: "select", Stack: stack(push), Creator: by(create), Count: 1, Least: 7, Most: 7},
	}}
	current := &snapshot.GroupedDump{Groups: []snapshot.DumpGroup{
		{Status: "chan send", Stack: stack(push, background), Creator: by(create), Count: 1000, Most: 12},
		{Status: "chan send", Stack: stack(push, background), Creator: by(push), Count: 203, Least: 1, Most: 1},
		{Status: "chan send (nil chan)", Stack: stack(push), Count: 1},
		{Status: "running", Creator: by(create), Count: 1},
		{Status: "sync.Mutex.Lock", Stack: stack(put, create, serve), Creator: by(serve), Count: 300, Least: 5312, Most: 5611, Long: 300,
			Locks: []snapshot.LockCount{{Address: 0xc000012345, Count: 299, Most: 5611}, {Address: 0xc000098765, Count: 1, Most: 5400}}},
		{Status: "sync.Mutex.Lock", Stack: stack(push, serve), Creator: by(serve), Count: 2, Most: 7,
			Locks: []snapshot.LockCount{{Address: 0xc000012345, Count: 2, Most: 7}}},
		{Status: "syscall", Stack: stack(create), Creator: by(hostile), Count: 4, Least: 1, Most: 1, Locked: 3,
			Labels: t.InternLabels([]snapshot.Label{{Key: "route", Value: "/feed"}, {Key: "request_id", Value: "=r1"}})},
		{Status: "chan receive", Stack: stack(grow, put, snapshot.Frame{Function: "runtime.runFinalizers"}), Count: 1, Least: 30, Most: 30},
	}}
	return newDiff(t, "before.txt", base.Profile(t), "after.txt", current.Profile(t))
}

// bare is a frame as a dump has it.
func bare(f snapshot.Frame) snapshot.Frame {
	return snapshot.Frame{Function: f.Function, File: f.File, Line: f.Line}
}

// nothing compares no profiles at all.
func nothing() export.Diff { return newDiff(snapshot.NewTable(), "", nil, "", nil) }

func write(t *testing.T, f func(*bytes.Buffer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := f(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// newDiff compares two profiles of any kind under the names a user gave them,
// at the times that the profiles state.
func newDiff(table *snapshot.Table, baseName string, base *snapshot.Profile, currentName string, current *snapshot.Profile) export.Diff {
	d := export.Diff{Base: export.Input{Name: baseName}, Current: export.Input{Name: currentName}}
	kind := snapshot.Other
	if base != nil {
		d.Base.Time, kind = base.Time, base.Kind
	}
	if current != nil {
		d.Current.Time, kind = current.Time, current.Kind
	}
	c := diff.Compare(table, base, current)
	if kind == snapshot.Goroutine {
		d.Goroutines = c
	} else {
		d.Heap = c
	}
	return d
}
