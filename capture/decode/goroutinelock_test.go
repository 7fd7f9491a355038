package decode

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// lockDump is what Go 1.26 prints of goroutines that wait for locks: for a
// sync.Mutex, for the write side of a sync.RWMutex, and for the read side, of which
// nothing tells which lock it is.
const lockDump = "goroutine 6 [sync.Mutex.Lock, 40 minutes]:\n" + mutexBefore + "0x1bda95dda0f8" + mutexBehind + `
goroutine 7 [sync.RWMutex.RLock, 3 minutes]:
sync.runtime_SemacquireRWMutexR(0x0?, 0x0?, 0x0?)
	/usr/local/go/src/runtime/sema.go:100 +0x25
sync.(*RWMutex).RLock(...)
	/usr/local/go/src/sync/rwmutex.go:74
main.(*S).rget(0x1bda95dda0f0)
	/src/main.go:5 +0x30
created by main.main in goroutine 1
	/src/main.go:9 +0x1a7

` + "goroutine 8 [sync.Mutex.Lock]:\n" + mutexBefore + "0x1bda95dda0f8" + mutexBehind +
	"\ngoroutine 9 [sync.Mutex.Lock, 15 minutes]:\n" + mutexBefore + "0x1bda95ddb000" + mutexBehind

// The frames of a goroutine that waits for a mutex, before and behind its address.
const (
	mutexBefore = `internal/sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)
	/usr/local/go/src/runtime/sema.go:95 +0x25
internal/sync.(*Mutex).lockSlow(`
	mutexBehind = `)
	/usr/local/go/src/internal/sync/mutex.go:149 +0x15d
internal/sync.(*Mutex).Lock(...)
	/usr/local/go/src/internal/sync/mutex.go:70
sync.(*Mutex).Lock(...)
	/usr/local/go/src/sync/mutex.go:46
main.(*S).get(0x0?)
	/src/main.go:4 +0x3c
created by main.main in goroutine 1
	/src/main.go:9 +0x16b
`
)

// The address of the lock that goroutines wait for is kept, and how many have
// waited for long, one by one and counted, by either way to read a dump.
func TestLocksOfDumps(t *testing.T) {
	for name, text := range map[string]string{
		"as it is":      lockDump,
		"behind a time": "12:00:00 " + strings.ReplaceAll(strings.TrimSuffix(lockDump, "\n"), "\n", "\n12:00:00 ") + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			table := snapshot.NewTable()
			d, err := Goroutines(strings.NewReader(text), "dump", table)
			if err != nil {
				t.Fatal(err)
			}
			var locks []uint64
			for _, g := range d.Goroutines {
				locks = append(locks, g.Lock)
			}
			if want := []uint64{0x1bda95dda0f8, 0, 0x1bda95dda0f8, 0x1bda95ddb000}; !reflect.DeepEqual(locks, want) {
				t.Errorf("the locks are %x, want %x", locks, want)
			}
			grouped, err := GroupedGoroutines(strings.NewReader(text), "dump", table, 0, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			g := grouped.Groups[0]
			if want := []snapshot.LockCount{{Address: 0x1bda95dda0f8, Count: 2, Most: 40}, {Address: 0x1bda95ddb000, Count: 1, Most: 15}}; !reflect.DeepEqual(g.Locks, want) || g.Long != 2 {
				t.Errorf("counted it is %+v, want the locks %+v and 2 for long", g, want)
			}
			if r := grouped.Groups[1]; r.Locks != nil || r.Long != 0 {
				t.Errorf("of a reader's wait it is %+v", r)
			}
		})
	}
}

func TestDeadlock(t *testing.T) {
	const one = "goroutine 1 [chan receive]:\nmain.main()\n\t/src/main.go:19 +0x10b\n\n"
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"a crash", "fatal error: all goroutines are asleep - deadlock!\n\n" + one, true},
		{"behind what a log puts before it", "api-1  | fatal error: all goroutines are asleep - deadlock!\napi-1  | \n" + one, true},
		{"a main that ended itself", "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n\n" + one, true},
		{"another crash", "fatal error: concurrent map writes\n\n" + one, false},
		{"a dump", one, false},
		{"two dumps, of which one is", one + "fatal error: all goroutines are asleep - deadlock!\n\n" + one, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := snapshot.NewTable()
			d, err := GroupedGoroutines(strings.NewReader(c.text), "dump", table, 0, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if d.Deadlock != c.want || d.Profile(table).Deadlock != c.want {
				t.Errorf("deadlock is %v, want %v", d.Deadlock, c.want)
			}
		})
	}
}

// What the functions of a goroutine were given is kept, the receiver of a method
// apart, for each different one, by either way that frames are read.
func TestArgumentsOfDumps(t *testing.T) {
	frames := func(lock, receiver, other string) string {
		return "internal/sync.(*Mutex).lockSlow(" + lock + ")\n\t/usr/local/go/src/internal/sync/mutex.go:149 +0x15d\n" +
			"main.(*Account).Transfer(" + receiver + ", " + other + ", 0x1)\n\t/src/main.go:43 +0xa6\n" +
			"main.run({0x5574a0, 0xc000012340}, 0x3, 0x0?)\n\t/src/main.go:50 +0x11\n" +
			"created by main.main in goroutine 1\n\t/src/main.go:87 +0x507\n\n"
	}
	const a, b = "0xc00001e0a8", "0xc00001e0c0"
	text := ""
	for i, f := range []string{frames("0xc00001e0c8", a, b), frames("0xc00001e0b0", b, a+"?"), frames("0xc00001e0c8", a, b), frames("0xc00001e0c9", "0x0?", "...")} {
		text += "goroutine " + string(rune('5'+i)) + " [sync.Mutex.Lock, 4" + string(rune('0'+i)) + " minutes]:\n" + f
	}
	table := snapshot.NewTable()
	d, err := GroupedGoroutines(strings.NewReader(text), "dump", table, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	p := d.Profile(table)
	if len(d.Groups) != 1 || len(p.Told) != 1 {
		t.Fatalf("%d groups, of which %d are told of; want one", len(d.Groups), len(p.Told))
	}
	frame := func(function string, line int) snapshot.FrameID {
		return table.InternFrame(snapshot.Frame{Function: function, File: "/src/main.go", Line: line})
	}
	transfer, run := frame("main.(*Account).Transfer", 43), frame("main.run", 50)
	in := []snapshot.Argument{{Frame: run, Address: 0x5574a0, First: true, Sure: true}, {Frame: run, Address: 0xc000012340, Sure: true}}
	want := []snapshot.Arguments{
		{Objects: in, Count: 1, Most: 43}, // what cannot be the address of a lock is none
		{Lock: 0xc00001e0c8, Objects: append([]snapshot.Argument{
			{Frame: transfer, Address: 0xc00001e0a8, First: true, Sure: true}, {Frame: transfer, Address: 0xc00001e0c0, Sure: true}}, in...), Count: 2, Most: 42},
		{Lock: 0xc00001e0b0, Objects: append([]snapshot.Argument{
			{Frame: transfer, Address: 0xc00001e0c0, First: true, Sure: true}, {Frame: transfer, Address: 0xc00001e0a8}}, in...), Count: 1, Most: 41},
	}
	for _, told := range p.Told {
		if !reflect.DeepEqual(told.Arguments, want) {
			t.Errorf("got\n%+v, want\n%+v", told.Arguments, want)
		}
	}
}

// The arguments that are kept are bounded, however many different ones there are.
func TestArgumentsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "goroutine %d [select]:\nmain.(*T).wait(0xc%09x)\n\t/src/main.go:43 +0xa6\ncreated by main.main in goroutine 1\n\t/src/main.go:87 +0x507\n\n", i+1, 8*i)
	}
	d, err := GroupedGoroutines(strings.NewReader(b.String()), "dump", snapshot.NewTable(), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Groups[0].Arguments); n != snapshot.MaxArguments {
		t.Errorf("%d different arguments are kept, want %d", n, snapshot.MaxArguments)
	}
}
