package leak

import "leaktop/diff"

// NeverEndingTask is background tasks that never complete. Its claim has the
// value now (goroutines) and the wait state of most of them.
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
		claim:   func(_ *scene, t *task) Fact { return t.claim(string(t.state())) },
		says:    uncompleted,
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   "end the task when its owner stops, and make what it waits for come on every path, errors too",
			native: "keep the handle and abort the task when its owner stops, or select on a cancellation token; give what it awaits a timeout",
		},
		advice: adviceAt,
	}
}

// uncompleted says what keeps a task in a state from completing.
func uncompleted(f Fact) string {
	switch state := diff.State(f.word()); state {
	case diff.ChanReceive:
		return f.those("never completes: it receives from a channel that nobody sends on", "never complete: they receive from a channel that nobody sends on")
	case diff.Select, diff.SelectNoCases:
		return f.those("never completes: no case of its select is ready", "never complete: no case of their select is ready")
	case diff.WaitGroupWait:
		return f.those("never completes: it waits for others that never finish", "never complete: they wait for others that never finish")
	case diff.CondWait:
		return f.those("never completes: it waits for a condition that nobody signals", "never complete: they wait for a condition that nobody signals")
	case diff.Running:
		return f.those("never completes: it is still at work", "never complete: they are still at work")
	default:
		return f.those("never completes", "never complete") + " (" + string(state) + ")"
	}
}
