package leak

import "leaktop/diff"

// BlockedReceive is goroutines that wait for what nobody sends.
const BlockedReceive Check = "blocked-receive"

// blockedReceive finds goroutines that wait for what nobody sends, on the path
// of a request or in a library. It takes what no other detector claims.
func blockedReceive() detector[*task] {
	return detector[*task]{
		check: BlockedReceive,
		finds: func(*scene, *task) bool { return true },
		claim: func(_ *scene, t *task) Fact { return t.claim(string(t.state())) },
		says: func(f Fact) string {
			return f.goroutines() + " " + receives(diff.State(f.word()))
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   "select on ctx.Done() beside the receive; close the channel, or send, on every path of the sender, errors too",
			native: "wait with a timeout or a cancellation token; make the sender answer on every path",
		},
	}
}

// receives says what is waited for in a state.
func receives(state diff.State) string {
	switch state {
	case diff.WaitGroupWait:
		return "wait for others that never finish"
	case diff.CondWait:
		return "wait for a condition that nobody signals"
	case diff.Select:
		return "wait in a select of which no case comes"
	case diff.ChanReceive:
		return "receive from a channel on which nothing comes"
	}
	return "wait for what never comes (" + string(state) + ")"
}
