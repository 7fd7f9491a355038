package trend

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// groups is the trends of all goroutine groups of a run, as they are kept.
type groups struct {
	timeline
	counter *diff.Counter
	all     []group
	index   map[diff.GroupKey]int
	bytes   int     // of all series
	read    *reader // up to the newest profile, nil until it is needed
}

// group is one goroutine group.
type group struct {
	series
	key diff.GroupKey
	standing
}

// standing is from when on a number of goroutines has not been zero, and from
// when on it has not shrunk.
type standing struct{ since, held time.Time }

// step takes in the number at a time, after the one before it.
func (s *standing) step(before, now int64, t time.Time) {
	switch {
	case before == 0 && now > 0:
		s.since, s.held = t, t
	case now < before:
		s.held = t
	}
}

func newGroups(t *snapshot.Table) groups {
	return groups{counter: diff.NewCounter(t), index: make(map[diff.GroupKey]int)}
}

// add takes in a snapshot's goroutine profile.
func (g *groups) add(s *snapshot.Snapshot) {
	counts := g.counter.Count(s.Goroutines)
	if counts == nil {
		return
	}
	var step time.Duration
	if n := len(g.times); n > 0 {
		step = s.Time.Sub(g.times[n-1])
	}
	g.read = nil
	place := g.timeline.add(s.Time, step)
	for key := range counts {
		if _, ok := g.index[key]; !ok {
			g.index[key] = len(g.all)
			g.all = append(g.all, group{key: key})
		}
	}
	for i := range g.all {
		at := &g.all[i]
		now := counts[at.key]
		at.step(at.last.live, now, s.Time)
		g.bytes += at.set(place, amount{live: now})
	}
	for g.crowded(g.bytes) {
		g.thin()
	}
}

// find returns a group that was seen, else nil.
func (g *groups) find(key diff.GroupKey) *group {
	if i, ok := g.index[key]; ok {
		return &g.all[i]
	}
	return nil
}

// series are those of some groups, of which any that was never seen has none.
func (g *groups) series(keys []diff.GroupKey) []*series {
	var all []*series
	for _, key := range keys {
		if at := g.find(key); at != nil {
			all = append(all, &at.series)
		}
	}
	return all
}

func (g *groups) thin() {
	moved := g.timeline.thin()
	g.bytes = thinAll(len(g.all), func(i int) *series { return &g.all[i].series }, moved)
}
