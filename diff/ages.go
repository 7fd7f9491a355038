package diff

import (
	"time"

	"leaktop/capture/snapshot"
)

// Ages remembers since when each group of goroutines has been there without a
// break, by the times of the snapshots: most profiles tell no waits, and those
// that a Go runtime reports may be far too short. An age is a lower bound, since
// nobody looked before the first snapshot. Ages also knows by which stacks a
// group was seen. It is not safe for concurrent use.
type Ages struct {
	at    *places
	run   int
	last  time.Time
	since map[GroupKey]time.Time

	placed map[snapshot.StackID]bool
	stacks map[GroupKey][]snapshot.StackID
}

// NewAges returns an empty memory of groups whose stacks are of the table.
func NewAges(t *snapshot.Table) *Ages {
	return &Ages{
		at: newPlaces(t), since: make(map[GroupKey]time.Time),
		placed: make(map[snapshot.StackID]bool), stacks: make(map[GroupKey][]snapshot.StackID),
	}
}

// Observe takes in the next snapshot. One without goroutines says nothing about
// them and breaks nothing; one that is no later than the last is ignored; one
// of another run of the target starts anew.
func (a *Ages) Observe(s *snapshot.Snapshot) {
	if s == nil || s.Run == a.run && !a.last.IsZero() && !s.Time.After(a.last) {
		return
	}
	if s.Run != a.run {
		a.run = s.Run
		a.since = make(map[GroupKey]time.Time) // the old one may have been handed out
	}
	a.last = s.Time
	column := goroutineColumn(s.Goroutines)
	if column < 0 {
		return
	}
	seen := make(map[GroupKey]time.Time, len(a.since))
	for i, k := range s.Goroutines.Keys {
		if s.Goroutines.Vector(i)[column] == 0 {
			continue
		}
		key := a.at.of(k.Stack).key
		if !a.placed[k.Stack] {
			a.placed[k.Stack] = true
			a.stacks[key] = append(a.stacks[key], k.Stack)
		}
		since, ok := a.since[key]
		if !ok {
			since = s.Time
		}
		seen[key] = since
	}
	a.since = seen
}

// Since returns the time of the first of the snapshots that have had the group
// in an unbroken row up to the last; false where the last one has no such group.
func (a *Ages) Since(k GroupKey) (time.Time, bool) {
	since, ok := a.since[k]
	return since, ok
}

// Stacks returns all the stacks that goroutines of a group had in any snapshot,
// those that the last one lacks included. The caller must not change it.
func (a *Ages) Stacks(k GroupKey) []snapshot.StackID { return a.stacks[k] }

// All is what Since tells of all groups. It does not change any more, and may be
// read while snapshots are observed.
func (a *Ages) All() map[GroupKey]time.Time { return a.since }
