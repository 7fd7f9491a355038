package leak

import (
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
)

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
		return true
	case state == diff.ChanSend:
		return (t.now > 1 || t.onStack) && !s.allocates(t)
	}
	return false
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
		if judged[t.groups[0].Key] || !s.stuck(t) {
			continue
		}
		t.trend, _ = s.observer.GroupSum(t.keys())
		t.chance = taskChance
		if t.trend.Slope.Value < 0 {
			t.trend.Slope = trend.Estimate{}
		}
		out = append(out, t)
	}
	return out
}
