package leak

import (
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// proven returns how many goroutines of each group the runtime found leaked: it
// ran a GC that follows no goroutine which waits, and nothing that still runs
// can reach what these wait for.
//
// It knows only what blocks on channels, locks and the like, and not what sleeps,
// reads, or waits for what a global variable reaches: those are judged as they
// are without it. And it calls a `select {}` leaked, which is how a program
// parks a goroutine on purpose.
func (s *scene) proven() map[diff.GroupKey]int64 {
	out := make(map[diff.GroupKey]int64)
	if s.leaked == nil {
		return out
	}
	for _, g := range diff.Groups(s.cfg.Table, nil, s.leaked) {
		if g.State != diff.SelectNoCases {
			out[g.Key] = g.After
		}
	}
	return out
}

// prove splits the goroutines of a task: how many of them the runtime proved leaked.
func prove(t *task, proven map[diff.GroupKey]int64) int64 {
	var n int64
	for _, g := range t.groups {
		n = snapshot.AddSaturating(n, proven[g.Key])
	}
	return min(n, t.now)
}

// provenFinding is what is said of a task of which the runtime proved so many.
func (s *scene) provenFinding(t *task, n int64, companions []*task, held []*growth) Finding {
	f := s.taskFinding(t, Proven, companions, held)
	f.Confidence = 0.99
	f.Facts = slices.Insert(f.Facts, 0, Fact{Kind: RuntimeProved}.With("leaked", float64(n), Goroutines))
	return f
}
