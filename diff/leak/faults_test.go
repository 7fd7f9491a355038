package leak_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// finding returns the finding of a check, nil where there is none.
func finding(r *leak.Result, check leak.Check) *leak.Finding {
	for i := range r.Findings {
		if r.Findings[i].Check == check {
			return &r.Findings[i]
		}
	}
	return nil
}

// evidence is all that a finding says for itself, in one text.
func evidence(f *leak.Finding) string { return strings.Join(f.Evidence(), "; ") }

// A finalizer that waits is the cause of what has one and is kept.
func TestBlockedFinalizer(t *testing.T) {
	blocked := line{stack: receiving + "app/files.release app/files.open.func1 runtime.runFinalizers", count: level(1)}
	opened := line{stack: "app/files.open app/files.use", count: grows(4, 12)}
	r := story{snapshots: 24, heap: []line{opened}, goroutines: []line{blocked}}.judge(t)
	f := finding(r, leak.BlockedFinalizer)
	if f == nil || f.Verdict != leak.Stuck || f.Confidence < 0.9 || f.Growth.Known || f.Where.Function != "app/files.release" {
		t.Fatalf("the findings are %q, want the finalizer stuck", told(r))
	}
	if holds, _ := f.Holds.Get(); len(f.Related) != 1 || f.Related[0].Kind != leak.HeapKind || holds != (4+12*23)*object {
		t.Errorf("it holds %d, related to %+v", holds, f.Related)
	}
	kept := finding(r, leak.AwaitsFinalizer)
	if kept == nil || strings.Contains(kept.Remedy, "LRU") || !strings.Contains(evidence(kept), "waits in files.release") {
		t.Errorf("of the heap it says %q", told(r))
	}
	for _, c := range []struct {
		name  string
		story story
	}{
		{"for too short a time", story{snapshots: 8, goroutines: []line{blocked}}},
		{"now and then", story{snapshots: 24, goroutines: []line{{stack: blocked.stack, count: func(i int) int64 { return int64(i % 5 / 4) }}}}},
		{"at work", story{snapshots: 24, goroutines: []line{{stack: "app/files.release app/files.open.func1 runtime.runFinalizers", count: level(1)}}}},
		{"one that sleeps for a moment", story{snapshots: 24, goroutines: []line{{stack: sleeping + "app/files.release runtime.runFinalizers", count: level(1)}}}},
		{"no finalizer", story{snapshots: 24, goroutines: []line{{stack: receiving + "app/files.release app/files.open.func1", count: level(1)}}}},
	} {
		if r := c.story.judge(t); len(told(r)) > 0 {
			t.Errorf("%s: %q", c.name, told(r))
		}
	}
	cleanup := story{snapshots: 24, goroutines: []line{{stack: locking + "app/files.(*T).close app/files.open.func1 runtime.runCleanups", count: level(1)}}}
	if r := cleanup.judge(t); finding(r, leak.BlockedFinalizer) == nil {
		t.Errorf("of a cleanup it says %q", told(r))
	}
}

// What is freed all the same, or is of other code, does not wait for a finalizer.
func TestHeapBesideBlockedFinalizer(t *testing.T) {
	blocked := line{stack: receiving + "app/files.(*Handle).release runtime.runFinalizers", count: level(1)}
	for _, c := range []struct {
		name, stack string
		want        bool
	}{
		{"a method of the type", "app/files.(*Handle).read app/files.use", true},
		{"what makes it", "app/files.newHandle app/files.use", true},
		{"of a library that has one", "os.newFile os.Open app/data.load", true},
		{"another type", "app/files.(*Cache).put app/files.use", false},
		{"other code", "app/cache.Put app/api.Show" + served, false},
	} {
		r := story{snapshots: 24, heap: []line{{stack: c.stack, count: grows(4, 12)}}, goroutines: []line{blocked}}.judge(t)
		if got := finding(r, leak.AwaitsFinalizer) != nil; got != c.want {
			t.Errorf("%s: waits for the finalizer is %v: %q", c.name, got, told(r))
		}
	}
}

// Goroutines in system calls hold threads, and no context wakes them.
func TestBlockedSyscall(t *testing.T) {
	r := story{snapshots: 60, goroutines: []line{{stack: "syscall.Syscall syscall.read syscall.Read app/jobs.run", count: grows(3, 2)}},
		vitals: func(second int, v *snapshot.Vitals) {
			v.Set(snapshot.Threads, 12+int64(second)*2/5)
			v.Set(snapshot.Goroutines, 120)
			v.Set(snapshot.StackInuse, 4<<20+int64(second)<<17)
		}}.judge(t)
	f := finding(r, leak.BlockedSyscall)
	if finding(r, leak.GoroutineStacks) != nil {
		t.Errorf("the stacks of the threads are a finding: %q", told(r))
	}
	if f == nil || f.Verdict != leak.Leak {
		t.Fatalf("the findings are %q", told(r))
	}
	if strings.Contains(f.Remedy, "ctx.Done()") || !strings.Contains(f.Remedy, "non-blocking") {
		t.Errorf("the remedy is %q", f.Remedy)
	}
	if text := evidence(f); !strings.Contains(text, "holds an OS thread") || !strings.Contains(text, " to 124 threads in ") || !strings.Contains(text, "at 10,000 threads, which it reaches in ") {
		t.Errorf("the evidence is %q", text)
	}
}

// A thread is held by whatever does not return to Go: a call of another program, a lock
// of a file, a device, a library of C. No context wakes any of them.
func TestBlockedCalls(t *testing.T) {
	for name, stack := range map[string]string{
		"a program that does not end":    "syscall.Syscall6 os.(*Process).blockUntilWaitable os.(*Process).wait os/exec.(*Cmd).Wait app/scan.run",
		"one awaited by its descriptor":  "internal/runtime/syscall.Syscall6 syscall.RawSyscall6 syscall.Syscall6 internal/syscall/unix.Waitid os.(*Process).pidfdWait os/exec.(*Cmd).Wait app/scan.run",
		"a lock of a file":               "syscall.Syscall syscall.Flock app/spool.lock app/scan.run",
		"a device":                       "internal/runtime/syscall.Syscall6 syscall.Syscall syscall.Ioctl app/till.read app/scan.run",
		"a library of C":                 "runtime.cgocall app/clam._Cfunc_scan app/clam.Scan app/scan.run",
		"the library of macOS":           "syscall.syscall6 syscall.wait4 syscall.Wait4 os.(*Process).wait os/exec.(*Cmd).Wait app/scan.run",
		"the library of Windows":         "runtime.cgocall syscall.SyscallN syscall.WaitForSingleObject os.(*Process).wait os/exec.(*Cmd).Wait app/scan.run",
		"a call that the runtime leaves": "runtime.notetsleepg app/till._wait app/scan.run",
	} {
		r := story{snapshots: 60, goroutines: []line{{stack: stack, count: grows(3, 2)}}}.judge(t)
		f := finding(r, leak.BlockedSyscall)
		if f == nil || len(r.Findings) != 1 || f.Verdict != leak.Leak || strings.Contains(f.Remedy, "ctx.Done()") || !strings.Contains(evidence(f), "holds an OS thread") {
			t.Errorf("%s: the findings are %q, want one of threads that are held", name, told(r))
		}
	}
}

// What is advised can be followed in the wait that it is for.
func TestRemedyFitsTheWait(t *testing.T) {
	const (
		group  = parked + "runtime.goparkunlock runtime.semacquire1 sync.runtime_SemacquireWaitGroup sync.(*WaitGroup).Wait "
		cond   = parked + "runtime.goparkunlock sync.runtime_notifyListWait sync.(*Cond).Wait "
		reader = parked + "runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Read net.(*netFD).Read net.(*conn).Read "
		writer = parked + "runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Write net.(*netFD).Write net.(*conn).Write "
		conn   = "net/http.(*connReader).Read bufio.(*Reader).fill "
	)
	for _, c := range []struct{ name, stack, has, hasNot string }{
		{"a receive", receiving + "app/x.wait", "select on ctx.Done() beside the receive", "Wait"},
		{"a receive in a handler", receiving + "app/x.wait app/x.Show" + served, "select on ctx.Done() beside the receive", "Wait"},
		{"a send", sending + "app/x.wait", "beside the send", "Wait"},
		{"a select", selecting + "app/x.wait", "case <-ctx.Done()", "Wait"},
		{"a group", group + "app/x.wait", "defer wg.Done()", "ctx.Done()"},
		{"a group in a handler", group + "app/x.wait app/x.Show" + served, "defer wg.Done()", "ctx.Done()"},
		{"a condition", cond + "app/x.wait", "Broadcast", "ctx.Done()"},
		{"a condition in a handler", cond + "app/x.wait app/x.Show" + served, "Broadcast", "ctx.Done()"},
		{"a lock", locking + "app/x.wait", "unlock by defer", "ctx.Done()"},
		{"a system call", "syscall.Syscall syscall.read app/x.wait", "non-blocking", "ctx.Done()"},
		{"a sleep", sleeping + "app/x.wait", "a timer or ticker instead", "http.Client"},
		{"a loop", "runtime.asyncPreempt app/x.work", "ctx.Err()", "ctx.Done()"},
		{"a call of another service", selecting + "net/http.(*persistConn).roundTrip net/http.(*Transport).roundTrip net/http.(*Client).do app/x.call", "http.Client.Timeout", "ReadTimeout"},
		{"a connection of a pool", selecting + "database/sql.(*DB).conn database/sql.(*DB).query app/x.load", "rows.Close()", "http.Client"},
		{"a request's body", reader + conn + "net/http.(*body).Read io.ReadAll app/x.Show" + served, "ReadTimeout", "http.Client"},
		{"an answer's body", reader + "net/http.(*persistConn).Read bufio.(*Reader).Read net/http.(*body).Read io.ReadAll app/x.call", "http.Client.Timeout", "ReadTimeout"},
		{"an answer's body in a handler", reader + "net/http.(*persistConn).Read bufio.(*Reader).Read net/http.(*body).Read io.ReadAll app/x.Show" + served, "http.Client.Timeout", "ReadTimeout"},
		{"an answer that a client does not take", writer + "net/http.checkConnErrorWriter.Write bufio.(*Writer).Flush net/http.(*response).Write app/x.Show" + served, "WriteTimeout", "http.Client"},
		{"a body over HTTP/2", cond + "net/http.(*http2pipe).Read net/http.(*http2requestBody).Read io.ReadAll app/x.Show" + served, "ReadTimeout", "Broadcast"},
		{"a connection of one's own", reader + "app/x.wait", "SetReadDeadline", "http.Client"},
		{"one of a handler's own", reader + "app/x.load app/x.Show" + served, "SetReadDeadline", "ReadTimeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := story{snapshots: 60, goroutines: []line{{stack: c.stack, count: grows(1, 2)}}}.judge(t)
			if len(r.Findings) != 1 {
				t.Fatalf("the findings are %q", told(r))
			}
			if f := r.Findings[0]; !strings.Contains(f.Remedy, c.has) || strings.Contains(f.Remedy, c.hasNot) {
				t.Errorf("%s, %q: the remedy is %q, want %q in it and not %q", f.Check, f.Summary(), f.Remedy, c.has, c.hasNot)
			}
		})
	}
}

// Clients that send half a request and go silent become more with their connections:
// what helps is a timeout of the server, and not one of its own calls.
func TestClientsThatStopSending(t *testing.T) {
	const (
		accepts = parked + "runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Accept net.(*netFD).accept net.(*TCPListener).Accept net/http.(*Server).Serve main.serve"
		reads   = parked + "runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Read net.(*netFD).Read net.(*conn).Read net/http.(*connReader).Read bufio.(*Reader).Read io.(*LimitedReader).Read net/http.(*body).readLocked net/http.(*body).Read io.ReadAll main.main.gowrap1.serve.1"
	)
	r := story{snapshots: 60, goroutines: []line{{stack: accepts, count: level(1)}, {stack: reads + served, count: grows(1, 6)}}}.judge(t)
	if len(r.Findings) != 1 {
		t.Fatalf("the findings are %q", told(r))
	}
	f := &r.Findings[0]
	if f.Check != leak.ClientConnections || !strings.Contains(f.Remedy, "ReadTimeout") || strings.Contains(f.Remedy, "http.Client") || !strings.Contains(evidence(f), "the body of a request") {
		t.Errorf("%s: %q, because %q: %q", f.Check, f.Summary(), evidence(f), f.Remedy)
	}
}

// dumped is a group of a dump: who waits where, for how long and for what.
type dumped struct {
	stack, status string
	count, long   int64
	least, most   int32
	locks         []snapshot.LockCount
}

// dumpOf is a snapshot of which no more is known than a dump.
func dumpOf(t *snapshot.Table, deadlock bool, groups ...dumped) *snapshot.Snapshot {
	d := snapshot.GroupedDump{Deadlock: deadlock}
	for _, g := range groups {
		d.Groups = append(d.Groups, snapshot.DumpGroup{
			Status: g.status, Stack: intern(t, g.stack), Count: g.count, Least: g.least, Most: g.most, Long: g.long, Locks: g.locks,
		})
	}
	return &snapshot.Snapshot{Seq: 1, Goroutines: d.Profile(t)}
}

func TestSingleDump(t *testing.T) {
	const (
		mutex = "internal/sync.runtime_SemacquireMutex internal/sync.(*Mutex).lockSlow sync.(*Mutex).Lock "
		group = "sync.runtime_Semacquire sync.(*WaitGroup).Wait "
	)
	asks := dumped{stack: mutex + "app/jail.(*State).Inspect app/api.inspect" + served, status: "sync.Mutex.Lock", count: 300, least: 5312, most: 5611, long: 300}
	for _, c := range []struct {
		name   string
		groups []dumped
		asleep bool
		want   []string
	}{
		{"a lock for days", []dumped{asks}, false, []string{"stuck lock-wait app/jail.(*State).Inspect by api.inspect"}},
		{"a lock for days, and some who just came", []dumped{{stack: asks.stack, status: asks.status, count: 5, least: 0, most: 900, long: 3}}, false,
			[]string{"stuck lock-wait app/jail.(*State).Inspect by api.inspect"}},
		{"a lock for as long as the runtime may be wrong", []dumped{{stack: asks.stack, status: asks.status, count: 300, most: 2}}, false, nil},
		{"senders for hours", []dumped{{stack: "app/mail.push", status: "chan send", count: 40, least: 60, most: 70, long: 40}}, false, []string{"stuck blocked-send app/mail.push"}},
		{"a generator", []dumped{{stack: "app/ids.generate", status: "chan send", count: 1, least: 900, most: 900, long: 1}}, false, nil},
		{"a pool without permits", []dumped{{stack: "golang.org/x/sync/semaphore.(*Weighted).Acquire app/x.work", status: "select", count: 9, least: 60, most: 70, long: 9}}, false,
			[]string{"stuck never-ending-task app/x.work"}},
		{"a finalizer", []dumped{{stack: "app/files.release runtime.runFinalizers", status: "chan receive", count: 1, least: 60, most: 60, long: 1}}, false,
			[]string{"stuck blocked-finalizer app/files.release"}},
		{"what programs idle in for days", []dumped{
			{stack: group + "main.main", status: "sync.WaitGroup.Wait", count: 1, least: 5000, most: 5000, long: 1},
			{stack: group + "app/pool.run", status: "semacquire", count: 4, least: 5000, most: 5000, long: 4},
			{stack: "app/pool.work", status: "chan receive", count: 9, least: 5000, most: 5000, long: 9},
			{stack: "app/hub.run", status: "select", count: 9, least: 5000, most: 5000, long: 9},
			{stack: "internal/poll.runtime_pollWait net.(*netFD).accept app/hub.serve", status: "IO wait", count: 1, least: 5000, most: 5000, long: 1},
		}, false, nil},
		{"all asleep", []dumped{
			{stack: group + "main.main", status: "sync.WaitGroup.Wait", count: 1},
			{stack: "main.fill", status: "chan send", count: 2},
		}, true, []string{"proven blocked-send main.fill", "proven blocked-receive main.main"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := snapshot.NewTable()
			j := newJudge(t, table)
			j.Apply(snapshot.Taken{Snapshot: dumpOf(table, c.asleep, c.groups...)})
			r := j.Result()
			if got := told(r); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			want := leak.Inconclusive
			if len(c.want) > 0 {
				want = leak.Leaks
			}
			if r.Outcome != want || r.Lacking == "" {
				t.Errorf("the outcome is %s, lacking %q; want %s, and that there was no heap profile", r.Outcome, r.Lacking, want)
			}
		})
	}
}

// Of the waiters for a lock it is said how long they wait, for which lock, and who holds it.
func TestHolderOfALock(t *testing.T) {
	const mutex = "internal/sync.runtime_SemacquireMutex internal/sync.(*Mutex).lockSlow sync.(*Mutex).Lock "
	table := snapshot.NewTable()
	j := newJudge(t, table)
	j.Apply(snapshot.Taken{Snapshot: dumpOf(table, false,
		dumped{stack: mutex + "app/jail.(*State).Inspect app/api.inspect" + served, status: "sync.Mutex.Lock", count: 300, least: 5312, most: 5611, long: 300,
			locks: []snapshot.LockCount{{Address: 0xc000012344, Count: 299}, {Address: 0xc000098764, Count: 1}}},
		dumped{stack: mutex + "app/jail.(*State).List app/api.list" + served, status: "sync.Mutex.Lock", count: 1, least: 5610, most: 5610, long: 1},
		dumped{stack: "app/jail.(*State).loop", status: "select", count: 1, least: 7000, most: 7000, long: 1},
		dumped{stack: "app/jail.(*State).late app/api.late" + served, status: "select", count: 1, least: 100, most: 100, long: 1},
		dumped{stack: "app/shim.(*Client).Kill app/jail.(*State).Stop app/api.stop" + served, status: "select", count: 1, least: 5612, most: 5612, long: 1},
	)})
	f := finding(j.Result(), leak.LockWait)
	if f == nil {
		t.Fatalf("the findings are %q", told(j.Result()))
	}
	text := evidence(f)
	for _, want := range []string{
		"for at least 5,312 to 5,611 min (3.7 to 3.9 days)", "299 of 300 wait for one lock, at 0xc000012344",
		"likely held by jail.(*State).Stop (select, 5,612 min): a method of the same type, and it has waited as long as the first of them",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
}

// A dump beside a profile tells of long waits, too, for as long as nobody has
// gone since.
func TestLongWaitsOfARun(t *testing.T) {
	stuck := line{stack: locking + "app/stock.take app/stock.loop", count: level(3)}
	dump := func(table *snapshot.Table, i int) *snapshot.Dump {
		if i != 1 {
			return nil
		}
		d := &snapshot.Dump{Time: noon.Add(every)}
		for id := range int64(3) {
			d.Goroutines = append(d.Goroutines, snapshot.DumpedGoroutine{ID: id + 1, Status: "sync.Mutex.Lock", Stack: table.Dumped(intern(table, stuck.stack)), Minutes: 40})
		}
		return d
	}
	r := story{snapshots: 3, goroutines: []line{stuck}, dump: dump}.judge(t)
	if got := told(r); !slices.Equal(got, []string{"stuck lock-wait app/stock.take"}) {
		t.Errorf("the findings are %q", got)
	}
	stuck.count = func(i int) int64 { return 3 - int64(i/2) }
	if r := (story{snapshots: 3, goroutines: []line{stuck}, dump: dump}).judge(t); len(told(r)) > 0 {
		t.Errorf("once one has gone it is %q", told(r))
	}
}

// What a batch leaves is found by its lows though the first look at the process fell
// into a batch that was larger than all that has been left since.
func TestBatchAtTheFirstLook(t *testing.T) {
	live := func(i int) int64 {
		run := []int64{90, 60, 0}[i%3] // how many more, by how long ago a run began
		if i < 3 {
			run *= 2
		}
		return 3 + 6*int64(i/3) + run
	}
	s := story{rate: goRate, snapshots: after(2 * time.Minute), heap: []line{
		{stack: "app/clearing.(*House).read app/clearing.(*House).Clear" + served, count: live, allocated: func(i int) int64 { return 180 + 90*int64(i/3) }},
		passing(),
	}}
	got := told(s.judge(t))
	if want := "growing growing-queue app/clearing.(*House).read by clearing.(*House).Clear"; !slices.Contains(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
