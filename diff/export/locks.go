package export

import (
	"cmp"
	"fmt"
	"strings"

	"leaktop/diff"
	"leaktop/diff/units"
)

// sharedLocks are the locks that more than one goroutine waits for, by a full
// dump, with what there is to say of all: "" where no dump tells of any.
func sharedLocks(c *diff.Comparison, groups []diff.Group) ([]diff.Lock, string) {
	locks := c.Locks(groups)
	if len(locks) == 0 {
		return nil, ""
	}
	shared := locks[:diff.Shared(locks)]
	if len(shared) == 0 {
		return nil, "by the addresses in the dump, no two goroutines are known to wait for the same one"
	}
	var waiters int64
	for _, l := range shared {
		waiters += l.Waiters
	}
	return shared, fmt.Sprintf("%s for %s", units.Plural(waiters, "goroutine")+" wait", units.Plural(len(shared), "lock"))
}

// lockColumns are the heads of a table of them.
func lockColumns() []string {
	return []string{"waiters", "longest wait", "lock", "state", "waiting in"}
}

// lockWait is for how long one of the waiters waits, as the runtime says.
func lockWait(l diff.Lock) string {
	if l.Minutes <= 0 {
		return "-"
	}
	return diff.Minutes(l.Minutes)
}

// lockGroups is how many groups of waiters a lock is listed with.
const lockGroups = 3

// lockPlaces says where the waiters are, the most first.
func lockPlaces(l diff.Lock, between string) string {
	var parts []string
	for _, at := range atMost(l.At, lockGroups) {
		part := named(at.Group.Blocked) + " " + place(at.Group.Blocked)
		if len(l.At) > 1 {
			part = units.Count(at.Count) + " in " + part
		}
		parts = append(parts, part)
	}
	if more := len(l.At) - lockGroups; more > 0 {
		parts = append(parts, "and "+units.Plural(more, "other"))
	}
	return strings.Join(parts, between)
}

// lockEntry is a lock as the JSON has it.
type lockEntry struct {
	Address string      `json:"address"`
	Waiters int64       `json:"goroutines"`
	Longest int32       `json:"longest_wait_minutes"`
	At      []lockPlace `json:"waiting_in"`
}

// lockPlace is where some of the waiters are.
type lockPlace struct {
	Frame
	State      diff.State `json:"state"`
	Goroutines int64      `json:"goroutines"`
}

// maxLocks bounds the locks of a report without a limit of its own.
const maxLocks = 100

// writeLocks lists who waits for which lock, those with one waiter too.
func writeLocks(j *jsonWriter, c *diff.Comparison, limit int) {
	for i, l := range atMost(c.Locks(c.Groups()), cmp.Or(limit, maxLocks)) {
		entry := lockEntry{Address: diff.LockName(l.Address), Waiters: l.Waiters, Longest: l.Minutes, At: []lockPlace{}}
		for _, at := range l.At {
			entry.At = append(entry.At, lockPlace{newFrame(at.Group.Blocked), at.Group.State, at.Count})
		}
		j.element(i, entry)
	}
}
