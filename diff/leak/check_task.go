package leak

import (
	"leaktop/diff"
)

// NeverEndingTask is background tasks that never complete.
const NeverEndingTask Check = "never-ending-task"

// neverEndingTask finds background tasks that were started, by requests most
// often, and never complete: what they hold is never freed.
func neverEndingTask() detector[*task] {
	return detector[*task]{
		check: NeverEndingTask,
		finds: func(_ *scene, t *task) bool {
			// A library's goroutines, and requests that wait themselves, are no tasks.
			return t.site.own && !t.onStack && !isMain(t.entry.Function)
		},
		claim: func(_ *scene, t *task) Fact { return t.claim(string(t.state())) },
		says: func(f Fact) string {
			return f.goroutines() + " never complete" + uncompleted(diff.State(f.word()))
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   "give the task a context with a deadline and select on its Done; cancel it when the request ends, and send or close on every path of what it waits for",
			native: "keep the handle and abort the task when its owner stops, or select on a cancellation token; give what it awaits a timeout",
		},
	}
}

// uncompleted says what keeps a task in a state from completing.
func uncompleted(state diff.State) string {
	switch state {
	case diff.ChanReceive:
		return ": they receive from a channel on which nothing comes"
	case diff.Select, diff.SelectNoCases:
		return ": no case of their select comes"
	case diff.WaitGroupWait:
		return ": they wait for others that never finish"
	case diff.CondWait:
		return ": they wait for a condition that nobody signals"
	case diff.Running, diff.Syscall:
		return ": they are still at work"
	}
	return " (" + string(state) + ")"
}
