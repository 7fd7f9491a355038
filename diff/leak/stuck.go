package leak

import (
	"math"
	"time"

	"leaktop/diff"
	"leaktop/diff/trend"
)

// Limits of what stands for being stuck.
const (
	// stuckSpan is for how long goroutines must not have become fewer. It is
	// longer than services wait for each other.
	stuckSpan   = 45 * time.Second
	stuckPoints = 6
	// stuckSure is how sure that is.
	stuckSure = 0.9
)

// standsStill reports whether goroutines of a task wait without end, by whatever
// shows it.
func (s *scene) standsStill(t *task) bool {
	return s.stuck(t) || s.stuckRequest(t) || s.waitsLong(t) || s.finalizerStands(t)
}

// stuck reports whether goroutines that do not become more wait without end: in
// a wait in which no service idles, their number unchanged for long, and
// without any sign of work.
//
// A pool that waits for work, a daemon, and whoever waits for a signal or for
// the end of a program receive, select, sleep or read: those waits prove
// nothing. Nobody idles on a lock. A sender may wait for a slow receiver, but
// then it goes on to produce, which its allocations show; a single one without
// allocations may be a generator of values, which is an idiom.
func (s *scene) stuck(t *task) bool {
	if !s.stands(t) || s.turnsOver(t) {
		return false
	}
	switch state := t.state(); {
	case locks(state):
		return s.stay(t)
	case state == diff.ChanSend:
		return (t.now > 1 || t.onStack) && !s.allocates(t)
	}
	return false
}

// requestSpan is for how long a request must have been at one place at each look.
const requestSpan = 75 * time.Second

// stuckRequest reports whether some of the requests that wait in a group never
// go on.
func (s *scene) stuckRequest(t *task) bool {
	switch state := t.state(); {
	case !t.onStack:
		return false
	case state == diff.ChanReceive, state == diff.WaitGroupWait, state == diff.CondWait, locks(state):
		return s.stay(t)
	}
	return false
}

// Limits of when goroutines are told from others that take their places.
const (
	stayOdds   = 1000.0           // how much likelier it must be that some stay
	stayMemory = 10 * time.Second // for so long a request that comes and goes may be at one place
	stayShare  = 2.0 / 3          // of the looks at which there are no others
)

// stay reports whether some goroutines of a group are the same all along. Where
// they come and go, the number of those at one place varies by its root, and is
// none now and then; where some never leave, it varies less, and is never lower
// than they are.
func (s *scene) stay(t *task) bool {
	if f := s.fateOf(t); f.known() && f.survived == 0 {
		return false
	}
	points := s.unbroken(t)
	n := len(points)
	if n < stuckPoints {
		return false
	}
	span := points[n-1].Time.Sub(points[0].Time)
	if t.onStack && span < requestSpan {
		return false
	}
	least, sum, alone := points[0].Value, 0.0, 0.0
	for _, p := range points {
		least = min(least, p.Value)
		sum += float64(p.Value)
	}
	odds, mean := 0.0, sum/float64(n)
	for _, p := range points {
		if p.Value == least {
			alone++
		}
		odds += poisson(p.Value-least, mean-float64(least)) - poisson(p.Value, mean)
	}
	// Looks that follow close upon each other see the same requests.
	odds *= min(1, span.Seconds()/float64(n-1)/stayMemory.Seconds())
	return alone >= stayShare*float64(n) && odds >= math.Log(stayOdds)
}

// unbroken are the newest points of most goroutines of a task, back to the last
// at which there were none.
func (s *scene) unbroken(t *task) []trend.Point {
	points := s.observer.GroupPoints(t.groups[0].Key)
	from := len(points)
	for from > 0 && points[from-1].Value > 0 {
		from--
	}
	return points[from:]
}

// poisson is the logarithm of the probability of n events where a mean is expected.
func poisson(n int64, mean float64) float64 {
	if mean <= 0 {
		if n == 0 {
			return 0
		}
		return math.Inf(-1)
	}
	factorial, _ := math.Lgamma(float64(n) + 1)
	return float64(n)*math.Log(mean) - mean - factorial
}

// stands reports whether all groups of a task have not changed for long.
func (s *scene) stands(t *task) bool {
	if len(s.observer.Times()) < stuckPoints {
		return false
	}
	for _, g := range t.groups {
		at, ok := s.standing[g.Key]
		if !ok || s.held(at) < stuckSpan || at.Now < at.First {
			return false
		}
	}
	return true
}

// allocates reports whether the functions of a task allocated anything in the window.
func (s *scene) allocates(t *task) bool {
	functions := s.taskFunctions(t)
	if len(functions) == 0 {
		return false
	}
	for _, id := range s.through(functions) {
		if s.observer.AllocatedBy(id) > 0 {
			return true
		}
	}
	return false
}

// stuckTasks returns the tasks that are stuck, but for those that were judged already.
func (s *scene) stuckTasks(all []*task, judged map[diff.GroupKey]bool) []*task {
	var out []*task
	for _, t := range all {
		if judged[t.groups[0].Key] || !s.standsStill(t) {
			continue
		}
		t.trend, _ = s.observer.GroupSum(t.keys(), time.Time{})
		t.probability, t.waits = stuckSure, s.waitsOf(t)
		out = append(out, t)
	}
	return out
}
