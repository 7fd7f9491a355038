package leak

import "leaktop/diff"

// blockedSend finds senders that nobody receives from, most often because the
// receiver gave up first.
func blockedSend() taskCheck {
	return taskCheck{
		check:  BlockedSend,
		claims: func(t *task) bool { return t.state() == diff.ChanSend },
		says:   func(*task) string { return "send on a channel that nobody receives from" },
		remedy: remedy{
			inGo: "give the channel room for the result (make(chan T, 1)), or select on ctx.Done() beside the send, so that a receiver which gave up does not strand the sender",
		},
	}
}
