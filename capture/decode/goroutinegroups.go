package decode

import (
	"fmt"
	"io"

	"leaktop/capture/snapshot"
)

// maxGroups bounds the groups of a dump: labels that name single requests make
// one of each goroutine. What comes above it is counted without its labels.
const maxGroups = 1 << 19

// GroupedGoroutines decodes full goroutine dumps as [Goroutines] does, of any
// size: it counts goroutines that agree in state, stack, labels and creator, and
// keeps none of them. Goroutine 0, which a crash prints, is not counted: it is
// the stack that a thread has for the scheduler.
//
// A text may hold several dumps, as the log of a program does that was told to
// quit twice: the one of the number nth is taken, from 1 on, and the last for 0.
//
// The first goroutine must stand within the first lead bytes of the text: else
// it is taken for something else and refused.
func GroupedGoroutines(r io.Reader, name string, table *snapshot.Table, nth int, lead int64) (*snapshot.GroupedDump, error) {
	s := newScanner(r, table)
	s.lead = lead
	return groupDump(s, name, nth)
}

// groupDump groups what the scanner finds.
func groupDump(s *scanner, name string, nth int) (*snapshot.GroupedDump, error) {
	s.frames.given.wanted = true
	g := dumpGrouper{nth: nth, open: make(map[int]*section)}
	for s.frames.err == nil && s.next() {
		if s.goroutine.ID != 0 {
			s.frames.err = g.take(s)
		}
	}
	d, err := g.chosen()
	if err != nil {
		s.frames.err = err
	}
	if err := s.refusal(name, d != nil || g.dumps > 0); err != nil {
		return nil, err
	}
	if d == nil {
		return nil, refuse(name, fmt.Sprintf("it holds %s, so there is no #%d", several(g.dumps, "dump"), nth), fmt.Sprintf("name one from #1 to #%d", g.dumps))
	}
	d.Truncated = s.text.raw.bytes() == largestDump
	d.Cut = s.cut
	d.Deadlock = s.deadlock && d.Dumps == 1 // else it may be of another one
	d.Unread += s.headless + s.text.dropped
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

// awaited counts a goroutine of a group that waits for a lock, for so many
// minutes as the runtime says.
func (c *counter) awaited(at int32, lock uint64, minutes int32) {
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
	group.Locks[i].Most = max(group.Locks[i].Most, minutes)
}

// counter counts the goroutines of one dump.
type counter struct {
	dump         snapshot.GroupedDump
	index        map[groupKey]int32 // in dump.Groups
	locks        map[lockKey]int    // in the group's Locks
	sets         argumentSets
	bare, placed int64 // goroutines whose frames have no places, and that have some
	// recent are the groups that came last, by stack, which saves most look-ups.
	recent [recentGroups]struct {
		key   groupKey
		index int32
	}
}

const recentGroups = 1 << 10

func newCounter() *counter {
	return &counter{index: make(map[groupKey]int32), locks: make(map[lockKey]int)}
}

// add counts the goroutine that the scanner is at.
func (c *counter) add(t told) error {
	d, g := &c.dump, &t.goroutine
	if t.unread {
		d.Unread++
		return nil
	}
	at := c.group(groupKey{status: t.status, stack: g.Stack, labels: g.Labels, creator: g.Creator, leaked: g.Leaked, bare: t.bare}, g)
	if at < 0 {
		return fmt.Errorf("there are more than %d different groups of goroutines", 2*maxGroups)
	}
	group := &d.Groups[at]
	group.Count++
	group.Least, group.Most = min(group.Least, g.Minutes), max(group.Most, g.Minutes)
	if g.Minutes >= snapshot.LongWait {
		group.Long++
	}
	if g.Lock != 0 {
		c.awaited(at, g.Lock, g.Minutes)
	}
	if g.Locked {
		group.Locked++
	}
	group.Arguments = c.sets.add(group.Arguments, group.Count, g, t.given)
	if t.elided {
		d.Elided++
	}
	if t.unavailable {
		d.Unavailable++
	}
	if t.bare {
		c.bare++
	} else if g.Stack != snapshot.NoStack {
		c.placed++
	}
	return nil
}

// whole returns the dump. Where frames have places, goroutines whose frames have
// none lost them: these are not told from others.
func (c *counter) whole() *snapshot.GroupedDump {
	d := &c.dump
	if c.bare > 0 && c.placed > 0 {
		bare := make([]bool, len(d.Groups))
		for key, at := range c.index {
			bare[at] = key.bare
		}
		kept := d.Groups[:0]
		for i, g := range d.Groups {
			if bare[i] {
				d.Unread += g.Count
			} else {
				kept = append(kept, g)
			}
		}
		d.Groups = kept
	}
	return d
}

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
	bare    bool // its frames have no places
}
