package leak

import "leaktop/diff"

// blockedReceive finds goroutines that wait for what nobody sends, on the path
// of a request or in a library. It takes what no other detector claims.
func blockedReceive() taskCheck {
	return taskCheck{
		check:  BlockedReceive,
		claims: func(*task) bool { return true },
		says: func(t *task) string {
			switch t.state() {
			case diff.WaitGroupWait:
				return "wait for others that never finish"
			case diff.CondWait:
				return "wait for a condition that nobody signals"
			case diff.Select:
				return "wait in a select of which no case comes"
			case diff.ChanReceive:
				return "receive from a channel on which nothing comes"
			}
			return "wait for what never comes (" + string(t.state()) + ")"
		},
		remedy: remedy{
			inGo:   "select on ctx.Done() beside the receive; close the channel, or send, on every path of the sender, errors too",
			native: "wait with a timeout or a cancellation token; make the sender answer on every path",
		},
	}
}
