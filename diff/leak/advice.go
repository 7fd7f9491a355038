package leak

import (
	"strings"

	"leaktop/diff"
)

// What ends a wait, by what is waited for. A context ends a wait only where the
// code can look at it: in a select, and not in a lock, a sync.WaitGroup, a
// sync.Cond or a system call.
const (
	atReceive   = "select on ctx.Done() beside the receive, and cancel that context when nobody needs the result; close the channel, or send, on every path of the sender, errors too"
	atSend      = "give the channel room for the result (make(chan T, 1)), or select on ctx.Done() beside the send, so that a receiver which gave up does not strand the sender"
	atSelect    = "add a case <-ctx.Done() to the select, of a context that is cancelled or has a deadline, and cancel it when what it serves ends"
	atNoCases   = "a select without cases waits for ever: receive from ctx.Done() in its place, and return"
	atNil       = "the channel is nil, and an operation on it never completes: make the channel before the goroutine starts, or leave that path out"
	atLock      = "find the holder: it waits for something else under the lock, or returned without unlocking; unlock by defer, and do not send, receive or call out under a lock"
	atWaitGroup = "Wait cannot be cancelled: call Done on every path of each goroutine that is waited for (defer wg.Done(), or wg.Go or an errgroup), panics and early returns too, and put a deadline on what those wait for"
	atCond      = "Wait cannot be cancelled: test a closed flag in the loop around it, and set that flag under the lock and Broadcast when it should end (context.AfterFunc does so for a context); Signal or Broadcast on every path that changes the condition"
	inSyscall   = "a context cannot wake it: bound how many run at a time (a semaphore), and make the call return: open the file or pipe non-blocking, so that it goes through the poller and SetDeadline works, set a timeout on the descriptor, or close the other end"
	atIO        = "set a deadline before each read and write (SetReadDeadline, SetWriteDeadline), or close the connection when the context ends (context.AfterFunc): neither returns by itself when the other side is silent"
	atSleep     = "a sleep cannot be interrupted: use a timer or ticker instead, and select on ctx.Done() beside it"
	atWork      = "test ctx.Err() in its loop, and return; cancel the context when what it serves ends"
	atCoroutine = "call the stop function of iter.Pull on every path (defer stop())"
	atSemaphore = "give Acquire a context with a deadline, and Release on every path (defer)"
)

// adviceAt is what ends the wait of a task; "" where no more is known than that
// it waits.
func adviceAt(_ *scene, t *task) string {
	if strings.HasPrefix(t.groups[0].Blocked.Function, "golang.org/x/sync/semaphore.") {
		return atSemaphore
	}
	switch state := t.state(); state {
	case diff.ChanReceive:
		return atReceive
	case diff.ChanSend:
		return atSend
	case diff.Select:
		return atSelect
	case diff.SelectNoCases:
		return atNoCases
	case diff.WaitGroupWait:
		return atWaitGroup
	case diff.CondWait:
		return atCond
	case diff.Syscall:
		return inSyscall
	case diff.IOWait:
		return atIO
	case diff.Sleep:
		return atSleep
	case diff.Running, "running", "runnable":
		return atWork
	case diff.Coroutine:
		return atCoroutine
	case "chan receive (nil chan)", "chan send (nil chan)":
		return atNil
	default:
		if locks(state) {
			return atLock
		}
	}
	return ""
}
