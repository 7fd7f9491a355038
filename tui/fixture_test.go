package tui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// The story that most tests are told: a service called orders is watched from
// noon on, with a snapshot every 15 seconds and a point of the curves every
// second. All times are UTC, so that they read the same everywhere.
//
//	state kept for ever  cache.(*Store).Put       400 objects of 64 KiB, 40 more with each snapshot
//	a stuck send         notify.(*Notifier).Push  20 goroutines that hold 1 MiB each, 8 more with each snapshot
//	a queue              worker.(*Pool).next      10 labelled goroutines in a chan receive, 3 more each
//	fills, then level    lru.(*Cache).Add         500 … 2,560 objects of 4 KiB
//	churn                api.decode               up and down
//	NEW in #5            report.(*Builder).Page
//	GONE from #3 on      config.Load, and the goroutine of config.watch from #4 on
//	unchanged            catalog.init, runtime.malg
const (
	storySnapshots = 8
	storyEvery     = 15 * time.Second
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// storyEnd is the clock's time once the story was told: 3 s after snapshot #8.
var storyEnd = noon.Add((storySnapshots-1)*storyEvery + 3*time.Second)

// Stacks are written as in a goroutine dump, leaf first: a frame a line, the
// function and where it is, with "inlined" behind what was inlined into the
// frame below.
const (
	belowHandler = `
net/http.HandlerFunc.ServeHTTP /usr/local/go/src/net/http/server.go:2322
net/http.(*ServeMux).ServeHTTP /usr/local/go/src/net/http/server.go:2861
net/http.serverHandler.ServeHTTP /usr/local/go/src/net/http/server.go:3340
net/http.(*conn).serve /usr/local/go/src/net/http/server.go:2109
`
	putStack = `
bytes.Clone /usr/local/go/src/bytes/bytes.go:1422 inlined
example.com/orders/cache.(*Store).Put /home/dev/orders/cache/store.go:41
example.com/orders/api.(*Server).Create /home/dev/orders/api/create.go:77
` + belowHandler
	addStack = `
container/list.(*List).insertValue /usr/local/go/src/container/list/list.go:104 inlined
container/list.(*List).PushFront /usr/local/go/src/container/list/list.go:157
example.com/orders/lru.(*Cache).Add /home/dev/orders/lru/lru.go:30
example.com/orders/api.(*Server).Show /home/dev/orders/api/show.go:25
` + belowHandler
	decodeStack = `
encoding/json.(*decodeState).literalStore /usr/local/go/src/encoding/json/decode.go:1002
encoding/json.(*Decoder).Decode /usr/local/go/src/encoding/json/stream.go:79
example.com/orders/api.decode /home/dev/orders/api/decode.go:18
example.com/orders/api.(*Server).Create /home/dev/orders/api/create.go:52
` + belowHandler
	pageStack = `
example.com/orders/report.(*Builder).Page /home/dev/orders/report/builder.go:112
example.com/orders/report.nightly /home/dev/orders/report/nightly.go:31
`
	loadStack = `
io.ReadAll /usr/local/go/src/io/io.go:722
example.com/orders/config.Load /home/dev/orders/config/load.go:14
main.main /home/dev/orders/main.go:33
runtime.main /usr/local/go/src/runtime/proc.go:285
`
	initStack = `
example.com/orders/catalog.init /home/dev/orders/catalog/tables.go:9
runtime.doInit1 /usr/local/go/src/runtime/proc.go:7670
runtime.main /usr/local/go/src/runtime/proc.go:270
`
	malgStack = `
runtime.malg /usr/local/go/src/runtime/proc.go:5268
runtime.newproc1 /usr/local/go/src/runtime/proc.go:5344
runtime.newproc.func1 /usr/local/go/src/runtime/proc.go:5303
runtime.systemstack /usr/local/go/src/runtime/asm_amd64.s:514
`
	pushStack = `
example.com/orders/notify.(*Notifier).encode /home/dev/orders/notify/notify.go:64
example.com/orders/notify.(*Notifier).Push /home/dev/orders/notify/notify.go:86
example.com/orders/api.(*Server).Create.func1 /home/dev/orders/api/create.go:81
`

	sendingStack = `
runtime.gopark /usr/local/go/src/runtime/proc.go:462
runtime.chansend /usr/local/go/src/runtime/chan.go:283
runtime.chansend1 /usr/local/go/src/runtime/chan.go:161
example.com/orders/notify.(*Notifier).Push /home/dev/orders/notify/notify.go:88
example.com/orders/api.(*Server).Create.func1 /home/dev/orders/api/create.go:81
`
	resendingStack = `
runtime.gopark /usr/local/go/src/runtime/proc.go:462
runtime.chansend /usr/local/go/src/runtime/chan.go:283
runtime.chansend1 /usr/local/go/src/runtime/chan.go:161
example.com/orders/notify.(*Notifier).Push /home/dev/orders/notify/notify.go:88
example.com/orders/notify.(*Notifier).retry /home/dev/orders/notify/notify.go:102
example.com/orders/api.(*Server).Create.func1 /home/dev/orders/api/create.go:83
`
	receivingStack = `
runtime.gopark /usr/local/go/src/runtime/proc.go:462
runtime.chanrecv /usr/local/go/src/runtime/chan.go:667
runtime.chanrecv1 /usr/local/go/src/runtime/chan.go:509
example.com/orders/worker.(*Pool).next /home/dev/orders/worker/pool.go:57
example.com/orders/worker.(*Pool).Run.func1 /home/dev/orders/worker/pool.go:39
`
	idleStack = `
runtime.gopark /usr/local/go/src/runtime/proc.go:462
runtime.netpollblock /usr/local/go/src/runtime/netpoll.go:575
internal/poll.runtime_pollWait /usr/local/go/src/runtime/netpoll.go:351
internal/poll.(*pollDesc).wait /usr/local/go/src/internal/poll/fd_poll_runtime.go:84
internal/poll.(*FD).Read /usr/local/go/src/internal/poll/fd_unix.go:165
net.(*netFD).Read /usr/local/go/src/net/fd_posix.go:68
net.(*conn).Read /usr/local/go/src/net/net.go:196
net/http.(*connReader).backgroundRead /usr/local/go/src/net/http/server.go:702
`
	acceptStack = `
runtime.gopark /usr/local/go/src/runtime/proc.go:462
runtime.netpollblock /usr/local/go/src/runtime/netpoll.go:575
internal/poll.runtime_pollWait /usr/local/go/src/runtime/netpoll.go:351
internal/poll.(*FD).Accept /usr/local/go/src/internal/poll/fd_unix.go:613
net.(*TCPListener).Accept /usr/local/go/src/net/tcpsock.go:387
net/http.(*Server).Serve /usr/local/go/src/net/http/server.go:3434
main.main /home/dev/orders/main.go:58
runtime.main /usr/local/go/src/runtime/proc.go:285
`
	watchStack = `
runtime.gopark /usr/local/go/src/runtime/proc.go:462
time.Sleep /usr/local/go/src/runtime/time.go:363
example.com/orders/config.watch /home/dev/orders/config/watch.go:22
`
)

// intern makes a stack of a text as above.
func intern(t *snapshot.Table, text string) snapshot.StackID {
	var ids []snapshot.FrameID
	for line := range strings.Lines(strings.TrimSpace(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		f := snapshot.Frame{Function: fields[0]}
		if len(fields) > 1 {
			file, number, _ := strings.Cut(fields[1], ":")
			f.File = file
			f.Line, _ = strconv.Atoi(number)
			f.StartLine = max(1, f.Line-8)
		}
		f.Inlined = len(fields) > 2
		ids = append(ids, t.InternFrame(f))
	}
	return t.InternStack(ids)
}

// heapTypes are the columns of a Go heap profile, in its order.
func heapTypes() []snapshot.SampleType {
	return []snapshot.SampleType{
		{Name: "alloc_objects", Unit: "count"}, {Name: "alloc_space", Unit: "bytes"},
		{Name: "inuse_objects", Unit: "count"}, {Name: "inuse_space", Unit: "bytes"},
	}
}

// record is one sample of a test profile.
type record struct {
	stack  string
	size   int64 // bytes per object
	labels string
	values []int64
}

// objects is a record of a Go heap profile: how many were ever allocated, and how many live.
func objects(stack string, size, allocated, live int64) record {
	return record{stack: stack, size: size, values: []int64{allocated, allocated * size, live, live * size}}
}

func profileOf(t *snapshot.Table, head snapshot.Profile, records ...record) *snapshot.Profile {
	b := snapshot.NewBuilder(head)
	for _, r := range records {
		key := snapshot.Key{Stack: intern(t, r.stack), Size: r.size}
		var labels []snapshot.Label
		for _, l := range strings.Fields(r.labels) {
			name, value, _ := strings.Cut(l, "=")
			labels = append(labels, snapshot.Label{Key: name, Value: value})
		}
		key.Labels = t.InternLabels(labels)
		b.Add(key, r.values)
	}
	return b.Profile()
}

func heapProfile(t *snapshot.Table, records ...record) *snapshot.Profile {
	return profileOf(t, snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes(), DefaultType: -1, Period: 524288}, records...)
}

func goroutineProfile(t *snapshot.Table, records ...record) *snapshot.Profile {
	return profileOf(t, snapshot.Profile{
		Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}, DefaultType: -1, Period: 1,
	}, records...)
}

// goroutines is a record of a goroutine profile.
func goroutines(n int64, stack, labels string) record {
	return record{stack: stack, labels: labels, values: []int64{n}}
}

// story tells what is seen of the service, one event after the other.
type story struct {
	table *snapshot.Table
	run   int
	start time.Time // of this run of the service, as far as the growth is concerned
	first int       // number of the run's first snapshot
}

func newStory() *story { return &story{table: snapshot.NewTable(), start: noon, first: 1} }

func (s *story) attached() snapshot.Event {
	return snapshot.Attached{Info: snapshot.Info{
		Address:     "http://10.0.3.7:6060/debug/pprof/",
		Name:        "orders",
		GoVersion:   "go1.26.8",
		PID:         4312,
		StartTime:   noon.Add(-2*time.Hour - 14*time.Minute),
		CurveSource: "/metrics",
	}}
}

// heap is the heap after i snapshots of the run.
func (s *story) heap(i int64) *snapshot.Profile {
	filled := []int64{500, 1500, 2100, 2500, 2560, 2560, 2560, 2560}
	churn := []int64{3000, 2600, 3300, 2900, 3100, 2700, 3200, 3050}
	at := i % storySnapshots
	records := []record{
		objects(putStack, 64<<10, 400+40*i, 400+40*i),
		objects(pushStack, 1<<20, 20+8*i, 20+8*i),
		objects(addStack, 4<<10, 500+1000*i, filled[at]),
		objects(decodeStack, 1<<10, 100_000*(i+1), churn[at]),
		objects(initStack, 8<<20, 1, 1),
		objects(malgStack, 416, 1260, 1260),
	}
	switch {
	case i < 2:
		records = append(records, objects(loadStack, 1<<20, 3, 3))
	default:
		records = append(records, objects(loadStack, 1<<20, 3, 0))
	}
	if i >= 4 {
		records = append(records, objects(pageStack, 512<<10, 2*(i-2), 2*(i-2)))
	}
	return heapProfile(s.table, records...)
}

// routines are the goroutines after i snapshots of the run.
func (s *story) routines(i int64) *snapshot.Profile {
	records := []record{
		goroutines(14+6*i, sendingStack, ""),
		goroutines(6+2*i, resendingStack, ""),
		goroutines(7+2*i, receivingStack, "handler=/orders tenant=acme"),
		goroutines(3+i, receivingStack, "handler=/users"),
		goroutines(12, idleStack, ""),
		goroutines(1, acceptStack, ""),
		goroutines(1, "", ""),
	}
	if i < 3 {
		records = append(records, goroutines(1, watchStack, ""))
	}
	return goroutineProfile(s.table, records...)
}

// vitals are the figures of the process at one second.
func (s *story) vitals(at time.Time) snapshot.Vitals {
	seconds := int64(at.Sub(s.start) / time.Second)
	v := snapshot.Vitals{Time: at, Source: "/metrics"}
	live := (63 + seconds*84/105) << 20
	v.Set(snapshot.HeapInuse, live+(8+seconds%10)<<20) // garbage comes and goes
	v.Set(snapshot.RSS, live+40<<20)
	v.Set(snapshot.Goroutines, 45+11*(seconds/15))
	v.Set(snapshot.NumGC, 10+seconds/10)
	return v
}

// taken is snapshot number seq, on time.
func (s *story) taken(seq int) snapshot.Event {
	return s.takenWith(seq, func(*snapshot.Snapshot) {})
}

// takenWith is a snapshot that differs from what the story says.
func (s *story) takenWith(seq int, change func(*snapshot.Snapshot)) snapshot.Event {
	at := noon.Add(time.Duration(seq-1) * storyEvery)
	i := int64(seq - s.first)
	shot := &snapshot.Snapshot{
		Seq: seq, Time: at, Run: s.run, Advanced: true,
		Heap: s.heap(i), Goroutines: s.routines(i), Vitals: s.vitals(at),
		Raw: map[snapshot.Kind][]byte{
			snapshot.Heap:      []byte(strings.Repeat("h", 31<<10)),
			snapshot.Goroutine: []byte(strings.Repeat("g", 2<<10)),
		},
	}
	shot.Vitals.Set(snapshot.LiveHeap, shot.Heap.Total(shot.Heap.Columns().LiveBytes))
	shot.Vitals.Set(snapshot.Goroutines, shot.Goroutines.Total(0))
	change(shot)
	return snapshot.Taken{Snapshot: shot}
}

func (s *story) scheduled(next time.Time, paused bool) snapshot.Event {
	return snapshot.Scheduled{
		Every: storyEvery, Actual: storyEvery, Next: next, Paused: paused,
		Cost: snapshot.Cost{Requests: 124, Bytes: 1_843_000, Busy: 630 * time.Millisecond, Elapsed: 105 * time.Second, Latency: 21 * time.Millisecond, CPU: 31 * time.Second},
	}
}

// between tells the curves from after one snapshot up to and with the next.
func (s *story) between(from, to int, change func(*snapshot.Snapshot)) []snapshot.Event {
	var out []snapshot.Event
	for seq := from; seq <= to; seq++ {
		at := noon.Add(time.Duration(seq-1) * storyEvery)
		if seq > 1 {
			for at := at.Add(-storyEvery + time.Second); at.Before(noon.Add(time.Duration(seq-1) * storyEvery)); at = at.Add(time.Second) {
				out = append(out, snapshot.VitalsTaken{Vitals: s.vitals(at)})
			}
		}
		taken := s.takenWith(seq, change).(snapshot.Taken)
		out = append(out, snapshot.VitalsTaken{Vitals: taken.Snapshot.Vitals}, taken)
	}
	return out
}

// whole is the story from the start to snapshot #8, with no answer for 9 s
// between #4 and #5.
func (s *story) whole() []snapshot.Event {
	out := []snapshot.Event{s.attached()}
	for _, e := range s.between(1, storySnapshots, func(*snapshot.Snapshot) {}) {
		if v, ok := e.(snapshot.VitalsTaken); ok {
			switch second := int(v.Vitals.Time.Sub(noon) / time.Second); {
			case second == 48:
				e = snapshot.Unreachable{Since: v.Vitals.Time, Reason: "refused", Next: v.Vitals.Time.Add(8 * time.Second)}
			case second > 48 && second < 57:
				continue
			}
		}
		out = append(out, e)
	}
	return append(out, s.scheduled(storyEnd.Add(12*time.Second), false))
}

// restarted is what follows once the service was restarted after #8: another
// run, which begins small again.
func (s *story) restarted(upTo int) []snapshot.Event {
	out := []snapshot.Event{snapshot.Restarted{At: storyEnd, Evidence: "process start time moved"}}
	s.run, s.first = s.run+1, storySnapshots+1
	s.start = noon.Add(storySnapshots * storyEvery)
	return append(out, s.between(s.first, upTo, func(*snapshot.Snapshot) {})...)
}

// TestStoryIsConsistent recomputes what other tests rely on.
func TestStoryIsConsistent(t *testing.T) {
	s := newStory()
	live := func(i int64) int64 { h := s.heap(i); return h.Total(h.Column("inuse_space")) }
	const kib, mib = 1 << 10, 1 << 20
	if got, want := live(0), int64(400*64*kib+20*mib+500*4*kib+3000*kib+8*mib+1260*416+3*mib); got != want {
		t.Errorf("live heap of #1 is %d, want %d", got, want)
	}
	if got, want := live(7), int64(680*64*kib+76*mib+2560*4*kib+3050*kib+8*mib+1260*416+10*512*kib); got != want {
		t.Errorf("live heap of #8 is %d, want %d", got, want)
	}
	if a, b := s.routines(0).Total(0), s.routines(7).Total(0); a != 45 || b != 121 {
		t.Errorf("goroutines went from %d to %d, want 45 to 121", a, b)
	}
}
