package leak

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// cohort is the first and the newest full dump of a run: by their ids they tell
// whether goroutines are the same as before, which no count does. For how
// long the runtime says that they wait is told by the newest alone.
type cohort struct {
	first, last *snapshot.Dump
	told        map[snapshot.StackID]snapshot.Told // by the newest
	alive       map[int64]bool                     // goroutines of the newest, by id
}

func (c *cohort) add(d *snapshot.Dump) {
	if d == nil {
		return
	}
	if c.first == nil {
		c.first = d
	}
	c.last, c.told = d, d.Told()
	c.alive = make(map[int64]bool, len(d.Goroutines))
	for _, g := range d.Goroutines {
		c.alive[g.ID] = true
	}
}

// fate is what became of the goroutines of one task between the two dumps.
type fate struct {
	before, survived int
	now              int
	creator          snapshot.Frame // that started most of those that are there now
}

// known reports whether there is a cohort whose fate can be told: a dump that was
// cut does not say who has gone.
func (f fate) known() bool { return f.before > 0 }

// fateOf looks up the goroutines of a task by id.
func (s *scene) fateOf(t *task) fate {
	c := s.dumps
	if c == nil || c.last == nil {
		return fate{}
	}
	at := make(map[snapshot.StackID]bool)
	for _, id := range t.stacks() {
		at[s.cfg.Table.Dumped(id)] = true
	}
	var f fate
	creators := make(map[snapshot.FrameID]int)
	var most snapshot.FrameID
	for _, g := range c.last.Goroutines {
		if !at[g.Stack] {
			continue
		}
		f.now++
		creators[g.Creator]++
		if n := creators[g.Creator]; n > creators[most] || n == creators[most] && g.Creator < most {
			most = g.Creator
		}
	}
	if most != 0 {
		f.creator = s.cfg.Table.Frame(most)
	}
	if c.first == c.last || c.last.Cut {
		return f
	}
	for _, g := range c.first.Goroutines {
		if at[g.Stack] {
			f.before++
			if c.alive[g.ID] {
				f.survived++
			}
		}
	}
	return f
}

// turnsOver reports whether goroutines of a task went and others came in their
// place, so that what stands still is their number alone.
func (s *scene) turnsOver(t *task) bool {
	f := s.fateOf(t)
	return f.known() && f.survived < f.before
}

// name fills in under which handler the goroutines of a task were started, where
// a full dump tells who started them.
func (s *scene) name(t *task) {
	creator := t.dumped.creator
	if creator.Function == "" || t.onStack || !diff.IsOwn(creator, s.cfg.Own) {
		return
	}
	if h, ok := s.cfg.Handlers.Owner(creator.Function); ok {
		t.handler, t.hasHandler = h, true
	}
}
