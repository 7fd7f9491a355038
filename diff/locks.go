package diff

import (
	"cmp"
	"slices"
	"strconv"

	"leaktop/capture/snapshot"
)

// Lock is a lock that goroutines wait for.
type Lock struct {
	// Address is where it is in the target's memory, as the frames of a full dump
	// have it: a name for it as long as the process lives.
	Address uint64
	Waiters int64
	// Minutes is for how long one of them waits, by the runtime, 0 for less than
	// one; see [snapshot.LongWait] for what that is worth.
	Minutes int32
	// At are the groups that wait for it, that of most waiters first.
	At []LockWaiters
}

// LockName is the address of a lock as a dump has it: "0xc000012345".
func LockName(address uint64) string { return "0x" + strconv.FormatUint(address, 16) }

// LockWaiters is how many of a group wait for a lock.
type LockWaiters struct {
	Group *Group
	Count int64
}

// Locks are what the goroutines of the current profile wait for, that of the
// most waiters first; nil where it is of no full dump. Of each stack the locks of
// most of its goroutines are known, [snapshot.MaxLocks] of them. Those who wait to
// read under a sync.RWMutex are missing: nothing tells which one it is.
func (c *Comparison) Locks(groups []Group) []Lock {
	if c.Current == nil || c.Current.Told == nil {
		return nil
	}
	index := make(map[uint64]int)
	var out []Lock
	for i := range groups {
		g := &groups[i]
		told, ok := c.Current.ToldOf(g.Stacks)
		if !ok {
			continue
		}
		for _, l := range told.Locks {
			at, ok := index[l.Address]
			if !ok {
				at = len(out)
				index[l.Address] = at
				out = append(out, Lock{Address: l.Address})
			}
			lock := &out[at]
			lock.Waiters = snapshot.AddSaturating(lock.Waiters, l.Count)
			lock.Minutes = max(lock.Minutes, l.Most)
			lock.At = append(lock.At, LockWaiters{g, l.Count})
		}
	}
	for _, l := range out {
		slices.SortStableFunc(l.At, func(a, b LockWaiters) int { return cmp.Compare(b.Count, a.Count) })
	}
	slices.SortFunc(out, func(a, b Lock) int {
		return cmp.Or(cmp.Compare(b.Waiters, a.Waiters), cmp.Compare(b.Minutes, a.Minutes), cmp.Compare(a.Address, b.Address))
	})
	return out
}

// Shared counts the first locks of a list that more than one goroutine waits for.
func Shared(locks []Lock) int {
	at := slices.IndexFunc(locks, func(l Lock) bool { return l.Waiters < 2 })
	if at < 0 {
		return len(locks)
	}
	return at
}
