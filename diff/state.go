package diff

import (
	"strings"

	"leaktop/capture/snapshot"
)

// State says what a goroutine waits for, in the words of the runtime's own
// dump (goroutine?debug=2), which has more of them than these. The cheap
// goroutine profile has no states; they are inferred from the frames at the leaf.
type State string

// The states that can be told apart by frames. A nil channel, a bubble of
// testing/synctest and a select with a timer cannot.
const (
	ChanSend      State = "chan send"
	ChanReceive   State = "chan receive"
	Select        State = "select"
	SelectNoCases State = "select (no cases)"
	IOWait        State = "IO wait"
	Sleep         State = "sleep"
	MutexLock     State = "sync.Mutex.Lock"
	RWMutexRLock  State = "sync.RWMutex.RLock"
	RWMutexLock   State = "sync.RWMutex.Lock"
	WaitGroupWait State = "sync.WaitGroup.Wait"
	CondWait      State = "sync.Cond.Wait"
	Semacquire    State = "semacquire"
	Coroutine     State = "coroutine"
	GCAssistWait  State = "GC assist wait"
	Syscall       State = "syscall"
	// Running goroutines run, or could if a processor were free.
	Running State = "running or runnable"
	// Waiting goroutines are parked for a reason that their frames do not show.
	Waiting State = "waiting"
	// Unknown is the state of a stack without frames, or of another language.
	Unknown State = snapshot.UnknownState
)

// waitOf maps functions near the leaf of a Go stack to what waits there; ""
// for one that says nothing. The frames were read off the profiles of Go 1.26;
// the names of earlier releases that differ are marked.
func waitOf(function string) State {
	switch function {
	case "runtime.chansend", "runtime.chansend1":
		return ChanSend
	case "runtime.chanrecv", "runtime.chanrecv1", "runtime.chanrecv2":
		return ChanReceive
	case "runtime.selectgo":
		return Select
	case "runtime.block":
		return SelectNoCases
	case "runtime.netpollblock",
		"internal/poll.runtime_pollWait", // where the runtime's frames have no names
		"net.runtime_pollWait":           // to 1.8
		return IOWait
	case "time.Sleep":
		return Sleep
	// RWMutex.Lock waits for other writers in its Mutex, and the runtime calls
	// that wait sync.Mutex.Lock, too.
	case "internal/sync.runtime_SemacquireMutex",
		"sync.runtime_SemacquireMutex": // to 1.23
		return MutexLock
	case "sync.runtime_SemacquireRWMutexR":
		return RWMutexRLock
	case "sync.runtime_SemacquireRWMutex":
		return RWMutexLock
	case "sync.runtime_SemacquireWaitGroup",
		"sync.(*WaitGroup).Wait": // to 1.24, over sync.runtime_Semacquire
		return WaitGroupWait
	case "sync.runtime_notifyListWait":
		return CondWait
	case "runtime.coroswitch":
		return Coroutine
	case "runtime.gcParkAssist":
		return GCAssistWait
	case "runtime.notetsleepg", // os/signal waits so
		"runtime.cgocall":
		return Syscall
	case "runtime.asyncPreempt", "runtime.Gosched":
		return Running
	}
	return ""
}

// StateOf returns the state of the goroutines with a stack: what a full dump
// tells, see [snapshot.Table.InState], else what the stack shows. Then the first
// frame from the leaf that tells what waits there decides.
func StateOf(t *snapshot.Table, stack snapshot.StackID) State {
	switch told := State(t.State(stack)); told {
	case "":
	case Semacquire, Unknown:
		return waitShown(t, stack, told)
	default:
		return told
	}
	if lock := olderLock(t, stack); lock != "" {
		return lock
	}
	parked, acquires, depth := false, false, 0
	for f := range t.Frames(stack) {
		if state := waitOf(f.Function); state != "" {
			return state
		}
		pkg := PackageOf(f.Function)
		if depth == 0 && systemCall(pkg, f.Function) {
			return Syscall
		}
		parked = parked || f.Function == "runtime.gopark"
		acquires = acquires || f.Function == "runtime.semacquire1"
		depth++
		if !waitMachinery(pkg) {
			break
		}
	}
	switch {
	case acquires:
		return Semacquire
	case parked:
		return Waiting
	case depth > 0 && PackageOf(t.Entry(stack).Function) != "" && !strings.Contains(t.Leaf(stack).Function, "::"):
		return Running
	}
	return Unknown
}

// waitShown is what the frames near the leaf show that a goroutine waits for, and
// otherwise where they show nothing. Of a dump they are asked where it says no more
// than that it is a semaphore: to Go 1.24 it says so of a sync.WaitGroup, at which
// a program may well idle, and to 1.19 of locks. Of the text of a profile, which
// has no names of the runtime's frames at the leaf, they show some states and not
// others.
func waitShown(t *snapshot.Table, stack snapshot.StackID, otherwise State) State {
	if lock := olderLock(t, stack); lock != "" {
		return lock
	}
	for f := range t.Frames(stack) {
		if state := waitOf(f.Function); state != "" {
			return state
		}
		if !waitMachinery(PackageOf(f.Function)) {
			break
		}
	}
	return otherwise
}

// olderLock is the lock that a goroutine of Go 1.19, or one before it, waits for: all
// locks had the semaphore of a mutex then, or to 1.8 that of a sync.WaitGroup, and the
// caller tells which it is. It is "" for others.
func olderLock(t *snapshot.Table, stack snapshot.StackID) State {
	semaphore := false
	for f := range t.Frames(stack) {
		switch {
		case !semaphore:
		case f.Function == "sync.(*RWMutex).RLock":
			return RWMutexRLock
		case f.Function == "sync.(*RWMutex).Lock":
			return RWMutexLock
		case f.Function == "sync.(*Mutex).Lock":
			return MutexLock
		}
		semaphore = f.Function == "sync.runtime_SemacquireMutex" || f.Function == "sync.runtime_Semacquire"
		if !waitMachinery(PackageOf(f.Function)) {
			break
		}
	}
	return ""
}

// waitMachinery reports whether a package implements waiting, so that its
// callers are still near the leaf of a wait.
func waitMachinery(pkg string) bool {
	switch pkg {
	case "runtime", "sync", "internal/sync", "internal/poll", "time":
		return true
	}
	return false
}

// systemCall reports whether a leaf function is a call into the kernel.
func systemCall(pkg, function string) bool {
	switch pkg {
	case "internal/runtime/syscall", "runtime/internal/syscall", "internal/runtime/syscall/linux":
		return true
	case "syscall", "golang.org/x/sys/unix", "internal/syscall/unix":
		name := strings.ToLower(function[len(pkg)+1:])
		return strings.Contains(name, "syscall")
	}
	return false
}
