package leak

import (
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// proofs are of which groups the runtime found goroutines leaked: it ran a GC that
// follows no goroutine which waits, and nothing that still runs can reach what
// these wait for.
//
// It knows only what blocks on channels, locks and the like, and not what sleeps,
// reads, or waits for what a global variable reaches: those are judged as they
// are without it. And it calls a `select {}` leaked, which is how a program
// parks a goroutine on purpose.
type proofs map[diff.GroupKey]proof

// proof is how many of a group were found, and when. Go 1.27 looks anew each time
// and may not report again what is there still. So the most that were found
// count until there were fewer goroutines of the group than that; from then on
// those that were found last do.
type proof struct {
	most, last int64
	at         time.Time // of the most
}

// renew takes in what the runtime found at a time.
func (p proofs) renew(found []diff.Group, at time.Time, o *trend.Observer) proofs {
	out := make(proofs)
	for _, g := range found {
		if g.State != diff.SelectNoCases {
			out[g.Key] = proof{most: g.After, last: g.After, at: at}
		}
	}
	for key, before := range p {
		now := out[key].last
		if now < before.most && before.holds(key, o) {
			out[key] = proof{most: before.most, last: now, at: before.at}
		}
	}
	return out
}

// holds reports whether those that were found can all be there still.
func (p proof) holds(key diff.GroupKey, o *trend.Observer) bool {
	for _, point := range o.GroupPoints(key) {
		if !point.Time.Before(p.at) && point.Value < p.most {
			return false
		}
	}
	return true
}

// proven returns how many goroutines of each group are proven leaked.
func (s *scene) proven() map[diff.GroupKey]int64 {
	out := make(map[diff.GroupKey]int64)
	for key, p := range s.proofs {
		out[key] = p.last
		if p.holds(key, s.observer) {
			out[key] = p.most
		}
	}
	if s.deadlocked() {
		for _, g := range s.groups {
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
	proof := Fact{Kind: RuntimeProved}.With("leaked", float64(n), Goroutines)
	if s.deadlocked() {
		proof = Fact{Kind: AllAsleep}
	}
	f.Facts = slices.Insert(f.Facts, 0, proof)
	return f
}
