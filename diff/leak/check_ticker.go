package leak

import (
	"strings"

	"leaktop/diff"
)

// ForgottenTicker is pollers that nobody stops. Its claim has the value now
// (goroutines).
const ForgottenTicker Check = "forgotten-ticker"

// forgottenTicker finds zombie pollers: goroutines that wake up regularly, so
// that none of them waits for long, and that nobody ends. Their number gives
// them away. A wait for a ticker looks like any other receive; what else is seen
// of a poller is that it sleeps, that its goroutines are met at work too, or
// that it is named for what it does.
func forgottenTicker() detector[*task] {
	return detector[*task]{
		check: ForgottenTicker,
		finds: func(_ *scene, t *task) bool {
			for _, g := range t.groups {
				if g.State == diff.Sleep {
					return true
				}
			}
			switch t.state() {
			case diff.ChanReceive, diff.Select, diff.Running:
				return t.pollers || polls(t.entry.Function) || polls(t.site.where.Function)
			}
			return false
		},
		claim: func(_ *scene, t *task) Fact { return t.claim() },
		says: func(f Fact) string {
			return f.those("keeps polling, and nobody stops it", "keep polling, and nobody stops them")
		},
		facts:   (*scene).taskFacts,
		recheck: (*scene).taskRecheck,
		remedy: remedy{
			inGo:   "end the loop when what it serves ends: select on ctx.Done() beside the ticker, and defer ticker.Stop()",
			native: "abort the task when what it serves ends: keep its handle, or select on a cancellation token in the loop",
		},
		advice: func(s *scene, t *task) string {
			if t.state() == diff.Sleep {
				return atSleep
			}
			return ""
		},
	}
}

// polls reports whether a function is named for what recurs.
func polls(function string) bool {
	name := strings.ToLower(shortName(function))
	for _, word := range []string{"poll", "tick", "heartbeat", "keepalive", "refresh", "watchdog", "periodic", "monitor"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
