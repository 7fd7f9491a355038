package leak

import "leaktop/diff"

// BlockedReceive is goroutines that wait for what nobody sends. Its claim has the
// value now (goroutines) and the wait state of most of them.
const BlockedReceive Check = "blocked-receive"

// blockedReceive finds goroutines that wait for what nobody sends, on the path
// of a request or in a library. It takes what no other detector claims.
func blockedReceive() detector[*task] {
	return detector[*task]{
		check:   BlockedReceive,
		finds:   func(*scene, *task) bool { return true },
		claim:   func(_ *scene, t *task) Fact { return t.claim(string(t.state())) },
		says:    unanswered,
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   "find what it waits for, and make it come, or give the wait a deadline, on every path, errors too",
			native: "wait with a timeout or a cancellation token; make the sender answer on every path",
		},
		advice: adviceAt,
	}
}

// unanswered says what is waited for in a state.
func unanswered(f Fact) string {
	switch state := diff.State(f.word()); state {
	case diff.WaitGroupWait:
		return f.those("waits for others that never finish", "wait for others that never finish")
	case diff.CondWait:
		return f.those("waits for a condition that nobody signals", "wait for a condition that nobody signals")
	case diff.Select:
		return f.those("waits in a select with no ready case", "wait in a select with no ready case")
	case diff.ChanReceive:
		return f.those("receives from a channel that nobody sends on", "receive from a channel that nobody sends on")
	default:
		return f.those("waits for what never comes", "wait for what never comes") + " (" + string(state) + ")"
	}
}
