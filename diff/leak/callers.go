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
	of     [][]uint32 // places in all, by record
}

// update takes in records that are new.
func (c *callers) update(p *places, sites *sites) {
	if len(p.of) < len(c.of) {
		*c = callers{}
	}
	if c.byName == nil {
		c.byName = make(map[string]uint32)
	}
	for id := len(c.of); id < len(p.of); id++ {
		var in []uint32
		if at := p.of[id]; at != nil {
			for _, name := range through(p.tallies[id].Stack, at, sites) {
				i, known := c.byName[name]
				if !known {
					i = uint32(len(c.all))
					c.byName[name] = i
					c.all = append(c.all, &caller{name: name, id: idOf(HeapKind, "through", name), pkg: name == diff.PackageOf(at.site.where.Function)})
				}
				c.all[i].records = append(c.all[i].records, trend.RecordID(id))
				in = append(in, i)
			}
		}
		c.of = append(c.of, in)
	}
}

// through are the callers of a stack's place, each once, and its package.
func through(stack snapshot.StackID, at *place, sites *sites) []string {
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
	for _, at := range s.callers.all { // that were named before
		id := at.id
		if !s.memory.has(id) || slices.ContainsFunc(out, func(g *growth) bool { return g.id == id }) {
			continue
		}
		if g := s.grownThrough(at, explained, prior(0, float64(s.places.active()))); g != nil {
			out = append(out, g)
		}
	}
	return out
}

// caller finds the narrowest caller that explains nearly all that is left; nil
// for none.
func (s *scene) caller(explained []bool) *growth {
	c := s.callers
	for _, at := range c.all {
		*at = caller{name: at.name, id: at.id, pkg: at.pkg, records: at.records}
	}
	for id, in := range c.of {
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
	var best *growth
	var most float64
	for _, at := range grown {
		if net := at.births - at.deaths; best != nil && net < callerShare*most {
			break
		}
		g := s.grownThrough(at, explained, before)
		if g == nil {
			continue
		}
		if best == nil {
			most = at.births - at.deaths
		}
		best = g
	}
	return best
}

// grownThrough tests one caller, with the probability before; nil where it is not
// sure that it grows.
func (s *scene) grownThrough(at *caller, explained []bool, before float64) *growth {
	records := slices.DeleteFunc(slices.Clone(at.records), func(id trend.RecordID) bool { return explained[id] })
	least := math.Inf(-1)
	if !s.memory.has(at.id) {
		least = leastFactor(before)
	}
	p := posterior(s.observer.Factor(records, least), before)
	if len(records) == 0 || p < callerGrows && !s.memory.has(at.id) {
		return nil
	}
	g := &growth{records: records, stacks: s.stacksOf(records), probability: p, table: s.cfg.Table, id: at.id}
	g.trend, _ = s.observer.Of(records, true)
	g.site = s.siteThrough(g.main(), at.name)
	g.handler, g.hasHandler = s.handler(g.main())
	if !s.memory.has(at.id) && s.moved(g) {
		return nil // another caller took over, and there is no more than before
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
