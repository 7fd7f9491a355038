package decode

import (
	"fmt"
	"io"

	"leaktop/capture/snapshot"
)

// maxGroups bounds the groups of a dump: labels that name single requests make
// one of each goroutine. What comes above it is counted without its labels.
const maxGroups = 1 << 19

// GroupedGoroutines decodes a full goroutine dump as [Goroutines] does, of any
// size: it counts goroutines that agree in state, stack, labels and creator, and
// keeps none of them. Goroutine 0, which a crash prints, is not counted: it is
// the stack that a thread has for the scheduler.
//
// The first goroutine must stand within the first lead bytes of the text: else
// it is taken for something else and refused.
func GroupedGoroutines(r io.Reader, name string, table *snapshot.Table, lead int64) (*snapshot.GroupedDump, error) {
	s := newScanner(r, table)
	s.lead = lead
	c := counter{index: make(map[groupKey]int32), locks: make(map[lockKey]int)}
	d := &c.dump
	for s.next() {
		g := &s.goroutine
		if g.ID == 0 {
			continue
		}
		at := c.group(groupKey{status: s.status, stack: g.Stack, labels: g.Labels, creator: g.Creator, leaked: g.Leaked}, g)
		if at < 0 {
			s.frames.err = fmt.Errorf("there are more than %d different groups of goroutines", 2*maxGroups)
			break
		}
		group := &d.Groups[at]
		group.Count++
		group.Least, group.Most = min(group.Least, g.Minutes), max(group.Most, g.Minutes)
		if g.Minutes >= snapshot.LongWait {
			group.Long++
		}
		if g.Lock != 0 {
			c.awaited(at, g.Lock)
		}
		if s.elided {
			d.Elided++
		}
		if s.unavailable {
			d.Unavailable++
		}
		if g.ID == 1 {
			d.Mains++
		}
	}
	if err := s.refusal(name, len(d.Groups) > 0); err != nil {
		return nil, err
	}
	d.Truncated = s.lines.bytes() == largestDump
	d.Cut = s.cut
	d.Deadlock = s.deadlock && d.Mains <= 1 // else it may be of another one
	return d, nil
}

// maxLocks bounds the locks that are told apart in a dump. Who waits for one
// above it is counted without its lock.
const maxLocks = 1 << 12

// lockKey is a lock and the group that waits for it.
type lockKey struct {
	group int32
	lock  uint64
}

// awaited counts a goroutine of a group that waits for a lock.
func (c *counter) awaited(at int32, lock uint64) {
	key, group := lockKey{at, lock}, &c.dump.Groups[at]
	i, ok := c.locks[key]
	if !ok {
		if len(c.locks) == maxLocks {
			return
		}
		i = len(group.Locks)
		c.locks[key] = i
		group.Locks = append(group.Locks, snapshot.LockCount{Address: lock})
	}
	group.Locks[i].Count++
}

// counter finds the group of a goroutine.
type counter struct {
	dump  snapshot.GroupedDump
	index map[groupKey]int32 // in dump.Groups
	locks map[lockKey]int    // in the group's Locks
	// recent are the groups that came last, by stack, which saves most look-ups.
	recent [recentGroups]struct {
		key   groupKey
		index int32
	}
}

const recentGroups = 1 << 10

// group returns the index of a goroutine's group; -1 where there are too many.
func (c *counter) group(key groupKey, g *snapshot.DumpedGoroutine) int32 {
	recent := &c.recent[key.stack%recentGroups]
	if recent.key == key {
		return recent.index
	}
	i, ok := c.index[key]
	if !ok && len(c.index) >= maxGroups {
		key.labels = 0
		i, ok = c.index[key]
	}
	if !ok {
		if len(c.index) >= 2*maxGroups {
			return -1
		}
		i = int32(len(c.dump.Groups))
		c.index[key] = i
		c.dump.Groups = append(c.dump.Groups, snapshot.DumpGroup{
			Status: g.Status, Stack: g.Stack, Labels: key.labels, Creator: g.Creator, Leaked: g.Leaked, Least: g.Minutes,
		})
	}
	recent.key, recent.index = key, i
	return i
}

// groupKey is what goroutines of one group have in common.
type groupKey struct {
	status  *status
	stack   snapshot.StackID
	labels  snapshot.LabelsID
	creator snapshot.FrameID
	leaked  bool
}
