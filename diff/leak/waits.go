package leak

import (
	"slices"
	"strings"
	"time"

	"leaktop/diff"
	"leaktop/diff/trend"
)

// waits says what goroutines of a task wait for, as far as it tells whether an
// ever larger number of them is a leak or only more of what the service does.
type waits int

const (
	// blocked: nobody idles there. Senders, and who waits for a lock or for
	// others, go on as soon as what they wait for comes.
	blocked waits = iota
	// mayIdle: workers wait for work in such a receive, select or condition, too.
	mayIdle
	// inFlight: they serve connections or requests, read, sleep or run. Their
	// number follows that of clients and of what is under way.
	inFlight
)

// For how long the number of goroutines must have grown to be a leak: longer
// than what else would make it grow lasts.
const (
	blockedAfter  = 30 * time.Second
	mayIdleAfter  = 66 * time.Second
	worksAfter    = 36 * time.Second // of those that are no idle workers
	inFlightAfter = leakAfter
)

// after is for how long at least.
func (w waits) after() time.Duration {
	switch w {
	case blocked:
		return blockedAfter
	case mayIdle:
		return mayIdleAfter
	}
	return inFlightAfter
}

// sure is from which probability of growth on it may be called a leak. Where
// nobody idles there is nothing to come and go about but contention.
func (w waits) sure() float64 {
	if w == blocked {
		return 0.85
	}
	return taskSure
}

// waitsOf says what most goroutines of a task wait for.
func (s *scene) waitsOf(t *task) waits {
	switch state := t.state(); {
	case serves(t.entry.Function) && !t.site.own:
		return inFlight
	case awaits(t, scarce()), locks(state), state == diff.ChanSend, state == diff.WaitGroupWait, state == diff.SelectNoCases:
		return blocked
	case state == diff.ChanReceive, state == diff.CondWait:
		return mayIdle
	case state == diff.Select:
		if t.onStack && !remote(t) {
			return inFlight // a stream to a client waits so as long as the client stays
		}
		return mayIdle
	}
	return inFlight
}

// remote reports whether goroutines wait for another machine in a library.
func remote(t *task) bool { return awaits(t, remoteWaits()) }

// scarce are functions of libraries in which a caller waits for what others
// have to give back: a permit, a connection of a pool.
func scarce() []string {
	return []string{"golang.org/x/sync/semaphore.(*Weighted).Acquire", "database/sql.(*DB).conn"}
}

// awaits reports whether goroutines wait in one of these functions.
func awaits(t *task, functions []string) bool {
	return slices.Contains(functions, t.groups[0].Blocked.Function)
}

// needed is for how long the goroutines of a task must have become more.
func needed(t *task) time.Duration {
	if t.works() {
		return worksAfter
	}
	if t.waits == mayIdle && (t.onStack || remote(t)) && falls(&t.trend.Trend) {
		return inFlightAfter // requests that come and go, and more of them with the load
	}
	return t.waits.after()
}

// Limits of what tells goroutines that are at something from workers that wait
// for work, both of which receive, select or read.
const (
	holdsMuch = 256 << 10 // bytes of heap that grow with each of them
)

// works reports whether goroutines of which there are ever more, and never fewer,
// are no idle workers: each holds much that nobody else has, or they poll, or they
// wait for another machine in the middle of a request.
func (t *task) works() bool {
	switch {
	case t.waits == blocked || falls(&t.trend.Trend):
		return false
	case t.each >= holdsMuch, t.waits == mayIdle && (polls(t.entry.Function) || polls(t.site.where.Function)):
		return true
	}
	return t.onStack && (remote(t) || t.state() == diff.IOWait) && t.site.own
}

// falls reports whether a number that grows has fallen on the way more than once.
func falls(t *trend.Trend) bool { return t.Falls > 1 || t.Fall.Size > 0.1*t.Growth.Value }

// clientSide reports whether a function belongs to a connection that this
// process opened.
func clientSide(function string) bool {
	return strings.HasPrefix(function, clientConnection) || strings.HasPrefix(function, "net/http.(*http2ClientConn).")
}
