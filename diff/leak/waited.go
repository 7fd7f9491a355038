package leak

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// told is what the newest full dump says of the goroutines of a task; false where
// there is none, or it has none of them. A snapshot may be a dump, or have one
// beside its profile.
func (s *scene) told(t *task) (snapshot.Told, bool) {
	if s.goroutines == nil {
		return snapshot.Told{}, false
	}
	if p := s.goroutines.Goroutines; p.Told != nil {
		return p.ToldOf(t.stacks())
	}
	if s.dumps == nil || s.dumps.last == nil {
		return snapshot.Told{}, false
	}
	known := make(map[snapshot.StackID]bool)
	var stacks []snapshot.StackID
	for _, id := range t.stacks() {
		if id = s.cfg.Table.Dumped(id); !known[id] {
			known[id] = true
			stacks = append(stacks, id)
		}
	}
	return snapshot.SumTold(s.dumps.told, stacks)
}

// waitsLong reports whether some goroutines of a task have waited for long where
// nobody idles, by what the runtime says of them: one dump is enough. See
// [snapshot.LongWait] for why that is to be believed.
//
// Who idles receives, selects, sleeps, reads, or waits for a sync.WaitGroup or
// sync.Cond, for days if need be. A single sender may be a generator of values.
func (s *scene) waitsLong(t *task) bool {
	told, ok := s.told(t)
	if !ok || told.Long == 0 || s.least(t) < told.Long {
		return false
	}
	switch state := t.state(); {
	case locks(state), awaits(t, scarce()), s.finalizes(t) && waitsAt(state):
		return true
	case state == diff.ChanSend:
		return told.Long > 1 || t.onStack
	}
	return false
}

// least is the lowest number of the goroutines of a task since the newest dump:
// those that it tells of are there still, unless there were ever fewer.
func (s *scene) least(t *task) int64 {
	if s.dumps == nil || s.dumps.last == nil {
		return t.now
	}
	sum := make(map[time.Time]int64)
	for _, g := range t.groups {
		for _, p := range s.observer.GroupPoints(g.Key) {
			if p.Time.After(s.dumps.last.Time) {
				sum[p.Time] += p.Value
			}
		}
	}
	least := t.now
	for _, n := range sum {
		least = min(least, n)
	}
	return least
}

// deadlocked reports whether the newest snapshot is of a program that the runtime
// ended, since all its goroutines were asleep.
func (s *scene) deadlocked() bool {
	return s.goroutines != nil && s.goroutines.Goroutines.Deadlock
}

// waitFacts are what a full dump tells of the waits of a task, and of the locks that
// they wait for.
func (s *scene) waitFacts(t *task) []Fact {
	var out []Fact
	told, ok := s.told(t)
	if ok && told.Most > snapshot.GCPeriod { // less may be none at all
		minutes := func(n int32) float64 { return float64(n) * 60 }
		out = append(out, Fact{Kind: WaitedByRuntime}.With("least", minutes(told.Least), Seconds).With("most", minutes(told.Most), Seconds).
			With("long", float64(told.Long), Goroutines).With("now", float64(t.now), Goroutines))
	}
	if locks(t.state()) {
		out = append(out, s.lockFacts(t, told)...)
	}
	return out
}
