package leak

import (
	"leaktop/diff"
)

// neverEndingTask finds background tasks that were started, by requests most
// often, and never complete: what they hold is never freed.
func neverEndingTask() taskCheck {
	return taskCheck{
		check: NeverEndingTask,
		claims: func(t *task) bool {
			// A library's goroutines, and requests that wait themselves, are no tasks.
			return t.site.own && !t.onStack && !isMain(t.entry.Function)
		},
		says: func(t *task) string {
			switch t.state() {
			case diff.ChanReceive:
				return "never complete: they receive from a channel on which nothing comes"
			case diff.Select, diff.SelectNoCases:
				return "never complete: no case of their select comes"
			case diff.WaitGroupWait:
				return "never complete: they wait for others that never finish"
			case diff.CondWait:
				return "never complete: they wait for a condition that nobody signals"
			case diff.Running, diff.Syscall:
				return "never complete: they are still at work"
			}
			return "never complete (" + string(t.state()) + ")"
		},
		remedy: remedy{
			inGo:   "give the task a context with a deadline and select on its Done; cancel it when the request ends, and send or close on every path of what it waits for",
			native: "keep the handle and abort the task when its owner stops, or select on a cancellation token; give what it awaits a timeout",
		},
	}
}
