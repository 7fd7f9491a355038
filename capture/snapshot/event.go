package snapshot

import "time"

// Event is something a source of snapshots tells its sinks: one of
// [Attached], [VitalsTaken], [Taken], [Unreachable], [Restarted], [Scheduled],
// [Asked], [Warned], [Noted] and [Interrupted].
type Event interface{ event() }

// Attached is sent once the target was reached, and again when it was reached
// after a restart or an outage and what is known of it changed.
type Attached struct{ Info Info }

// VitalsTaken carries one point of the curves. It also ends an outage.
type VitalsTaken struct{ Vitals Vitals }

// Taken carries one snapshot. It also ends an outage.
type Taken struct{ Snapshot *Snapshot }

// Unreachable says that the target gives no answer. It is sent after every
// failed try; the first answer afterwards ends the outage.
type Unreachable struct {
	Since  time.Time // of the first failure in a row
	Reason string    // short: "refused", "timed out after 30s", …
	Next   time.Time // of the next try
}

// Restarted says that the target is another process than before. Base and trend start anew.
type Restarted struct {
	At       time.Time
	Evidence string // what gave it away: "process start time moved", "NumGC fell from 31 to 2", …
}

// Scheduled tells what comes next and what watching has cost so far.
type Scheduled struct {
	Every time.Duration // between snapshots, as asked for
	// Actual is the interval in force: longer than Every where the target is slow to
	// answer, or where watching it would cost more than 1 % of a core.
	Actual time.Duration
	// Slowed says why Actual is longer than Every, "" where it is not.
	Slowed string
	Next   time.Time // of the next snapshot, zero while paused
	Paused bool
	Cost   Cost
}

// Cost is what watching has cost since attaching.
type Cost struct {
	Requests int
	Bytes    int64         // as sent over the wire, bodies only
	Busy     time.Duration // sum of all requests' latencies: about what they cost the target, where it is not far away or overloaded
	Elapsed  time.Duration // since attaching
	// Latency is the median of the latest heap requests.
	Latency time.Duration
	// CPU is what the process really used in Elapsed, where that can be read
	// locally: watching and its own work together. Negative where unknown.
	CPU time.Duration
}

// Share returns the part of the time in which a request was under way, 0 before
// any time has passed. Where the target is near and not overloaded, that is
// about the share of one core that answering cost it.
func (c Cost) Share() float64 {
	if c.Elapsed <= 0 {
		return 0
	}
	return float64(c.Busy) / float64(c.Elapsed)
}

// Asked puts a question to the user: a request costs the target more than the
// polling plan allows, and is left out until there is an explicit yes. A newer
// question takes the place of an older one.
type Asked struct {
	Call string // "goroutine profile", "full goroutine dump and the goroutineleak profile", …
	Cost string // predicted, for people: "about 1.2 s of CPU and 238 MiB of garbage, for 312,000 goroutines"
}

// Warned carries something worth a line on screen that stops nothing.
type Warned struct{ Text string }

// Noted says what a person has to say of one snapshot. It takes the place of
// what was said of that snapshot before; one with nothing in it takes it away.
type Noted struct {
	Seq      int       // of the snapshot
	At       time.Time // when it was said
	Text     string    // "" for a mark without words
	Pinned   bool      // it is to be found again: thinning does not drop it
	Baseline string    // the name under which it is a base to compare with, "" for none
}

// Empty reports whether there is nothing in it.
func (n Noted) Empty() bool { return n.Text == "" && !n.Pinned && n.Baseline == "" }

// Interrupted says that watching was ended much sooner than was asked for. It is
// the last event.
type Interrupted struct{ After, Of time.Duration }

func (Attached) event()    {}
func (VitalsTaken) event() {}
func (Taken) event()       {}
func (Unreachable) event() {}
func (Restarted) event()   {}
func (Scheduled) event()   {}
func (Asked) event()       {}
func (Warned) event()      {}
func (Noted) event()       {}
func (Interrupted) event() {}
