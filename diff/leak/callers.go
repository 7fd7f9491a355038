package leak

import (
	"cmp"
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
	name    string
	id      string // of a finding about it, the same in other runs
	pkg     bool   // it is a package
	records []trend.RecordID

	// What the records that no place explains did, made anew for each judgement.
	births, deaths float64
	before, now    int64
	free           int // how many they are
}

// callers are all of these, by record.
type callers struct {
	all    []*caller
	byName map[string]uint32
	of     []uint32 // places in all, of one record after another
	ends   []uint32 // in of, by record
}

// update takes in records that are new.
func (c *callers) update(p *places, sites *sites) {
	if len(p.of) < len(c.ends) {
		*c = callers{}
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
				c.all[i].records = append(c.all[i].records, trend.RecordID(id))
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

// spread finds growth that no place explains. Explained are the records of
// places that were found to grow.
func (s *scene) spread(found []*growth) []*growth {
	explained := make([]bool, len(s.places.of))
	for _, g := range found {
		for _, id := range g.records {
			explained[id] = true
		}
	}
	var out []*growth
	for range mostCallers {
		g := s.caller(explained)
		if g == nil {
			break
		}
		for _, id := range g.records {
			explained[id] = true
		}
		out = append(out, g)
	}
	before := prior(0, float64(s.places.active()))
	for _, at := range s.callers.all { // that were named before
		id := at.id
		if !s.memory.has(id) || slices.ContainsFunc(out, func(g *growth) bool { return g.id == id }) {
			continue
		}
		if t, grows := s.testThrough(at, explained, before); grows {
			out = append(out, s.growthThrough(t))
		}
	}
	return out
}

// caller finds the narrowest caller that explains nearly all that is left; nil
// for none.
func (s *scene) caller(explained []bool) *growth {
	c := s.callers
	for _, at := range c.all {
		at.births, at.deaths, at.before, at.now, at.free = 0, 0, 0, 0, 0
	}
	from := uint32(0)
	for id, to := range c.ends {
		in := c.of[from:to]
		from = to
		if explained[id] {
			continue
		}
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
	for _, at := range grown {
		if net := at.births - at.deaths; len(found) > 0 && net < callerShare*most {
			break
		}
		t, grows := s.testThrough(at, explained, before)
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
			return g
		}
	}
	return nil
}

// through is what was found of one caller.
type through struct {
	*caller
	records     []trend.RecordID // that no place explains
	probability float64
}

// testThrough tests one caller, with the probability before; false where it is
// not sure that it grows.
func (s *scene) testThrough(at *caller, explained []bool, before float64) (through, bool) {
	records := make([]trend.RecordID, 0, len(at.records))
	for _, id := range at.records {
		if !explained[id] {
			records = append(records, id)
		}
	}
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
