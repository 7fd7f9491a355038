package snapshot

import (
	"cmp"
	"maps"
	"slices"
)

// LongWait is from how many reported minutes on a goroutine has waited for long,
// whatever the error of that number is.
//
// The runtime stamps a goroutine when a GC scans its stack and finds it waiting
// or in a system call without a stamp (markroot of runtime/mgcmark.go, Go 1.26):
// with work.tstart, which is the mark termination of the GC cycle *before* (gcMark
// of runtime/mgc.go is the only place that sets it). The stamp is removed as soon
// as the goroutine runs again (execute and exitsyscall of runtime/proc.go). So:
//
//   - the wait is one and the same since the stamp was made;
//   - the number may be too small, by all the time until the first GC that came;
//   - it may be too large by the time between two GC cycles. A goroutine that was
//     blocked for 2 seconds is shown with 2 minutes where the cycle before came 2
//     minutes ago. The runtime forces one each 2 minutes (forcegcperiod), unless
//     GOGC is off.
//
// So a reported number less two minutes is a lower bound, and one of a quarter of
// an hour is a long wait for sure.
const LongWait = 15

// GCPeriod is by how many minutes the reported wait may be too long.
const GCPeriod = 2

// LockCount is how many goroutines wait for the lock at one address: that of the
// sync.Mutex, or of the sync.RWMutex that they want to write under.
type LockCount struct {
	Address uint64
	Count   int64
	// Most are the minutes that one of them has waited, as the runtime says.
	Most int32
}

// MaxLocks bounds the locks that are kept of the goroutines with one stack.
const MaxLocks = 8

// mostAwaited are the locks of most goroutines, and of those with as many the one
// that is waited for the longest; nil for none.
func mostAwaited(locks map[uint64]LockCount) []LockCount {
	out := slices.SortedFunc(maps.Values(locks), func(a, b LockCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.Most, a.Most), cmp.Compare(a.Address, b.Address))
	})
	return slices.Clip(out[:min(len(out), MaxLocks)])
}

// Told is what a dump says of the goroutines with each stack. Those of which the
// stack is not known are left out.
func (d *Dump) Told() map[StackID]Told {
	tallies := make(map[StackID]*tally)
	for i := range d.Goroutines {
		g := &d.Goroutines[i]
		if g.Stack == NoStack {
			continue
		}
		sum := tallies[g.Stack]
		if sum == nil {
			sum = newTally()
			tallies[g.Stack] = sum
		}
		sum.creator(g.Creator, 1)
		sum.minutes(g.Minutes, g.Minutes)
		var long, locked int64
		if g.Minutes >= LongWait {
			long = 1
		}
		if g.Locked {
			locked = 1
		}
		var locks []LockCount
		if g.Lock != 0 {
			locks = []LockCount{{Address: g.Lock, Count: 1, Most: g.Minutes}}
		}
		sum.waits(long, locks)
		sum.threads(locked)
	}
	out := make(map[StackID]Told, len(tallies))
	for stack, sum := range tallies {
		sum.argue(d.Arguments[stack])
		out[stack] = sum.told()
	}
	return out
}
