package leak

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// A growth may be spread over so many places that none of them shows it: what a
// request builds is allocated in a dozen functions. Then the function that they
// were all called through grows, or the package that they are in. Such a caller
// is looked at with what no place explains, and named only if it is surer than
// a place need be.

// caller is a function of own code that others were called through, or a package.
type caller struct {
	name string
	id   string // of a finding about it, the same in other runs
	pkg  bool   // it is a package

	// What the records that no place explains did, made anew for each judgement.
	births, deaths float64
	before, now    int64
	free           int // how many they are

	asked int // place among the callers whose records are sought, from 1 on; 0 for none
}

// callers are all of these, by record.
type callers struct {
	all    []*caller
	byName map[string]uint32
	of     []uint32  // places in all, of one record after another
	ends   []uint32  // in of, by record
	named  []*caller // at the judgement before
	starts int       // of the observer's heap, when these began
}

// update takes in records that are new.
func (c *callers) update(p *places, sites *sites) {
	if c.starts != p.starts {
		*c = callers{starts: p.starts}
	}
	if c.byName == nil {
		c.byName = make(map[string]uint32)
	}
	for id := len(c.ends); id < len(p.of); id++ {
		if at := p.of[id]; at != nil {
			for _, name := range namesThrough(p.tallies[id].Stack, at, sites) {
				i, known := c.byName[name]
				if !known {
					i = uint32(len(c.all))
					c.byName[name] = i
					c.all = append(c.all, &caller{name: name, id: idOf(HeapKind, "through", name), pkg: name == diff.PackageOf(at.site.where.Function)})
				}
				c.of = append(c.of, i)
			}
		}
		c.ends = append(c.ends, uint32(len(c.of)))
	}
}

// namesThrough are the callers of a stack's place, each once, and its package.
func namesThrough(stack snapshot.StackID, at *place, sites *sites) []string {
	var out []string
	for _, f := range sites.functions(stack) {
		if f != at.site.where.Function && !isMain(f) {
			out = append(out, f)
		}
	}
	if at.site.own {
		out = append(out, diff.PackageOf(at.site.where.Function))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Limits of what is said of a caller.
const (
	callerGrows = 0.9 // probability
	callerNet   = 5.0 // more sampled objects at least
	// callerShare is how much of the growth of the widest caller a narrower one
	// must explain to be named in its place.
	callerShare = 0.8
	mostCallers = 3 // are named at once
)

// unexplained yields each record that no place explains, with its callers.
func (c *callers) unexplained(explained []bool) iter.Seq2[trend.RecordID, []uint32] {
	return func(yield func(trend.RecordID, []uint32) bool) {
		from := uint32(0)
		for id, to := range c.ends {
			in := c.of[from:to]
			from = to
			if !explained[id] && !yield(trend.RecordID(id), in) {
				return
			}
		}
	}
}

// recordsOf returns, for each of some callers, its records that no place explains.
// It looks through all records: an index by caller would take as much memory again.
func (c *callers) recordsOf(some []*caller, explained []bool) [][]trend.RecordID {
	out := make([][]trend.RecordID, len(some))
	if len(some) == 0 {
		return out
	}
	for i, at := range some {
		at.asked = i + 1
	}
	for id, in := range c.unexplained(explained) {
		for _, i := range in {
			if n := c.all[i].asked; n > 0 {
				out[n-1] = append(out[n-1], id)
			}
		}
	}
	for _, at := range some {
		at.asked = 0
	}
	return out
}

// spread finds growth that no place explains. Explained are the records of
// places that were found to grow.
func (s *scene) spread(found []*growth) []*growth {
	explained := make([]bool, len(s.places.of))
	explain := func(g *growth) {
		for _, id := range g.records {
			explained[id] = true
		}
	}
	for _, g := range found {
		explain(g)
	}
	var out []*growth
	var named []*caller
	for range mostCallers {
		g, at := s.caller(explained)
		if g == nil {
			break
		}
		explain(g)
		out, named = append(out, g), append(named, at)
	}
	var known []*caller // that were named before
	for _, at := range s.callers.named {
		if s.memory.has(at.id) && !slices.Contains(named, at) {
			known = append(known, at)
		}
	}
	before := prior(0, float64(s.places.active()))
	for i, records := range s.callers.recordsOf(known, explained) {
		if t, grows := s.testThrough(known[i], records, before); grows {
			out, named = append(out, s.growthThrough(t)), append(named, known[i])
		}
	}
	s.callers.named = named
	return out
}

// caller finds the narrowest caller that explains nearly all that is left, and its
// growth; nil for none.
func (s *scene) caller(explained []bool) (*growth, *caller) {
	c := s.callers
	for _, at := range c.all {
		at.births, at.deaths, at.before, at.now, at.free = 0, 0, 0, 0, 0
	}
	for id, in := range c.unexplained(explained) {
		t := &s.places.tallies[id]
		if t.Births+t.Deaths == 0 {
			continue
		}
		for _, i := range in {
			at := c.all[i]
			at.births, at.deaths = at.births+t.Births, at.deaths+t.Deaths
			at.before, at.now = at.before+t.Before, at.now+t.Now
			at.free++
		}
	}
	active := float64(s.places.active())
	for _, at := range c.all {
		if at.births+at.deaths >= leastNet {
			active++
		}
	}
	before := prior(0, active)
	// What falls far short of the evidence by its ends alone is not read.
	ends := max(leastFactor(before), 2*leastErrors)
	var grown []*caller
	for _, at := range c.all {
		if net := at.births - at.deaths; net >= callerNet && net*net >= ends*(at.births+at.deaths) {
			grown = append(grown, at)
		}
	}
	// The narrowest last: of two with the same growth the one with fewer records, and
	// of those the function, since a package has no place of its own.
	slices.SortStableFunc(grown, func(a, b *caller) int {
		if a.pkg != b.pkg && a.births-a.deaths == b.births-b.deaths && a.free == b.free {
			if a.pkg {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.births-b.deaths, a.births-a.deaths), cmp.Compare(b.free, a.free), cmp.Compare(a.name, b.name))
	})
	var found []through // the narrowest last
	var most float64
	records := c.recordsOf(grown, explained)
	for i, at := range grown {
		if net := at.births - at.deaths; len(found) > 0 && net < callerShare*most {
			break
		}
		t, grows := s.testThrough(at, records[i], before)
		if !grows {
			continue
		}
		if len(found) == 0 {
			most = at.births - at.deaths
		}
		found = append(found, t)
	}
	for _, t := range slices.Backward(found) {
		if g := s.growthThrough(t); g != nil {
			return g, t.caller
		}
	}
	return nil, nil
}

// through is what was found of one caller.
type through struct {
	*caller
	records     []trend.RecordID // that no place explains
	probability float64
}

// testThrough tests one caller by its records that no place explains, with the
// probability before; false where it is not sure that it grows.
func (s *scene) testThrough(at *caller, records []trend.RecordID, before float64) (through, bool) {
	known := s.memory.has(at.id)
	least := math.Inf(-1)
	if !known {
		least = leastFactor(before)
	}
	p := posterior(s.observer.Factor(records, least), before)
	return through{at, records, p}, len(records) > 0 && (p >= callerGrows || known)
}

// growthThrough is the growth of a caller; nil where it only took over from
// another one.
func (s *scene) growthThrough(t through) *growth {
	g := &growth{records: t.records, stacks: s.stacksOf(t.records), probability: t.probability, table: s.cfg.Table, id: t.id}
	g.trend, _ = s.observer.Of(t.records, true)
	g.site = s.siteThrough(g.main(), t.name)
	g.handler, g.hasHandler = s.handler(g.main())
	if !s.memory.has(t.id) && s.moved(g) {
		return nil
	}
	return g
}

// siteThrough is where a stack goes through a function, or into a package.
func (s *scene) siteThrough(stack snapshot.StackID, name string) site {
	for f := range s.cfg.Table.Frames(stack) {
		if f.Function == name {
			return site{where: f, own: true}
		}
	}
	return s.sites.of(stack)
}
