package trend_test

import (
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
	"leaktop/fixtures/bench/day"
)

// observe takes in so many snapshots of a session.
func observe(o *trend.Observer, s *day.Session, snapshots int) {
	for range snapshots {
		for _, e := range s.Next() {
			if taken, ok := e.(snapshot.Taken); ok {
				o.Add(taken.Snapshot)
			}
		}
	}
}

// After three days an observer keeps no more than after one, and still tells
// what leaks from what comes and goes.
func TestDays(t *testing.T) {
	const stacks, leaks, aDay = 400, 4, 24 * 60 * 2
	table := snapshot.NewTable()
	s := day.New(table, 3, day.Program{Stacks: stacks, Groups: 100, Changing: 0.1, Leaks: leaks, Every: 30 * time.Second})
	o := trend.NewObserver(table, 0)
	observe(o, s, aDay)
	after1 := heapInUse()
	observe(o, s, 2*aDay)
	if grown := int64(heapInUse()) - int64(after1); grown > stacks*200 {
		t.Errorf("two more days take %d bytes more", grown)
	}
	if heap, groups := len(o.StackPoints(s.Leaks()[0])), len(o.Times()); heap > 128 || groups > 128 {
		t.Errorf("%d points of the heap and %d of the goroutines are kept", heap, groups)
	}
	if from, to := o.Window(); to.Sub(from) != (3*aDay-1)*30*time.Second {
		t.Errorf("the window is %s", to.Sub(from))
	}
	found := make(map[snapshot.StackID]bool)
	records, _ := o.Renew(nil, nil)
	for _, r := range records {
		// What was met for the first time in these days has grown, from nothing.
		if h, _ := o.Of([]trend.RecordID{r.ID}, true); r.Before > 0 && h.Factor.Value > 10 && h.GoesOn.Value > 0.5 {
			found[r.Stack] = true
		}
	}
	for _, id := range s.Leaks() {
		if !found[id] {
			t.Errorf("stack %d leaked for three days and is not found to grow", id)
		}
	}
	for id := range found {
		if !slices.Contains(s.Leaks(), id) {
			t.Errorf("stack %d comes and goes, and is found to grow", id)
		}
	}
}
