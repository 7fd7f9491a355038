package leak_test

import (
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// Threads and descriptors that become ever more are a leak of the process, those that
// level off, or come and go, are none.
func TestThreadsAndDescriptors(t *testing.T) {
	const snapshots = 84
	rises := func(second int) int64 { return 20 + int64(second)*2/5 }
	fills := func(second int) int64 { return 20 + int64(min(second, 60)) }
	comes := func(second int) int64 { return 20 + 80*int64(second/20%2) }
	few := func(second int) int64 { return 20 + int64(second)/30 }
	for _, c := range []struct {
		name  string
		vital snapshot.Vital
		curve func(second int) int64
		want  string // the finding
		says  []string
	}{
		{"threads", snapshot.Threads, rises, "leak thread-leak", []string{"the runtime ends the program at 10,000 threads, which it reaches in ", " to 177 threads in "}},
		{"threads of a pool", snapshot.Threads, fills, "", nil},
		{"threads that come and go", snapshot.Threads, comes, "", nil},
		{"few threads", snapshot.Threads, few, "", nil},
		{"descriptors", snapshot.OpenFDs, rises, "leak descriptor-leak", []string{"the process may have 1,024 descriptors open, which it reaches in ", "these are 150 sockets", "380 with 10.0.0.7:5432", "clients opened: 9 with 10.0.0.9 on port 8080"}},
		{"descriptors of a pool", snapshot.OpenFDs, fills, "", nil},
		{"descriptors that come and go", snapshot.OpenFDs, comes, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{snapshots: snapshots, goroutines: []line{{stack: receiving + "app/pool.work", count: level(4)}}, vitals: func(second int, v *snapshot.Vitals) {
				v.Set(snapshot.NumGC, int64(second))
				v.Set(c.vital, c.curve(second))
				if c.vital == snapshot.OpenFDs {
					v.Set(snapshot.FDLimit, 1024)
					v.Set(snapshot.OpenSockets, 150)
				}
			}}
			table := snapshot.NewTable()
			j := newJudge(t, table)
			for _, e := range s.events(table) {
				if taken, ok := e.(snapshot.Taken); ok && taken.Snapshot.Seq > 3 {
					taken.Snapshot.Connections = []snapshot.Connections{{Peer: "10.0.0.7:5432", Count: 380}, {Peer: "10.0.0.9", Port: 8080, Count: 9}}
				}
				j.Apply(e)
			}
			r := j.Result()
			if c.want == "" {
				if len(told(r)) > 0 {
					t.Errorf("the findings are %q, want none", told(r))
				}
				return
			}
			if got := told(r); !slices.Equal(got, []string{c.want}) {
				t.Fatalf("the findings are %q, want %q", got, c.want)
			}
			f := &r.Findings[0]
			for _, want := range c.says {
				if !strings.Contains(evidence(f), want) {
					t.Errorf("%q is not in %q", want, evidence(f))
				}
			}
			if f.Kind != leak.ProcessKind || f.Unit == leak.Bytes || f.Growth.Value < 20 || f.Growth.Value > 28 || f.Holds != (snapshot.Value{}) {
				t.Errorf("it grows by %g %s a minute, want 24", f.Growth.Value, f.Unit)
			}
		})
	}
}

// Of goroutines in system calls that become more the finding about them tells of the
// threads, and no second one.
func TestThreadsOfSystemCalls(t *testing.T) {
	r := story{snapshots: 60, goroutines: []line{{stack: "syscall.Syscall syscall.read syscall.Read app/jobs.run", count: grows(3, 2)}},
		vitals: func(second int, v *snapshot.Vitals) { v.Set(snapshot.Threads, 12+int64(second)*2/5) }}.judge(t)
	if finding(r, leak.ThreadLeak) != nil || finding(r, leak.BlockedSyscall) == nil {
		t.Errorf("the findings are %q", told(r))
	}
}

// Of goroutines that wait for the network and become more the finding about them tells
// of their connections, and no second one; of many more descriptors than that there is one.
func TestDescriptorsOfGoroutines(t *testing.T) {
	for _, c := range []struct {
		name string
		fds  func(second int) int64
		both bool
	}{
		{"one each", func(second int) int64 { return 12 + int64(second)*2/5 }, false},
		{"many more", func(second int) int64 { return 12 + int64(second)*2 }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := story{snapshots: 60, goroutines: []line{{stack: parked + "runtime.netpollblock internal/poll.runtime_pollWait internal/poll.(*FD).Read net.(*conn).Read app/bank.ask", count: grows(3, 2)}},
				vitals: func(second int, v *snapshot.Vitals) { v.Set(snapshot.OpenFDs, c.fds(second)) }}.judge(t)
			if finding(r, leak.MissingTimeout) == nil || (finding(r, leak.DescriptorLeak) != nil) != c.both {
				t.Errorf("the findings are %q", told(r))
			}
		})
	}
}
