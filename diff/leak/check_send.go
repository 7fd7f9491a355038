package leak

import "leaktop/diff"

// BlockedSend is goroutines whose send nobody receives. Its claim has the value now
// (goroutines).
const BlockedSend Check = "blocked-send"

// blockedSend finds senders that nobody receives from, most often because the
// receiver gave up first.
func blockedSend() detector[*task] {
	return detector[*task]{
		check: BlockedSend,
		finds: func(_ *scene, t *task) bool { return t.state() == diff.ChanSend },
		claim: func(_ *scene, t *task) Fact { return t.claim() },
		says: func(f Fact) string {
			return f.those("sends on a channel that nobody receives from", "send on a channel that nobody receives from")
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo: atSend,
		},
	}
}
