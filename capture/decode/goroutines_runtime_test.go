package decode

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"leaktop/capture/snapshot"
)

// dumperVar makes the test binary print a dump of itself.
const dumperVar = "LEAKTOP_TEST_DUMPER"

// TestTheRuntimesOwnDump reads a dump as the runtime at hand prints it, with
// all that it can be made to print, of goroutines that are known.
func TestTheRuntimesOwnDump(t *testing.T) {
	if os.Getenv(dumperVar) != "" {
		printDump()
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestTheRuntimesOwnDump$")
	cmd.Env = append(os.Environ(), dumperVar+"=1", "GODEBUG=tracebackancestors=3,tracebacklabels=1")
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	d, table := parsed(t, string(text))
	if d.Cut || d.Elided != 1 {
		t.Errorf("cut %v, %d elided, want one", d.Cut, d.Elided)
	}
	const here = "leaktop/capture/decode."
	for _, test := range []struct {
		status, leaf, entry string // of a goroutine that must be there
		check               func(g snapshot.DumpedGoroutine) bool
	}{
		{"chan send", here + "send", here + "send", func(g snapshot.DumpedGoroutine) bool { return table.Labels(g.Labels).String() == "route=/orders ]:" }},
		{"chan receive (nil chan)", here + "receiveNever[...]", here + "receiveNever[...]", nil},
		{"select (no cases)", here + "blockDeep", here + "printDump.func1", func(g snapshot.DumpedGoroutine) bool {
			stack := table.Stack(g.Stack)
			return len(stack) == 101 && stack[50].Function == snapshot.ElidedFrames
		}},
		{"sync.Mutex.Lock", "internal/sync.runtime_SemacquireMutex", here + "lockTwice", func(g snapshot.DumpedGoroutine) bool { return g.Locked }},
	} {
		found := false
		for _, g := range d.Goroutines {
			if g.Status != test.status || table.Leaf(g.Stack).Function != test.leaf || table.Entry(g.Stack).Function != test.entry {
				continue
			}
			found = true
			creator, origin := table.Frame(g.Creator), table.Stack(g.Origin)
			if creator.Function != here+"printDump" && creator.Function != here+"printDump.func2" || !strings.HasSuffix(creator.File, "goroutines_runtime_test.go") ||
				g.CreatorID < 2 || len(origin) < 3 || origin[0].Function != creator.Function {
				t.Errorf("it tells not who started it:\n%s", printed(g, table))
			}
			if test.check != nil && !test.check(g) {
				t.Errorf("it should be otherwise:\n%s", printed(g, table))
			}
		}
		if !found {
			t.Errorf("no goroutine %q at %s in\n%s", test.status, test.leaf, text)
		}
	}
}

// printDump starts goroutines that wait in known ways, prints all that there
// are once they do, and ends the process.
func printDump() {
	go func() { blockDeep(200) }()
	go receiveNever[int](nil)
	go lockTwice()
	pprof.Do(context.Background(), pprof.Labels("route", "/orders ]:"), func(context.Context) { go send(make(chan int)) })
	waiting := []string{"select (no cases)", "chan receive (nil chan)", "sync.Mutex.Lock", "chan send"}
	buf := make([]byte, 1<<20)
	for {
		dump := buf[:runtime.Stack(buf, true)]
		ready := 0
		for _, status := range waiting {
			if bytes.Contains(dump, []byte(" ["+status)) {
				ready++
			}
		}
		if ready == len(waiting) {
			_, _ = os.Stdout.Write(dump)
			os.Exit(0)
		}
		runtime.Gosched()
	}
}

//go:noinline
func send(c chan int) { c <- 1 }

//go:noinline
func receiveNever[T any](c chan T) { <-c }

//go:noinline
func lockTwice() {
	runtime.LockOSThread()
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
}

//go:noinline
func blockDeep(n int) {
	if n == 0 {
		select {}
	}
	blockDeep(n - 1)
}

// TestADumpOfABubble reads what the runtime prints of goroutines in a bubble.
func TestADumpOfABubble(t *testing.T) {
	var text []byte
	synctest.Test(t, func(*testing.T) {
		c := make(chan int)
		go send(c)
		synctest.Wait()
		buf := make([]byte, 1<<20)
		text = buf[:runtime.Stack(buf, true)]
		<-c
	})
	d, table := parsed(t, string(text))
	for _, g := range d.Goroutines {
		if table.Leaf(g.Stack).Function == "leaktop/capture/decode.send" && g.Status == "chan send" && bytes.Contains(text, []byte("[chan send (durable), synctest bubble ")) {
			return
		}
	}
	t.Errorf("no goroutine in it sends to a channel:\n%s", text)
}
