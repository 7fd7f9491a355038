package trend

import (
	"iter"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Total returns the trend of all live bytes together; false with fewer than two
// counted snapshots. Its Q is unknown.
func (o *Observer) Total() (Trend, bool) {
	h := &o.heap
	if len(h.times) < 2 {
		return Trend{}, false
	}
	read := newReader(h.timeline)
	var since churn
	for i := range h.stacks {
		since.add(h.stacks[i].churn)
	}
	c := read.curve(&h.process)
	return read.trend(c, weigh(c, since, since, read.turnover(&h.process)), since, true), true
}

// GroupSum returns the trend of some goroutine groups together: of a poller that
// is met in several states, or of all there are. Groups that were never seen
// count as zero; false with fewer than two snapshots that list goroutines. Its Q
// is unknown.
func (o *Observer) GroupSum(keys []diff.GroupKey) (GroupTrend, bool) {
	g := &o.groups
	if len(g.times) < 2 {
		return GroupTrend{}, false
	}
	var all []*series
	for _, key := range keys {
		if at := g.find(key); at != nil {
			all = append(all, &at.series)
		}
	}
	read := newReader(g.timeline)
	c := read.curve(all...)
	var t GroupTrend
	moved := churn{}
	for i, now := range c.values {
		before := 0.0
		if i > 0 {
			before = c.values[i-1]
			moved.born += max(now-before, 0)
			moved.died += max(before-now, 0)
		}
		switch {
		case before == 0 && now > 0:
			t.Since, t.Held = g.times[i], g.times[i]
		case now < before:
			t.Held = g.times[i]
		}
	}
	moved.events = moved.born + moved.died
	ends := churn{born: c.values[c.n()-1], died: c.values[0]}
	ends.events = ends.born + ends.died
	t.Trend = read.trend(c, weigh(c, moved, ends, 0), moved, true)
	if len(keys) > 0 {
		t.Group = keys[0]
	}
	return t, true
}

// Standing is a goroutine group as the newest snapshot has it.
type Standing struct {
	First, Now int64
	// Since is from when on the group has existed without a break, and Held from
	// when on it has not shrunk.
	Since, Held time.Time
	// Changes is how often its number was another than before.
	Changes int
}

// Standing yields every goroutine group that the newest snapshot has, and how
// long it has stood.
func (o *Observer) Standing() iter.Seq2[diff.GroupKey, Standing] {
	return func(yield func(diff.GroupKey, Standing) bool) {
		for i := range o.groups.all {
			at := &o.groups.all[i]
			if at.last.live <= 0 {
				continue
			}
			s := Standing{First: at.first.live, Now: at.last.live, Since: at.since, Held: at.held, Changes: at.changes()}
			if !yield(at.key, s) {
				return
			}
		}
	}
}

// Times returns when the points of the goroutine groups were taken, oldest first.
func (o *Observer) Times() []time.Time { return o.groups.times }

// Allocated yields every heap stack that allocated in the window, and how many
// bytes; nothing where the profile does not tell.
func (o *Observer) Allocated() iter.Seq2[snapshot.StackID, int64] {
	return func(yield func(snapshot.StackID, int64) bool) {
		for i := range o.heap.stacks {
			at := &o.heap.stacks[i]
			if n := at.allocated(); n > 0 && !yield(at.id, n) {
				return
			}
		}
	}
}

// AllocatedBy is how many bytes a heap stack allocated in the window, 0 where the
// profile does not tell.
func (o *Observer) AllocatedBy(id snapshot.StackID) int64 {
	at := o.heap.find(id)
	if at == nil {
		return 0
	}
	return at.allocated()
}

func (s *series) allocated() int64 {
	return max(snapshot.SubSaturating(s.last.alloc, s.first.alloc), 0)
}

// Window returns the times of the first and the newest point of the heap; zero
// where there is none.
func (o *Observer) Window() (from, to time.Time) {
	if n := len(o.heap.times); n > 0 {
		return o.heap.times[0], o.heap.times[n-1]
	}
	return time.Time{}, time.Time{}
}
