package decode

import (
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
			if want := []snapshot.LockCount{{Address: 0x1bda95dda0f8, Count: 2}, {Address: 0x1bda95ddb000, Count: 1}}; !reflect.DeepEqual(g.Locks, want) || g.Long != 2 {
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
