package trend

import (
	"iter"
	"math"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Total returns the trend of all live bytes together since a time, the zero time
// for the whole run; false with fewer than two counted snapshots since.
func (o *Observer) Total(since time.Time) (Trend, bool) {
	h := &o.heap
	read := newReader(h.timeline.since(since))
	if len(read.times) < 2 {
		return Trend{}, false
	}
	skipped := len(h.times) - len(read.times)
	c := curve{seconds: read.seconds, values: newReader(h.timeline).plain(&h.process).values[skipped:]}
	of := make([]*record, 0, len(h.records))
	for i := range h.records {
		if h.records[i].last.live > 0 {
			of = append(of, &h.records[i])
		}
	}
	// What one sampled object stands for is about the same all over: the mean
	// number of bytes between two samples, or its size where that is more.
	if one := liveUnit(of); one > 0 {
		c.counts = make([]float64, c.n())
		for i, v := range c.values {
			c.counts[i] = v / one
		}
	}
	return read.trend(c, weigh(c, math.Inf(-1)), math.NaN(), true, likelihoods{}), true
}

// GroupSum returns the trend of some goroutine groups together since a time, the
// zero time for the whole run: of a poller that is met in several states, or of
// all there are. Groups that were never seen count as zero; false with fewer
// than two snapshots that list goroutines.
func (o *Observer) GroupSum(keys []diff.GroupKey, since time.Time) (GroupTrend, bool) {
	g := &o.groups
	whole := g.sum(keys)
	read := g.reader()
	if !since.IsZero() {
		read = newReader(g.timeline.since(since))
	}
	if len(read.times) < 2 {
		return GroupTrend{}, false
	}
	skipped := len(g.times) - len(read.times)
	c := curve{seconds: read.seconds, values: whole.values[skipped:], counts: whole.values[skipped:]}
	var stood standing
	before := int64(0)
	for i, v := range c.values {
		now := int64(v)
		stood.step(before, now, read.times[i])
		before = now
	}
	t := GroupTrend{Since: stood.since, Held: stood.held}
	t.Trend = read.trend(c, weigh(c, math.Inf(-1)), 0, true, likelihoods{})
	if len(keys) > 0 {
		t.Group = keys[0]
	}
	return t, true
}

// GroupFactor is the Bayes factor of [Observer.GroupSum] over the whole run alone,
// as [Observer.Factor] is that of heap records.
func (o *Observer) GroupFactor(keys []diff.GroupKey, least float64) float64 {
	return weigh(o.groups.sum(keys), least).factor
}

// sum is the curve of some groups together; it is good until the next one is read.
func (g *groups) sum(keys []diff.GroupKey) curve { return g.reader().groups(g.series(keys)...) }

// reader is that of the whole run up to the newest profile.
func (g *groups) reader() *reader {
	if g.read == nil {
		g.read = newReader(g.timeline)
	}
	return g.read
}

// Group returns the trend of one goroutine group, whether it grew or not; false
// for one that no snapshot had, or with fewer than two of those.
func (o *Observer) Group(key diff.GroupKey) (GroupTrend, bool) {
	if o.groups.find(key) == nil {
		return GroupTrend{}, false
	}
	return o.GroupSum([]diff.GroupKey{key}, time.Time{})
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
		for _, id := range o.heap.stacks {
			if n := o.AllocatedBy(id); n > 0 && !yield(id, n) {
				return
			}
		}
	}
}

// AllocatedBy is how many bytes a heap stack allocated in the window, 0 where the
// profile does not tell.
func (o *Observer) AllocatedBy(id snapshot.StackID) int64 {
	var sum int64
	for at := range o.heap.recordsOf(id) {
		sum = snapshot.AddSaturating(sum, o.heap.records[at].allocated())
	}
	return sum
}

func (s *series) allocated() int64 {
	return max(snapshot.SubSaturating(s.last.alloc, s.first.alloc), 0)
}

// HeapSeen is how often the heap was seen anew, over how much time by the clock
// of what profiles show, and the mean number of bytes between two samples, 0
// where the profile does not tell. A profile that shows the same as the one
// before it counts where a GC completed between the two.
func (o *Observer) HeapSeen() (times int, span time.Duration, rate int64) {
	h := &o.heap
	times = len(h.times)
	if times > 0 {
		span = time.Duration(h.seconds[times-1]*float64(time.Second)) + h.quiet.span
	}
	return times + h.quiet.profiles, span, h.rate
}

// Window returns the times of the first and the newest point of the heap; zero
// where there is none.
func (o *Observer) Window() (from, to time.Time) {
	if n := len(o.heap.times); n > 0 {
		return o.heap.times[0], o.heap.times[n-1]
	}
	return time.Time{}, time.Time{}
}
