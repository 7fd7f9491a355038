//go:build unix

package diff_test

import (
	"bytes"
	"context"
	"maps"
	"net"
	"os"
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

// olderText is what Go 1.8 and Go 1.19 wrote of goroutines: the functions that are at
// the leaf had other names then.
const olderText = `goroutine profile: total 30
10 @ 0x42d6aa 0x42883e 0x427df9 0x51f3f8 0x51f464 0x520b4a 0x459ad1
#	0x427df8	net.runtime_pollWait+0x58	/usr/local/go/src/runtime/netpoll.go:164
#	0x51f3f7	net.(*pollDesc).wait+0x37	/usr/local/go/src/net/fd_poll_runtime.go:75
#	0x520b49	net.(*netFD).Read+0x189		/usr/local/go/src/net/fd_unix.go:250

8 @ 0x43a1c6 0x44b2fa 0x44b2d9 0x46726c 0x4a1dc5 0x6fd385 0x46b481
#	0x46726b	sync.runtime_SemacquireMutex+0x4b	/usr/local/go/src/runtime/sema.go:77
#	0x4a1dc4	sync.(*RWMutex).Lock+0x64		/usr/local/go/src/sync/rwmutex.go:144
#	0x6fd384	main.write+0x44				/src/main.go:31

7 @ 0x43a1c6 0x44b2fa 0x44b2d9 0x4671ec 0x4a2d32 0x6fd3e5 0x46b481
#	0x4671eb	sync.runtime_Semacquire+0x4b	/usr/local/go/src/runtime/sema.go:62
#	0x4a2d31	sync.(*WaitGroup).Wait+0x71	/usr/local/go/src/sync/waitgroup.go:139
#	0x6fd3e4	main.join+0x24			/src/main.go:37

5 @ 0x43a1c6 0x46b73a 0x6fd425 0x46b481
#	0x46b739	time.Sleep+0x139	/usr/local/go/src/runtime/time.go:195
#	0x6fd424	main.tick+0x44		/src/main.go:43
`

// foreignText is of Go on Windows, with a thread in a call of the system and one in C.
const foreignText = `goroutine profile: total 14
6 @ 0x7ff6a1b2c3d6 0x7ff6a1b4e1f7 0x7ff6a1b9a0c5 0x7ff6a1c10f1e 0x7ff6a1b5d6a1
#	0x7ff6a1b4e1f6	internal/poll.runtime_pollWait+0x56	C:/Program Files/Go/src/runtime/netpoll.go:351
#	0x7ff6a1b9a0c4	internal/poll.(*ioSrv).ExecIO+0x104	C:/Program Files/Go/src/internal/poll/fd_windows.go:172
#	0x7ff6a1c10f1d	shop/till.(*Printer).poll+0x5d		D:/Shop Src/till/printer.go:71

4 @ 0x7ff6a1b2c3d6 0x7ff6a1b3f8c2 0x7ff6a1c11a3e 0x7ff6a1b5d6a1
#	0x7ff6a1b3f8c1	sync.runtime_notifyListWait+0x141	C:/Program Files/Go/src/runtime/sema.go:597
#	0x7ff6a1b3f9a4	sync.(*Cond).Wait+0x84			C:/Program Files/Go/src/sync/cond.go:71
#	0x7ff6a1c11a3d	shop/till.(*Roll).next+0x1d		D:/Shop Src/till/roll.go:19

3 @ 0x7ff6a1b5e3b1 0x7ff6a1b5e2f0 0x7ff6a1c12b05 0x7ff6a1b5d6a1
#	0x7ff6a1b5e3b0	runtime.cgocall+0x50			C:/Program Files/Go/src/runtime/cgocall.go:167
#	0x7ff6a1b5e2ef	syscall.SyscallN+0x4f			C:/Program Files/Go/src/runtime/syscall_windows.go:521
#	0x7ff6a1c12b04	shop/till.(*Drawer).open+0x24		D:/Shop Src/till/drawer.go:40

1 @ 0x7ff6a1b2c3d6 0x7ff6a1b0a1c5 0x7ff6a1c13c45 0x7ff6a1b5d6a1
#	0x7ff6a1c13c44	main.main+0x84	D:/Shop Src/main.go:22
`

// The text of a profile tells the state by the frames at the leaf that it names. Of a
// channel and of a select they are cut: those states are unknown.
func TestStateOfPastedProfiles(t *testing.T) {
	reported, err := os.ReadFile("../capture/decode/testdata/pasted/g.debug1.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		want map[diff.State]int64
	}{
		"as it was reported": {string(reported), map[diff.State]int64{
			diff.IOWait: 10, diff.Sleep: 3, diff.MutexLock: 3, diff.RWMutexRLock: 3, diff.WaitGroupWait: 3, diff.CondWait: 3, diff.Unknown: 32,
		}},
		"of earlier releases": {olderText, map[diff.State]int64{diff.IOWait: 10, diff.RWMutexLock: 8, diff.WaitGroupWait: 7, diff.Sleep: 5}},
		"of Windows":          {foreignText, map[diff.State]int64{diff.IOWait: 6, diff.CondWait: 4, diff.Syscall: 3, diff.Unknown: 1}},
	} {
		tab := snapshot.NewTable()
		p, err := decode.Profile([]byte(c.text), "goroutine", tab, decode.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[diff.State]int64)
		for _, g := range diff.Groups(tab, nil, p) {
			got[g.State] += g.After
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: the states are %v, want %v", name, got, c.want)
		}
	}
}

// States that a test cannot produce here: other releases, other languages.
func TestStateOfFrames(t *testing.T) {
	tab := snapshot.NewTable()
	for stack, want := range map[string]diff.State{
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 sync.runtime_SemacquireMutex sync.(*Mutex).lockSlow app.f": diff.MutexLock,     // 1.23
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 sync.runtime_Semacquire sync.(*WaitGroup).Wait app.f":      diff.WaitGroupWait, // 1.24
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 internal/poll.runtime_Semacquire app.f":                    diff.Semacquire,
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 sync.runtime_SemacquireMutex sync.(*RWMutex).RLock app.f":  diff.RWMutexRLock, // 1.19
		"runtime.gopark runtime.goparkunlock runtime.semacquire1 sync.runtime_SemacquireMutex sync.(*RWMutex).Lock app.f":   diff.RWMutexLock,  // 1.19
		"runtime.gopark runtime.goparkunlock runtime.semacquire sync.runtime_Semacquire sync.(*Mutex).Lock app.f":           diff.MutexLock,    // 1.8
		"sync.(*RWMutex).Lock app.f": diff.Running, // it has not begun to wait
		"runtime.gopark runtime.chansend reflect.chansend0 reflect.Value.send app.f": diff.ChanSend,
		"runtime.coroswitch iter.Pull[go.shape.int].func2 app.f":                     diff.Coroutine,
		"runtime.notetsleepg os/signal.signal_recv os/signal.loop":                   diff.Syscall,
		"internal/runtime/syscall.EpollWait runtime.netpoll":                         diff.Syscall,
		"runtime.gopark runtime.somethingNew app.f":                                  diff.Waiting,
		"app.compute app.f":                            diff.Running,
		"syscall.ParseDirent os.(*File).readdir app.f": diff.Running,
		"tokio::park::park app::serve":                 diff.Unknown,
		"":                                             diff.Unknown,
	} {
		equal(t, stack, diff.StateOf(tab, stackOf(tab, stack)), want)
	}
}
