package leak_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// told gives the findings of a result, a line each.
func told(r *leak.Result) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Verdict == leak.Plateau {
			continue
		}
		text := string(f.Verdict) + " " + string(f.Check)
		if f.Where.Function != "" {
			text += " " + f.Where.Function
		}
		if f.HasHandler {
			text += " by " + f.Handler.Name
		}
		out = append(out, text)
	}
	return out
}

// Each leak is named by its own check, and what only looks like it is not. Two
// minutes tell which goroutines leak that are blocked in own code; what gathers in
// the heap, sleeps or serves may still be filling up.
func TestJudge(t *testing.T) {
	const long = 24 // two minutes
	churn := line{stack: "app/api.decode app/api.Create" + served, count: func(i int) int64 { return 40 + int64(i*7%5) }, allocated: grows(1000, 400)}
	for _, test := range []struct {
		name  string
		story story
		want  []string
	}{
		{"nothing", story{heap: []line{churn}}, nil},
		{"state kept", story{heap: []line{churn, {stack: "bytes.Clone app/cache.(*Store).Put app/api.Show" + served, count: grows(50, 4)}}},
			[]string{"growing state-kept app/cache.(*Store).Put by api.Show"}},
		{"a cache that fills up", story{heap: []line{churn, {stack: "app/lru.(*Cache).Add app/api.Show" + served, count: until(9, 12), allocated: grows(0, 12)}}}, nil},
		{"a queue that drains half as fast", story{heap: []line{churn, {stack: "app/mail.(*Box).add app/api.Send" + served,
			count: func(i int) int64 { return 6*int64(i) + int64(i*5%3) }, allocated: grows(0, 12)}}},
			[]string{"growing growing-queue app/mail.(*Box).add by api.Send"}},
		{"a queue by its name", story{heap: []line{churn, {stack: "app/mail.(*Outbox).add app/api.Send" + served, count: grows(0, 6)}}},
			[]string{"growing growing-queue app/mail.(*Outbox).add by api.Send"}},
		{"buffers read into", story{heap: []line{churn, {stack: "io.ReadAll app/feed.load app/api.Feed" + served, count: grows(3, 3)}}},
			[]string{"growing subslice app/feed.load by api.Feed"}},
		{"a slice that grows by copying", story{heap: []line{churn, {stack: "app/log.keep app/log.run", count: grows(300, 40), allocated: grows(300, 40)},
			{stack: "app/log.keep app/log.run", size: 1 << 20, count: level(1), allocated: grows(1, 1)}}},
			[]string{"growing state-kept app/log.keep"}},
		{"a sawtooth", story{heap: []line{{stack: "app/batch.run app/batch.Loop", count: func(i int) int64 { return 10 * int64(i%6) }, allocated: grows(0, 12)}}}, nil},
		{"a step", story{heap: []line{{stack: "app/data.Load app/data.Loop", count: func(i int) int64 {
			if i < 10 {
				return 3
			}
			return 400
		}}}}, nil},
		{"growth that moved", story{heap: []line{
			{stack: "app/table.parse app/table.Load", count: func(i int) int64 { return max(240-10*int64(i), 0) }, allocated: level(240)},
			{stack: "app/table.parse app/table.Refresh", count: grows(0, 10)},
		}}, nil},
		{"a task that never completes, with what it holds", story{
			heap:       []line{churn, {stack: "app/orders.(*Desk).follow", count: grows(2, 6)}},
			goroutines: []line{{stack: receiving + "app/orders.(*Desk).follow", count: grows(2, 6)}, {stack: sleeping + "app/orders.(*Desk).Create" + served, count: level(1)}},
		}, []string{"leak never-ending-task app/orders.(*Desk).follow by orders.(*Desk).Create"}},
		{"reads without a timeout, with the goroutines that watch the connections", story{goroutines: []line{
			{stack: reading + "app/pay.(*Client).await app/api.Pay" + served, count: grows(0, 2)},
			{stack: reading + "net/http.(*connReader).backgroundRead", count: grows(1, 2)},
		}}, []string{"leak missing-timeout app/pay.(*Client).await by api.Pay"}},
		{"a send that nobody receives", story{goroutines: []line{{stack: sending + "app/notify.push", count: grows(0, 1)}}},
			[]string{"leak blocked-send app/notify.push"}},
		{"a receive in the handler", story{goroutines: []line{{stack: receiving + "app/api.Wait" + served, count: grows(0, 1)}}},
			[]string{"leak blocked-receive app/api.Wait by api.Wait"}},
		{"a lock held for ever", story{goroutines: []line{{stack: locking + "app/stock.(*Ledger).take app/api.Put" + served, count: grows(0, 1)}}},
			[]string{"leak lock-wait app/stock.(*Ledger).take by api.Put"}},
		{"few that wait for a lock and do not become more", story{goroutines: []line{{stack: locking + "app/stock.take app/stock.loop", count: level(3)}}},
			[]string{"stuck lock-wait app/stock.take"}},
		{"one that sends and does not become more", story{goroutines: []line{{stack: sending + "app/ids.next", count: level(1)}}}, nil},
		{"several that do", story{goroutines: []line{{stack: sending + "app/ids.next", count: level(3)}}}, []string{"stuck blocked-send app/ids.next"}},
		{"a single request that waits for ever", story{goroutines: []line{{stack: receiving + "app/api.Wait" + served, count: level(1)}}},
			[]string{"stuck blocked-receive app/api.Wait by api.Wait"}},
		{"the same beside requests that come and go", story{goroutines: []line{{stack: receiving + "app/api.Wait" + served, count: func(i int) int64 { return 1 + int64(max(i%5-3, 0)) }}}},
			[]string{"stuck blocked-receive app/api.Wait by api.Wait"}},
		{"requests that come and go", story{goroutines: []line{{stack: receiving + "app/api.Wait" + served, count: func(i int) int64 { return int64(i*7) % 4 }}}}, nil},
		{"a request that streams to a client that stays", story{goroutines: []line{{stack: selecting + "app/api.Events" + served, count: level(2)}}}, nil},
		{"goroutines that leaked and have stopped to become more", story{goroutines: []line{{stack: locking + "app/stock.take app/stock.loop", count: until(10, 2)}}},
			[]string{"stuck lock-wait app/stock.take"}},
		{"a lock that is contended", story{goroutines: []line{{stack: locking + "app/stock.take app/stock.loop", count: func(i int) int64 { return 1 + int64(i%3) }}}}, nil},
		{"pollers, met at two places", story{goroutines: []line{
			{stack: receiving + "app/track.poll", count: func(i int) int64 { return 2*int64(i) - int64(i%2) }},
			{stack: "syscall.Syscall app/track.look app/track.poll", count: func(i int) int64 { return int64(i % 2) }},
		}}, []string{"leak forgotten-ticker app/track.poll"}},
		{"sleepers", story{goroutines: []line{{stack: sleeping + "app/retry.again", count: grows(0, 1)}}}, []string{"growing forgotten-ticker app/retry.again"}},
		{"bodies that are not closed", story{goroutines: []line{
			{stack: selecting + "net/http.(*persistConn).readLoop", count: grows(0, 2)},
			{stack: selecting + "net/http.(*persistConn).writeLoop", count: grows(0, 2)},
		}, heap: []line{{stack: "bufio.NewReaderSize net/http.(*Transport).dialConn net/http.(*Transport).dialConnFor", count: grows(0, 2)}}},
			[]string{"leak forgotten-body net/http.(*persistConn).readLoop"}},
		{"more and more idle clients", story{goroutines: []line{{stack: reading + "net/http.(*connReader).Read bufio.(*Reader).Peek net/http.(*conn).serve", count: grows(3, 2)}}},
			[]string{"growing client-connections net/http.(*connReader).Read"}},
		{"what services idle in", story{goroutines: []line{
			{stack: parked + "runtime.block app/daemon.run", count: level(2)},
			{stack: receiving + "app/pool.work", count: level(8)},
			{stack: selecting + "app/hub.client", count: level(30)},
			{stack: sleeping + "app/clock.tick", count: level(2)},
			{stack: receiving + "app/shutdown.wait main.main runtime.main", count: level(1)},
			{stack: sending + "app/ids.generate", count: level(1)},
			{stack: reading + "app/hub.read", count: level(30)},
		}}, nil},
		{"a pool that was made larger once", story{goroutines: []line{{stack: receiving + "app/pool.work", count: func(i int) int64 {
			if i < 8 {
				return 4
			}
			return 40
		}}}}, nil},
		{"producers that wait for a slow consumer", story{
			heap:       []line{{stack: "app/pipe.produce", count: level(4), allocated: grows(4, 30)}},
			goroutines: []line{{stack: sending + "app/pipe.produce", count: level(4)}},
		}, nil},
		{"workers that only wait elsewhere than before", story{goroutines: []line{
			{stack: receiving + "app/pool.next app/pool.work", count: func(i int) int64 { return 30 - int64(i) }},
			{stack: selecting + "app/pool.flush app/pool.work", count: grows(0, 1)},
		}}, nil},
		{"the runtime's own", story{heap: []line{{stack: "runtime.malg runtime.newproc1 runtime.systemstack", count: grows(2, 5)}}}, nil},
		{"what the answers to us cost", story{heap: []line{{stack: "compress/flate.NewWriter runtime/pprof.WriteHeapProfile net/http/pprof.handler.ServeHTTP" + served, count: grows(2, 5)}}}, nil},
		{"a handler that allocates far above the others", story{heap: []line{
			{stack: "app/report.build app/api.Report" + served, count: level(20), allocated: grows(0, 1500)},
			{stack: "app/api.encode app/api.Show" + served, count: level(20), allocated: grows(0, 40)},
		}}, []string{"growing handler-allocation app/report.build by api.Report"}},
		{"memory outside of the heap", story{heap: []line{churn}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.Sys, 40<<20)
			v.Set(snapshot.HeapReleased, 4<<20)
			v.Set(snapshot.RSS, 70<<20+int64(second)<<19)
			v.Set(snapshot.RSSAnon, 50<<20+int64(second)<<19)
		}}, []string{"growing off-heap"}},
		{"pages of files, as the code is run for the first time", story{heap: []line{churn}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.Sys, 40<<20)
			v.Set(snapshot.HeapReleased, 4<<20)
			v.Set(snapshot.RSS, 50<<20+int64(second)<<19)
			v.Set(snapshot.RSSAnon, 38<<20)
		}}, nil},
		{"the same, where no more than RSS is known", story{heap: []line{churn}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.Sys, 40<<20)
			v.Set(snapshot.HeapReleased, 4<<20)
			v.Set(snapshot.RSS, 50<<20+int64(second)<<17)
		}}, nil},
		{"memory outside of the heap, where no more than RSS is known", story{heap: []line{churn}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.Sys, 40<<20)
			v.Set(snapshot.HeapReleased, 4<<20)
			v.Set(snapshot.RSS, 50<<20+int64(second)<<19)
		}}, []string{"growing off-heap"}},
		{"a heap that grows, and RSS with it", story{heap: []line{churn}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.Sys, 40<<20+int64(second)<<19)
			v.Set(snapshot.HeapReleased, 4<<20)
			v.Set(snapshot.RSS, 42<<20+int64(second)<<19)
		}}, nil},
		{"stacks that grow", story{heap: []line{churn}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.StackInuse, 4<<20+int64(second)<<18)
			v.Set(snapshot.Goroutines, 100)
		}}, []string{"growing goroutine-stacks"}},
		{"spans that hold nothing", story{heap: []line{churn}, vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.HeapInuse, 300<<20+int64(second)<<20)
			v.Set(snapshot.NextGC, 100<<20)
		}}, []string{"growing fragmentation"}},
		{"leaked, the runtime says, but for a daemon", story{
			goroutines: []line{{stack: receiving + "app/job.wait", count: level(3)}, {stack: parked + "runtime.block app/daemon.run", count: level(2)}},
			leaked:     []line{{stack: receiving + "app/job.wait", count: level(3)}, {stack: parked + "runtime.block app/daemon.run", count: level(2)}},
		}, []string{"proven never-ending-task app/job.wait"}},
		{"leaked, the runtime said once, and all are there", story{
			goroutines: []line{{stack: receiving + "app/job.wait", count: func(i int) int64 { return 3 + 2*int64(i%2) }}},
			leaked:     []line{{stack: receiving + "app/job.wait", count: func(i int) int64 { return 3 * int64(max(0, 4-i)/4) }}},
		}, []string{"proven never-ending-task app/job.wait"}},
		{"leaked, the runtime said once, and some have gone since", story{
			goroutines: []line{{stack: receiving + "app/job.wait", count: func(i int) int64 {
				if i == 9 {
					return 2
				}
				return 5
			}}},
			leaked: []line{{stack: receiving + "app/job.wait", count: func(i int) int64 { return 3 * int64(max(0, 4-i)/4) }}},
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.story.snapshots = long
			if got := told(test.story.judge(t)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// A task and the heap that grows with it are one finding.
func TestTaskHoldsHeap(t *testing.T) {
	r := story{
		snapshots:  24,
		heap:       []line{{stack: "app/orders.(*Desk).follow", count: grows(4, 12)}},
		goroutines: []line{{stack: receiving + "app/orders.(*Desk).follow", count: grows(2, 6)}},
	}.judge(t)
	if len(r.Findings) != 1 {
		t.Fatalf("%d findings: %q", len(r.Findings), told(r))
	}
	f := r.Findings[0]
	if !strings.HasSuffix(f.Summary(), "holding about 128.0 KiB each") {
		t.Errorf("summary %q", f.Summary())
	}
	if holds, _ := f.Holds.Get(); holds != (4+12*23)*object {
		t.Errorf("holds %d", holds)
	}
	if len(f.Related) != 1 || f.Related[0].Kind != leak.HeapKind {
		t.Errorf("related %+v", f.Related)
	}
	if f.Growth.Value < 71 || f.Growth.Value > 73 || f.Unit != leak.Goroutines {
		t.Errorf("%.1f %s per minute, want 72 goroutines", f.Growth.Value, f.Unit)
	}
	if f.Confidence < 0.9 || r.Outcome != leak.Leaks || r.Reason != "" {
		t.Errorf("%.2f sure, %s %q", f.Confidence, r.Outcome, r.Reason)
	}
}

// Too little was seen: the outcome says what is missing.
func TestInconclusive(t *testing.T) {
	kept := line{stack: "app/cache.Put app/api.Show" + served, count: level(50)}
	cycles := func(n int64) func(int, *snapshot.Vitals) {
		return func(_ int, v *snapshot.Vitals) { v.Set(snapshot.NumGC, n) }
	}
	for _, test := range []struct {
		name  string
		story story
		want  string
	}{
		{"two snapshots", story{snapshots: 2, heap: []line{kept}}, "only 2 snapshots since the warm-up came after a GC, and a trend needs 3"},
		{"no GC", story{snapshots: 12, heap: []line{kept}, still: func(i int) bool { return i > 0 }, vitals: cycles(7)}, "the target completed no GC, so its heap profile shows nothing new"},
		{"one snapshot", story{snapshots: 1, heap: []line{kept}}, "only 1 snapshot since the warm-up came after a GC, and a trend needs 3"},
		{"nothing", story{}, "no snapshot was taken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := test.story.judge(t)
			if r.Outcome != leak.Inconclusive || !strings.HasPrefix(r.Reason, test.want) {
				t.Errorf("%s: %q, want %q", r.Outcome, r.Reason, test.want)
			}
		})
	}
}

// A snapshot is whole if it has what the target gives.
func TestWholeSnapshots(t *testing.T) {
	table := snapshot.NewTable()
	j := newJudge(t, table)
	events := story{snapshots: 9, heap: []line{{stack: "app/cache.Put app/api.Show" + served, count: grows(50, 4)}}}.events(table)
	for _, e := range events {
		if taken, ok := e.(snapshot.Taken); ok {
			taken.Snapshot.Goroutines = nil
		}
		j.Apply(e)
	}
	if n := j.Result().Snapshots; n != 9 {
		t.Errorf("%d snapshots of a target that has no goroutines to list, want 9", n)
	}
	j.Apply(story{snapshots: 10}.events(table)[len(events)+int(every/time.Second)])
	if n := j.Result().Snapshots; n != 1 {
		t.Errorf("%d snapshots once it has given some, want 1", n)
	}
}

// A restart starts the trends anew.
func TestRestart(t *testing.T) {
	table := snapshot.NewTable()
	j := newJudge(t, table)
	leaking := story{snapshots: 12, goroutines: []line{{stack: sending + "app/notify.push", count: grows(0, 2)}}}
	for _, e := range leaking.events(table) {
		j.Apply(e)
	}
	if got := told(j.Result()); len(got) != 1 {
		t.Fatalf("before the restart: %q", got)
	}
	j.Apply(snapshot.Restarted{At: noon.Add(12 * every)})
	fresh := story{snapshots: 14, goroutines: []line{{stack: sending + "app/notify.push", count: level(0)}}}
	for _, e := range fresh.events(table)[12*6:] {
		if taken, ok := e.(snapshot.Taken); ok {
			taken.Snapshot.Run = 1
		}
		j.Apply(e)
	}
	r := j.Result()
	if len(r.Findings) != 0 || r.Outcome != leak.Inconclusive || r.Restarts != 1 ||
		!strings.Contains(r.Reason, "only 2 snapshots since the warm-up came after a GC since the target restarted") {
		t.Errorf("%q, %s, %d restarts: %q", told(r), r.Outcome, r.Restarts, r.Reason)
	}
}
