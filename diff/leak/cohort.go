package leak

import (
	"fmt"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// cohort is the first and the newest full dump of a run: by their ids they tell
// whether goroutines are the same as before, which no count does. The minutes
// that the runtime reports take no part; see [snapshot.DumpedGoroutine].
type cohort struct{ first, last *snapshot.Dump }

func (c *cohort) add(d *snapshot.Dump) {
	if d == nil {
		return
	}
	if c.first == nil {
		c.first = d
	}
	c.last = d
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
	alive := make(map[int64]bool, len(c.last.Goroutines))
	creators := make(map[snapshot.FrameID]int)
	var most snapshot.FrameID
	for _, g := range c.last.Goroutines {
		alive[g.ID] = true
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
			if alive[g.ID] {
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

// name fills in what a full dump tells of a task: who started it, and under
// which handler that runs.
func (s *scene) name(t *task) []string {
	f := s.fateOf(t)
	var out []string
	if f.known() {
		out = append(out, fmt.Sprintf("by their ids, %s of %s that were there at %s are still there",
			units.Count(int64(f.survived)), units.Plural(f.before, "goroutine"), s.dumps.first.Time.Format("15:04:05")))
	}
	if f.creator.Function == "" {
		return out
	}
	out = append(out, "started in "+shortName(f.creator.Function))
	if h, ok := s.cfg.Handlers.Owner(f.creator.Function); ok && !t.onStack && diff.IsOwn(f.creator, s.cfg.Own) {
		t.handler, t.hasHandler = h, true
	}
	return out
}
