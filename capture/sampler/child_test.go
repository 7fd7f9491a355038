package sampler

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// live is a sampler at a real target.
type live struct {
	t      *testing.T
	table  *snapshot.Table
	events chan snapshot.Event
	stop   context.CancelFunc
	done   chan error
	seen   []snapshot.Event
}

func watchLive(t *testing.T, address string, change func(*Config)) *live {
	t.Helper()
	to, err := target.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := fetch.New(to, fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	ctx, stop := context.WithCancel(context.Background())
	l := &live{t: t, table: snapshot.NewTable(), events: make(chan snapshot.Event, 1000), stop: stop, done: make(chan error, 1)}
	cfg := Config{Target: to, Client: client, Table: l.table, Limits: decode.DefaultLimits(), Every: time.Second}
	if change != nil {
		change(&cfg)
	}
	s := New(cfg)
	go func() {
		l.done <- s.Run(ctx, func(e snapshot.Event) {
			select {
			case l.events <- e:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(stop)
	return l
}

// await returns the next event of a type for which ok holds.
func await[E snapshot.Event](l *live, what string, ok func(E) bool) E {
	l.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case e := <-l.events:
			l.seen = append(l.seen, e)
			if e, is := e.(E); is && ok(e) {
				return e
			}
		case err := <-l.done:
			l.t.Fatalf("Run ended with %v while this was waited for: %s", err, what)
		case <-deadline:
			l.t.Fatalf("this never came: %s", what)
		}
	}
}

// end stops the sampler and returns how often the target was said to restart.
func (l *live) end() (restarts int) {
	l.t.Helper()
	l.stop()
	select {
	case err := <-l.done:
		if err != nil {
			l.t.Errorf("Run ended with %v", err)
		}
	case <-time.After(patience):
		l.t.Fatal("Run did not end")
	}
	for _, e := range l.seen {
		if _, ok := e.(snapshot.Restarted); ok {
			restarts++
		}
	}
	return restarts
}

// attachedTo waits for the sampler to have attached to this process.
func (l *live) attachedTo(c *child) {
	l.t.Helper()
	pid := c.cmd.Process.Pid
	source := "/debug/vars"
	if runtime.GOOS == "linux" {
		source += fmt.Sprintf(" + /proc/%d", pid)
	} else {
		pid = 0
	}
	await(l, fmt.Sprintf("attached to process %d by %s", pid, source), func(e snapshot.Attached) bool {
		return e.Info.PID == pid && e.Info.CurveSource == source && e.Info.Name == filepath.Base(os.Args[0])
	})
}

// whole reports whether a snapshot of a run has all its parts.
func whole(run int) func(snapshot.Taken) bool {
	return func(e snapshot.Taken) bool {
		s := e.Snapshot
		_, rss := s.Vitals.Get(snapshot.RSS)
		return s.Run == run && s.Heap != nil && s.Goroutines != nil && (rss || runtime.GOOS != "linux")
	}
}

func TestARealTargetIsKilledAndStartedAgain(t *testing.T) {
	t.Parallel()
	first := startChild(t, "127.0.0.1:0")
	l := watchLive(t, first.address, nil)
	l.attachedTo(first)
	await(l, "a snapshot", whole(0))
	first.kill()
	down := await(l, "no answer", func(snapshot.Unreachable) bool { return true })
	if down.Reason != "refused" && down.Reason != "closed the connection" {
		t.Errorf("the reason is %q", down.Reason)
	}
	again := await(l, "still no answer", func(snapshot.Unreachable) bool { return true })
	if !again.Since.Equal(down.Since) || !again.Next.After(down.Next) || again.Reason != "refused" {
		t.Errorf("the second failure says %+v after %+v", again, down)
	}
	second := startChild(t, first.address)
	restarted := await(l, "a restart", func(snapshot.Restarted) bool { return true })
	if restarted.Evidence == "" {
		t.Error("it has no evidence")
	}
	l.attachedTo(second)
	taken := await(l, "a snapshot of the new run", whole(1))
	if n, known := taken.Snapshot.Vitals.Get(snapshot.NumGC); known && n < 2 && taken.Snapshot.Advanced {
		t.Errorf("a snapshot counts after %d GCs of its process", n)
	}
	await(l, "and another one", whole(1))
	if n := l.end(); n != 1 {
		t.Errorf("%d restarts were told", n)
	}
}

// With a socket that outlives the process, as of systemd, the next one answers
// without anyone being refused.
func TestARealTargetHandsOnItsSocket(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	address := ln.Addr().String()
	ln.Close()
	first := startChild(t, "inherited", file)
	l := watchLive(t, address, nil)
	await(l, "a snapshot", whole(0))
	first.kill()
	second := startChild(t, "inherited", file)
	await(l, "a restart", func(snapshot.Restarted) bool { return true })
	l.attachedTo(second)
	await(l, "a snapshot of the new run", whole(1))
	if n := l.end(); n != 1 {
		t.Errorf("%d restarts were told", n)
	}
}

// The end of a local process is evidence for the next answer, and settles what
// no counter does.
func TestTheEndOfALocalProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("local processes are found on Linux only")
	}
	t.Parallel()
	c := startChild(t, "127.0.0.1:0")
	to, err := target.Parse(c.address)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process, err := target.FindLocal(t.Context(), to, []string{exe, childArgument})
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Target: to})
	s.found.process = process
	var v snapshot.Vitals
	s.readProcess(&v)
	start, known := v.Get(snapshot.StartTime)
	if rss, _ := v.Get(snapshot.RSS); !known || rss <= 0 || !unixNano(start).Equal(process.StartTime) {
		t.Errorf("of the process is known: %+v", v)
	}
	if anon, known := v.Get(snapshot.RSSAnon); !known || anon <= 0 {
		t.Errorf("of its memory %d bytes are of no file", anon)
	}
	out := shot{Snapshot: &snapshot.Snapshot{}}
	s.readDescriptors(&out)
	fds, _ := out.Vitals.Get(snapshot.OpenFDs)
	sockets, _ := out.Vitals.Get(snapshot.OpenSockets)
	if limit, _ := out.Vitals.Get(snapshot.FDLimit); fds < 3 || sockets < 1 || limit < fds {
		t.Errorf("it has %d descriptors open, %d of them sockets, and may have %d", fds, sockets, limit)
	}
	if limit, _ := v.Get(snapshot.MemoryLimit); limit != 2<<30 {
		t.Errorf("its memory limit is %d, want the 2 GiB that it was started with", limit)
	}
	s.run.remember(&v)
	// What the target says of itself goes first: it may have handed on its port.
	told := snapshot.Vitals{}
	told.Set(snapshot.StartTime, 77)
	told.Set(snapshot.MemoryLimit, 78)
	s.readProcess(&told)
	if start, _ := told.Get(snapshot.StartTime); start != 77 {
		t.Errorf("the start time that the target told became %d", start)
	}
	if limit, _ := told.Get(snapshot.MemoryLimit); limit != 78 {
		t.Errorf("the limit that the target told became %d", limit)
	}
	if evidence, settled := restartInProcess(process, process); evidence != "" || !settled {
		t.Errorf("the process as it is: evidence %q, settled %v", evidence, settled)
	}
	// After a restart told by other evidence it takes no part in the next look,
	// or that would tell the same restart once more.
	handedOn := New(Config{Target: to})
	handedOn.emit = func(snapshot.Event) {}
	handedOn.found.process = process
	if handedOn.restarted(time.Now(), "its start time changed"); handedOn.found.process != nil {
		t.Error("the process before the restart is kept")
	}

	before := time.Now()
	c.kill()
	v = snapshot.Vitals{}
	s.readProcess(&v)
	if s.found.process != nil || v != (snapshot.Vitals{}) {
		t.Errorf("a process that ended is still read: %+v", v)
	}
	if evidence := s.run.restart(before, &v, true, nil); evidence != "" {
		t.Errorf("an answer from before its end tells %q", evidence)
	}
	want := fmt.Sprintf("process %d ended", process.PID)
	if evidence := s.run.restart(time.Now(), &v, true, nil); evidence != want {
		t.Errorf("an answer from after its end tells %q, want %q", evidence, want)
	}
	if evidence, _ := restartInProcess(process, nil); evidence != want {
		t.Errorf("a new look tells %q, want %q", evidence, want)
	}
	if !strings.HasPrefix(s.found.info.Address, "http://127.0.0.1:") {
		t.Errorf("the address is %q", s.found.info.Address)
	}
}

func TestTheCPUMeter(t *testing.T) {
	var m cpuMeter
	start := time.Unix(1000, 0)
	one := &target.Process{PID: 1, StartTime: start}
	for _, test := range []struct {
		name    string
		process *target.Process
		cpu     time.Duration
		want    time.Duration
	}{
		{"the first reading sets the mark", one, 5 * time.Second, 0},
		{"what was used since", one, 7 * time.Second, 2 * time.Second},
		{"no process", nil, 0, 2 * time.Second},
		{"another process sets the mark anew", &target.Process{PID: 2, StartTime: start}, time.Second, 2 * time.Second},
		{"and adds up", &target.Process{PID: 2, StartTime: start}, 4 * time.Second, 5 * time.Second},
		{"an id that is used again", &target.Process{PID: 2, StartTime: start.Add(time.Hour)}, 0, 5 * time.Second},
	} {
		if m.read(test.process, target.Usage{CPU: test.cpu}); m.used != test.want {
			t.Errorf("%s: %s was used, want %s", test.name, m.used, test.want)
		}
	}
}
