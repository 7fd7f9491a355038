//go:build unix

package decode

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// crashVar makes the test binary end itself in the way it says.
const crashVar = "LEAKTOP_TEST_CRASH"

// TestTheRuntimesOwnCrash reads what a program leaves in its log when it is told
// to quit, and when it panics.
func TestTheRuntimesOwnCrash(t *testing.T) {
	if way := os.Getenv(crashVar); way != "" {
		crash(way)
	}
	for _, test := range []struct {
		way string
		// running is a function of the goroutine that crashed; without one it may be any.
		running string
	}{{"quit", ""}, {"panic", "leaktop/capture/decode.crash"}} {
		t.Run(test.way, func(t *testing.T) {
			text := crashed(t, test.way)
			table := snapshot.NewTable()
			c, err := File(bytes.NewReader(text.Bytes()), Source{Name: "test"}, table, DefaultLimits())
			if err != nil || c.Dump == nil {
				t.Fatalf("%v of\n%s", err, text.Bytes())
			}
			d := c.Dump
			if d.Cut || d.Truncated || d.Dumps != 1 || d.Elided != 0 {
				t.Errorf("cut %v, truncated %v, %d dumps, %d elided in\n%s", d.Cut, d.Truncated, d.Dumps, d.Elided, text.Bytes())
			}
			// The main goroutine, that of the test, and those that it started.
			p := d.Profile(table)
			if total := p.Total(0); total != 6 {
				t.Errorf("%d goroutines of the program, want 6, in\n%s", total, text.Bytes())
			}
			for _, k := range p.Keys {
				for f := range table.Frames(k.Stack) {
					if f.Function == "runtime.gopark" || f.Function == "runtime.goexit" {
						t.Errorf("%s is shown of a goroutine in %q", f.Function, table.State(k.Stack))
					}
				}
			}
			found := make(map[string]int64)
			for _, g := range d.Groups {
				creator := table.Frame(g.Creator).Function
				creator = creator[strings.LastIndexByte(creator, '/')+1:]
				found[fmt.Sprintf("%s %q by %s", g.Status, table.Labels(g.Labels).String(), creator)] += g.Count
				for f := range table.Frames(g.Stack) {
					if f.Function == test.running && g.Status == "running" {
						found["crashed"] = g.Count
					}
				}
			}
			for what, want := range map[string]int64{
				`chan send "route=/orders ]:" by decode.crash.func1`: 2,
				`chan receive (nil chan) "" by decode.crash`:         1,
				`sync.Mutex.Lock "" by decode.crash`:                 1,
			} {
				if found[what] != want {
					t.Errorf("%d are %s, want %d, in\n%s", found[what], what, want, text.Bytes())
				}
			}
			if test.running != "" && found["crashed"] != 1 {
				t.Errorf("%d goroutines at %s, want one", found["crashed"], test.running)
			}
		})
	}
}

// crashed returns what a program wrote that crashed. The runtime prints beside
// what still runs, and may wait for a lock that nobody gives back: that one is
// ended, and another tried.
func crashed(t *testing.T, way string) *bytes.Buffer {
	t.Helper()
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestTheRuntimesOwnCrash$")
		cmd.Env = append(os.Environ(), crashVar+"="+way, "GODEBUG=tracebacklabels=1", "GOTRACEBACK=all")
		var text bytes.Buffer
		cmd.Stdout, cmd.Stderr = &text, &text
		err := cmd.Run()
		hung := ctx.Err() != nil
		cancel()
		switch {
		case err == nil:
			t.Fatal("it did not crash")
		case !hung:
			return &text
		}
	}
	t.Fatal("it hung ten times as it crashed")
	return nil
}

// crash starts goroutines that wait, writes to the log, and ends the process.
func crash(way string) {
	go receiveNever[int](nil)
	go lockTwice()
	pprof.Do(context.Background(), pprof.Labels("route", "/orders ]:"), func(context.Context) {
		go send(make(chan int))
		go send(make(chan int))
	})
	buf := make([]byte, 1<<20)
	for ready := false; !ready; runtime.Gosched() {
		dump := buf[:runtime.Stack(buf, true)]
		ready = bytes.Count(dump, []byte(" [chan send")) == 2 &&
			bytes.Contains(dump, []byte(" [chan receive (nil chan)")) && bytes.Contains(dump, []byte(" [sync.Mutex.Lock"))
	}
	fmt.Fprintln(os.Stderr, "2026/11/23 07:28:58 serving")
	if way == "panic" {
		panic("oh no ]:")
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGQUIT); err != nil {
		panic(err)
	}
	select {}
}
