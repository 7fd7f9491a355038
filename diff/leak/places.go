package leak

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// place is all that one function of own code has allocated, in whatever library
// below it and over whatever paths it was called: the level at which a person
// looks for a leak. Where a stack has no own code it is the library's function.
type place struct {
	id      string // of a finding about it
	site    site
	pkg     uint32 // number of its package, where it is own code; 0 else
	records []trend.RecordID

	// What it did over the window, made anew when one of its records changed.
	births, deaths float64 // sampled objects
	grown          int64   // bytes
	before, now    int64   // live bytes
	active         bool    // something came and went
	stale          bool    // a record changed since

	number  int  // in all places
	touched bool // while the places of some records are gathered
}

// places sorts heap records by where they allocate, as they come up.
type places struct {
	all        []*place
	byFunction map[string]*place
	of         []*place // by record; nil for what is nobody's to repair
	tallies    []trend.Tally
	changed    []trend.RecordID  // since the judgement before
	stale      []*place          // of which these are
	actives    int               // how many places something came and went at
	gained     float64           // bytes that places grew by, of those that did
	worth      []bool            // parallel to all: the whole of it, or a part, may have grown
	grew       []bool            // parallel to all: it was found to grow at the judgement before
	packages   map[string]uint32 // numbers of packages
	kins       kins
	starts     int // of the observer's heap, when these began
}

// update takes in records that are new, and adds up what each place did. Stacks
// that are the runtime's alone, and those of the answers to us, have no place.
func (p *places) update(o *trend.Observer, sites *sites) {
	if n := o.HeapStarts(); n != p.starts {
		*p = places{starts: n} // all records have other numbers
	}
	if p.byFunction == nil {
		p.byFunction = make(map[string]*place)
		p.packages = make(map[string]uint32)
	}
	p.tallies, p.changed = o.Renew(p.tallies, p.changed[:0])
	p.stale = p.stale[:0]
	for _, id := range p.changed {
		if int(id) == len(p.of) {
			p.of = append(p.of, p.place(p.tallies[id], sites))
		}
		if at := p.of[id]; at != nil && !at.stale {
			at.stale = true
			p.stale = append(p.stale, at)
		}
	}
	for _, at := range p.stale {
		p.add(at)
	}
}

// add adds up what one place did.
func (p *places) add(at *place) {
	if at.active {
		p.actives--
	}
	p.gained -= float64(max(at.grown, 0))
	at.births, at.deaths, at.grown, at.before, at.now = 0, 0, 0, 0, 0
	part := false
	for _, id := range at.records {
		t := &p.tallies[id]
		at.births += t.Births
		at.deaths += t.Deaths
		at.grown = snapshot.AddSaturating(at.grown, t.Now-t.Before)
		at.before = snapshot.AddSaturating(at.before, t.Before)
		at.now = snapshot.AddSaturating(at.now, t.Now)
		// Of two sizes of objects one may be kept, and the other freed.
		part = part || worthTesting(t.Births, t.Deaths, t.Before, t.Now)
	}
	p.worth[at.number] = part || worthTesting(at.births, at.deaths, at.before, at.now)
	at.active = at.births+at.deaths >= leastNet || at.grown >= leastLarger
	if at.active {
		p.actives++
	}
	p.gained += float64(max(at.grown, 0)) // whole numbers, so that nothing is rounded
	at.stale = false
}

func (p *places) place(t trend.Tally, sites *sites) *place {
	if sites.bare(t.Stack) || sites.watched(t.Stack) {
		return nil
	}
	at := sites.of(t.Stack)
	found := p.byFunction[at.where.Function]
	if found == nil {
		found = &place{id: idOf(HeapKind, at.where.Function), site: at, pkg: p.packageOf(at), number: len(p.all)}
		p.byFunction[at.where.Function] = found
		p.all, p.worth, p.grew = append(p.all, found), append(p.worth, false), append(p.grew, false)
	}
	found.records = append(found.records, t.ID)
	return found
}

// packageOf numbers the package of own code; 0 for what is none.
func (p *places) packageOf(at site) uint32 {
	if !at.own {
		return 0
	}
	pkg := diff.PackageOf(at.where.Function)
	n, known := p.packages[pkg]
	if !known {
		n = uint32(len(p.packages)) + 1
		p.packages[pkg] = n
	}
	return n
}

// Limits of what is looked at closely. What lies below could not become a
// finding, whatever its points between the ends.
const (
	leastNet    = 2.0       // more sampled objects than before
	leastErrors = 2.0       // squared, of the growth in independent events
	leastLarger = 256 << 10 // bytes, of objects that grow in size
)

// worthTesting reports whether a number of records may have grown.
func worthTesting(births, deaths float64, before, now int64) bool {
	net := births - deaths
	switch {
	case net >= leastNet && net*net >= leastErrors*(births+deaths):
		return true
	case now-before >= leastLarger && float64(now) > 1.5*float64(before):
		return true
	}
	return false
}

// active is how many places something came and went at: those that might have
// been found to grow.
func (p *places) active() int { return max(p.actives, 1) }
