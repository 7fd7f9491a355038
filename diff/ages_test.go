package diff_test

import (
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

func TestAges(t *testing.T) {
	tab := snapshot.NewTable()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	pushing := goroutines(tab, sample{stack: sending + "app.push app.Create.func1", values: []int64{2}})
	other := goroutines(tab,
		sample{stack: sending + "app.other app.Create.func1", values: []int64{2}},
		sample{stack: sending + "app.push app.Create.func1", values: []int64{0}}) // listed, but none there
	key := diff.Groups(tab, nil, pushing)[0].Key

	ages := diff.NewAges(tab)
	for _, step := range []struct {
		what       string
		run        int
		at         time.Duration
		goroutines *snapshot.Profile
		since      time.Duration // -1 for not there
	}{
		{"first seen", 0, 0, pushing, 0},
		{"still there", 0, 15 * time.Second, pushing, 0},
		{"nothing known", 0, 30 * time.Second, nil, 0},
		{"still there after a snapshot without goroutines", 0, 45 * time.Second, pushing, 0},
		{"an old snapshot comes again", 0, 15 * time.Second, other, 0},
		{"gone", 0, 60 * time.Second, other, -1},
		{"back, so younger", 0, 75 * time.Second, pushing, 75 * time.Second},
		{"the target restarted", 1, 90 * time.Second, nil, -1},
		{"seen in the new run", 1, 105 * time.Second, pushing, 105 * time.Second},
	} {
		ages.Observe(&snapshot.Snapshot{Run: step.run, Time: start.Add(step.at), Goroutines: step.goroutines})
		since, ok := ages.Since(key)
		switch {
		case ok != (step.since >= 0):
			t.Errorf("%s: got there = %v", step.what, ok)
		case ok && !since.Equal(start.Add(step.since)):
			t.Errorf("%s: since %v, want %v", step.what, since.Sub(start), step.since)
		}
	}
	ages.Observe(nil)
	if _, ok := ages.Since(key); !ok {
		t.Error("a nil snapshot made a group disappear")
	}
}
