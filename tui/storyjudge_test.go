package tui

import (
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
)

// judged is what a judge makes of the whole story: the stuck send and what it
// holds are one leak, the kept state is another, the queue grows, and the cache
// has levelled off. Of the builder that is new in #5 too little was seen.
func (s *story) judged(t testing.TB) leak.Result {
	t.Helper()
	const mib = 1 << 20
	finder := newFinder(t, s.table)
	heap, routines := s.heap(storySnapshots-1), s.routines(storySnapshots-1)
	finder.Observe(heap, routines)
	stacks := func(texts ...string) (ids []snapshot.StackID) {
		for _, text := range texts {
			ids = append(ids, intern(s.table, text))
		}
		return ids
	}
	group := func(stack snapshot.StackID) diff.GroupKey {
		for _, g := range diff.Groups(s.table, nil, routines) {
			for _, id := range g.Stacks {
				if id == stack {
					return g.Key
				}
			}
		}
		t.Fatal("no such group")
		return diff.GroupKey{}
	}
	where := func(stack snapshot.StackID, function string) snapshot.Frame {
		for f := range s.table.Frames(stack) {
			if shortName(f.Function) == function {
				return f
			}
		}
		t.Fatalf("no frame of %s", function)
		return snapshot.Frame{}
	}
	handlerOf := func(stack snapshot.StackID) (handler.Handler, bool) { return finder.Of(stack) }
	perMinute := func(value, low, high float64) trend.Estimate {
		return trend.Estimate{Value: value, Low: low, High: high, Known: true}
	}
	ran := ((storySnapshots - 1) * storyEvery).Seconds()
	moreOf := func(from, to float64) leak.Fact {
		return leak.Fact{Kind: leak.BecameMore}.With("more", to-from, leak.Goroutines).With("from", from, leak.Goroutines).
			With("to", to, leak.Goroutines).With("span", ran, leak.Seconds)
	}

	push := stacks(sendingStack, resendingStack)
	sent := leak.Finding{
		ID: "push", Kind: leak.GoroutineKind, Check: leak.NeverEndingTask, Verdict: leak.Leak, Confidence: 0.97,
		Claim: sends(76),
		Where: where(push[0], "notify.(*Notifier).Push"),
		Stack: push[0], Stacks: push, Group: group(push[0]), Groups: []diff.GroupKey{group(push[0])},
		Related: []leak.Related{{Kind: leak.HeapKind, Stack: intern(s.table, pushStack), Now: leak.Amounts{Bytes: snapshot.Known(76 * mib), Objects: snapshot.Known(76)}}},
		Now:     leak.Amounts{Goroutines: snapshot.Known(76)},
		Growth:  perMinute(32, 31.4, 32.6), Unit: leak.Goroutines,
		Holds: snapshot.Known(76 * mib),
		Facts: []leak.Fact{
			moreOf(20, 76),
			leak.Fact{Kind: leak.SameByID, Times: []time.Time{noon}}.With("survived", 20, leak.Goroutines).With("before", 20, leak.Goroutines),
			{Kind: leak.HeapGrowsWithThem},
		},
		Recheck: leak.Fact{Kind: leak.WatchWhetherTheyLevelOff},
		Remedy:  "Give the send a way out: select on the request's context beside it, or a channel with room for the one result.",
	}
	sent.Handler, sent.HasHandler = handlerOf(push[0])

	put := stacks(putStack)
	kept := leak.Finding{
		ID: "put", Kind: leak.HeapKind, Check: leak.StateKept, Verdict: leak.Leak, Confidence: 0.94,
		Claim: leak.Fact{Kind: leak.FactKind(leak.StateKept), Words: []string{"across-requests"}}.With("freed", 0, leak.Ratio),
		Where: where(put[0], "cache.(*Store).Put"),
		Stack: put[0], Stacks: put,
		Now:    leak.Amounts{Bytes: snapshot.Known(680 * 64 << 10), Objects: snapshot.Known(680)},
		Growth: perMinute(10*mib, 9.7*mib, 10.3*mib), Unit: leak.Bytes,
		Holds: snapshot.Known(680 * 64 << 10),
		Facts: []leak.Fact{
			leak.Fact{Kind: leak.RoseInSteps}.With("rises", 7, leak.Count).With("steps", 7, leak.Count).With("span", ran, leak.Seconds),
			leak.Fact{Kind: leak.SecondHalf}.With("ratio", 1, leak.Ratio),
			leak.Fact{Kind: leak.FreedOfAllocated}.With("freed", 0, leak.Objects).With("allocated", 280, leak.Objects),
		},
		Remedy: "Bound it: an LRU with a cap, or a TTL; or delete the key when the request ends.",
	}
	kept.Handler, kept.HasHandler = handlerOf(put[0])

	next := stacks(receivingStack)
	queue := leak.Finding{
		ID: "next", Kind: leak.GoroutineKind, Check: leak.BlockedReceive, Verdict: leak.Growing, Confidence: 0.6,
		Claim: leak.Fact{Kind: leak.FactKind(leak.BlockedReceive), Words: []string{"chan receive"}}.With("now", 31, leak.Goroutines),
		Where: where(next[0], "worker.(*Pool).next"),
		Stack: next[0], Stacks: next, Group: group(next[0]), Groups: []diff.GroupKey{group(next[0])},
		Now:    leak.Amounts{Goroutines: snapshot.Known(31)},
		Growth: perMinute(12, 11.8, 12.2), Unit: leak.Goroutines,
		Facts:   []leak.Fact{moreOf(10, 31)},
		Recheck: leak.Fact{Kind: leak.WatchWhetherTheyLevelOff},
		Remedy:  "Bound the number of workers, or end them when there is nothing to do.",
	}

	add := stacks(addStack)
	filled := leak.Finding{
		ID: "add", Kind: leak.HeapKind, Check: leak.StateKept, Verdict: leak.Plateau, Confidence: 0.9,
		Claim: leak.Fact{Kind: leak.LevelledOff},
		Where: where(add[0], "lru.(*Cache).Add"),
		Stack: add[0], Stacks: add,
		Now:    leak.Amounts{Bytes: snapshot.Known(10 * mib), Objects: snapshot.Known(2560)},
		Facts:  []leak.Fact{leak.Fact{Kind: leak.SecondHalf}.With("ratio", 0, leak.Ratio)},
		Remedy: "Nothing, if its size is meant.",
	}
	filled.Handler, filled.HasHandler = handlerOf(add[0])

	return leak.Result{
		Findings: []leak.Finding{sent, kept, queue, filled},
		Outcome:  leak.Leaks,
		From:     noon, To: noon.Add((storySnapshots - 1) * storyEvery),
		Snapshots: storySnapshots, Advanced: storySnapshots, GCCycles: 10,
		Heap: perMinute(47.8*mib, 45.1*mib, 50.6*mib), HeapGrows: true,
		Goroutines: perMinute(43.4, 42.9, 43.9), GoroutinesGrow: true, RatesOver: (storySnapshots - 1) * storyEvery,
		Limit: leak.Limit{Bytes: 4 << 30, What: "GOMEMLIMIT", Used: 200 * mib, Left: 83 * 60e9},
	}
}
