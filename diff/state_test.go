//go:build unix

package diff_test

import (
	"bytes"
	"context"
	"net"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Each of these functions waits in one way; the test finds it by its name.
func waitSend(c chan int)             { c <- 1 }
func waitReceive(c chan int)          { <-c }
func waitContext(ctx context.Context) { <-ctx.Done() }
func waitForEver()                    { select {} }
func waitSleep()                      { time.Sleep(time.Hour) }
func waitMutex(m *sync.Mutex)         { m.Lock() }
func waitReadLock(m *sync.RWMutex)    { m.RLock() }
func waitWriteLock(m *sync.RWMutex)   { m.Lock() }
func waitGroup(w *sync.WaitGroup)     { w.Wait() }
func waitRead(c net.Conn)             { c.Read(make([]byte, 1)) }
func waitSyscall(fd int)              { syscall.Read(fd, make([]byte, 1)) }

func waitRange(c chan int) {
	for range c {
	}
}

func waitSelect(a, b chan int) {
	select {
	case <-a:
	case <-b:
	}
}

func waitCond(c *sync.Cond) {
	c.L.Lock()
	c.Wait()
	c.L.Unlock()
}

func waitNot(stop *atomic.Bool) {
	for !stop.Load() {
	}
}

// The states of real goroutines, by the frames that this toolchain's runtime
// gives them. Goroutines that nothing can wake stay until the test binary ends.
func TestStateOfRealGoroutines(t *testing.T) {
	c, done := make(chan int), make(chan int)
	var mutex sync.Mutex
	var readers, writers sync.RWMutex
	var group sync.WaitGroup
	var stop atomic.Bool
	ctx, cancel := context.WithCancel(t.Context())
	cond := sync.NewCond(new(sync.Mutex))
	near, far := net.Pipe()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var pipe [2]int
	if err := syscall.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	mutex.Lock()
	readers.Lock()
	writers.RLock()
	group.Add(1)
	t.Cleanup(func() {
		stop.Store(true)
		<-c // the sender
		close(c)
		close(done)
		cancel()
		mutex.Unlock()
		readers.Unlock()
		writers.RUnlock()
		group.Done()
		cond.Broadcast()
		conn.Close()
		listener.Close()
		near.Close()
		far.Close()
		syscall.Close(pipe[1])
	})

	go waitSend(c)
	go waitReceive(done)
	go waitRange(done)
	go waitContext(ctx)
	go waitSelect(done, done)
	go waitForEver()
	go waitSleep()
	go waitMutex(&mutex)
	go waitReadLock(&readers)
	go waitWriteLock(&writers)
	go waitGroup(&group)
	go waitCond(cond)
	go waitRead(conn)
	go waitSyscall(pipe[0])
	go waitNot(&stop)

	want := map[string]diff.State{
		"waitSend":      diff.ChanSend,
		"waitReceive":   diff.ChanReceive,
		"waitRange":     diff.ChanReceive,
		"waitContext":   diff.ChanReceive,
		"waitSelect":    diff.Select,
		"waitForEver":   diff.SelectNoCases,
		"waitSleep":     diff.Sleep,
		"waitMutex":     diff.MutexLock,
		"waitReadLock":  diff.RWMutexRLock,
		"waitWriteLock": diff.RWMutexLock,
		"waitGroup":     diff.WaitGroupWait,
		"waitCond":      diff.CondWait,
		"waitRead":      diff.IOWait,
		"waitSyscall":   diff.Syscall,
		"waitNot":       diff.Running,
	}
	// Until all of them have begun to wait some are seen on their way.
	var wrong []string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
		groups := ownGroups(t, 0)
		wrong = wrong[:0]
		for name, state := range want {
			g, ok := groups[name]
			switch {
			case !ok:
				wrong = append(wrong, name+" has no group")
			case g.State != state:
				wrong = append(wrong, name+" is in "+string(g.State)+", want "+string(state))
			case !strings.HasSuffix(g.Blocked.Function, "_test."+name):
				wrong = append(wrong, name+" is blocked in "+g.Blocked.Function)
			case g.After < 1 || g.Status != diff.New || len(g.Stacks) != 1:
				wrong = append(wrong, name+" is counted wrong")
			}
		}
		if len(wrong) == 0 {
			break
		}
	}
	if len(wrong) > 0 {
		t.Fatal(strings.Join(wrong, "\n"))
	}

	// Of the text of the profile the runtime's frames at the leaf are cut, and with
	// them what tells some states.
	cut := []string{"waitSend", "waitReceive", "waitRange", "waitContext", "waitSelect", "waitForEver"}
	groups := ownGroups(t, 1)
	for name, state := range want {
		if slices.Contains(cut, name) {
			state = diff.Unknown
		}
		if got := groups[name].State; got != state && name != "waitNot" { // which may have been stopped in the runtime
			t.Errorf("in the text %s is in %s, want %s", name, got, state)
		}
	}
}

// ownGroups returns the groups of this test's goroutines by the short name of
// the function they were started with, from the profile in one of its forms.
func ownGroups(t *testing.T, debug int) map[string]diff.Group {
	t.Helper()
	var raw bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&raw, debug); err != nil {
		t.Fatal(err)
	}
	tab := snapshot.NewTable()
	p, err := decode.Profile(raw.Bytes(), "goroutine", tab, decode.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	groups := make(map[string]diff.Group)
	for _, g := range diff.Groups(tab, nil, p) {
		if _, name, ok := strings.Cut(g.Entry.Function, "_test.wait"); ok {
			groups["wait"+name] = g
		}
	}
	return groups
}

// States that a test cannot produce here: other releases, other languages.
func TestStateOfFrames(t *testing.T) {
	tab := snapshot.NewTable()
	for stack, want := range map[string]diff.State{
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 sync.runtime_SemacquireMutex sync.(*Mutex).lockSlow app.f": diff.MutexLock,     // 1.23
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 sync.runtime_Semacquire sync.(*WaitGroup).Wait app.f":      diff.WaitGroupWait, // 1.24
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 internal/poll.runtime_Semacquire app.f":                    diff.Semacquire,
		"runtime.gopark runtime.chansend reflect.chansend0 reflect.Value.send app.f":                                        diff.ChanSend,
		"runtime.coroswitch iter.Pull[go.shape.int].func2 app.f":                                                            diff.Coroutine,
		"runtime.notetsleepg os/signal.signal_recv os/signal.loop":                                                          diff.Syscall,
		"internal/runtime/syscall.EpollWait runtime.netpoll":                                                                diff.Syscall,
		"runtime.gopark runtime.somethingNew app.f":                                                                         diff.Waiting,
		"app.compute app.f":                            diff.Running,
		"syscall.ParseDirent os.(*File).readdir app.f": diff.Running,
		"tokio::park::park app::serve":                 diff.Unknown,
		"":                                             diff.Unknown,
	} {
		equal(t, stack, diff.StateOf(tab, stackOf(tab, stack)), want)
	}
}
