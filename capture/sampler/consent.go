package sampler

import (
	"strings"

	"leaktop/capture/snapshot"
)

// call is a request that costs the target the more, the more goroutines it has.
type call uint8

const (
	listGoroutines call = iota // goroutine
	dumpGoroutines             // goroutine?debug=2
	findLeaks                  // goroutineleak
	numCalls
)

func (c call) String() string {
	return [numCalls]string{"goroutine profile", "full goroutine dump", "goroutineleak profile"}[c]
}

// excess is a call that was left out, since it would cost more than the polling
// plan allows.
type excess struct {
	call call
	size float64 // what the cost grows with: goroutines, or their frames
	cost string  // predicted, for people
}

// lasting is for how long an answer holds: until there is this many times as
// much as the question named.
const lasting = 2

// consent keeps what was asked of the user, and what got an explicit yes.
type consent struct {
	always bool              // to everything, beforehand
	put    [numCalls]float64 // the size that was asked about last, 0 for never
	upTo   [numCalls]float64 // the size up to which there is a yes
	open   []excess          // what the newest question is about
}

// covers reports whether there is a yes to a call of this size.
func (c *consent) covers(call call, size float64) bool { return c.always || size <= c.upTo[call] }

// question returns the one to put about what was left out; ok is false where
// all of it was asked about before.
func (c *consent) question(left []excess) (q snapshot.Asked, ok bool) {
	var calls, costs []string
	for _, e := range left {
		calls, costs = append(calls, e.call.String()), append(costs, e.cost)
		ok = ok || c.put[e.call] == 0 || e.size > lasting*c.put[e.call]
	}
	if !ok {
		return q, false
	}
	for _, e := range left {
		c.put[e.call] = e.size
	}
	c.open = left
	return snapshot.Asked{Call: strings.Join(calls, " and the "), Cost: strings.Join(costs, ", and ")}, true
}

// yes is the answer to the newest question. It returns what that was about.
func (c *consent) yes() []excess {
	for _, e := range c.open {
		c.upTo[e.call] = lasting * e.size
	}
	answered := c.open
	c.open = nil
	return answered
}

// revoke takes back what was said about a call, so that it is asked about anew.
func (c *consent) revoke(call call) { c.put[call], c.upTo[call] = 0, 0 }
