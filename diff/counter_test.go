package diff_test

import (
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// A counter says of one profile what Groups says of its current side.
func TestCounterAgreesWithGroups(t *testing.T) {
	tab := snapshot.NewTable()
	p := goroutines(tab,
		sample{stack: sending + "app.push app.Create.func1", values: []int64{5}, labels: "handler=/orders"},
		sample{stack: sending + "app.push app.retry app.Create.func1", values: []int64{3}},
		sample{stack: "runtime.gopark app.idle app.worker", values: []int64{4}},
	)
	counter := diff.NewCounter(tab)
	for range 2 { // places are remembered from the first time
		counts := counter.Count(p)
		groups := diff.Groups(tab, nil, p)
		equal(t, "groups", len(counts), len(groups))
		for _, g := range groups {
			equal(t, g.Key.Blocked, counts[g.Key], g.After)
		}
	}
	if counts := counter.Count(nil); counts != nil {
		t.Errorf("no profile: got %v, want nil", counts)
	}
}
