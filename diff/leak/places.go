package leak

import (
	"cmp"
	"math"
	"slices"

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

	number int // in all places
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
	worth      []bool            // beside all: the whole of it, or a part, may have grown
	grew       []bool            // beside all: it was found to grow at the judgement before
	packages   map[string]uint32 // numbers of packages
	kins       kins
}

// update takes in records that are new, and adds up what each place did. Stacks
// that are the runtime's alone, and those of the answers to us, have no place.
func (p *places) update(o *trend.Observer, sites *sites) {
	if o.NumRecords() < len(p.of) {
		*p = places{} // the process is another one
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

// part is some records of a place that are tested together.
type part struct {
	records []trend.RecordID
	factor  float64 // natural logarithm
	grown   int64
}

// Weights of the levels at which a place may grow: as a whole, or only what is
// of one size, at one line, or on one path.
const (
	weightWhole = 0.5
	weightSize  = 0.2
	weightLine  = 0.15
	weightStack = 0.15
)

// partSure is the factor from which on a part is sure, whatever the whole is.
const partSure = 9.0

// weighed is what was found of a place.
type weighed struct {
	records []trend.RecordID // that grow: the smallest part that explains nearly all growth
	factor  float64          // natural logarithm of the Bayes factor, over all levels
}

// weigh tests a place at each level and picks the smallest part that explains
// nearly all of its growth. Where the factor of no level is as large as the least
// that matters, that of all together is minus infinity.
func (s *scene) weigh(at *place, least float64) weighed {
	whole := part{records: at.records, factor: s.observer.Factor(at.records, least), grown: at.grown}
	if len(at.records) == 1 {
		return weighed{records: at.records, factor: whole.factor}
	}
	factors, weights := []float64{whole.factor}, []float64{weightWhole}
	best := whole
	bestScore := whole.factor + math.Log(weightWhole)
	for _, level := range []struct {
		weight float64
		key    func(trend.Tally) int64
	}{
		{weightSize, func(t trend.Tally) int64 { return t.Size }},
		{weightLine, func(t trend.Tally) int64 { return int64(s.sites.of(t.Stack).where.Line) }},
		{weightStack, func(t trend.Tally) int64 { return int64(t.Stack) }},
	} {
		parts := s.parts(at, least, level.key)
		if len(parts) < 2 {
			factors, weights = append(factors, whole.factor), append(weights, level.weight)
			continue
		}
		for _, p := range parts {
			if p.records == nil {
				continue
			}
			weight := level.weight / float64(len(parts))
			factors, weights = append(factors, p.factor), append(weights, weight)
			// A part speaks for the place where it is much surer than the whole, or
			// sure and all of it.
			score := p.factor + math.Log(weight)
			if score > bestScore+1 || p.grown >= at.grown*9/10 && score > min(bestScore-3, partSure) && len(p.records) < len(best.records) {
				best, bestScore = p, max(score, bestScore)
			}
		}
	}
	most := slices.Max(factors)
	switch {
	case most < least:
		return weighed{records: best.records, factor: math.Inf(-1)}
	case slices.Contains(factors, math.Inf(-1)) && !math.IsInf(least, -1):
		return s.weigh(at, math.Inf(-1)) // now that it matters, all take part
	}
	return weighed{records: best.records, factor: trend.Mixed(factors, weights)}
}

// movedShare is how much of a growth may have come from elsewhere: where more is
// gone beside it, it has moved.
const movedShare = 0.5

// parts splits a place by a key. Those that cannot have grown have no records,
// nor have those from which others have moved to here: a path that refreshes a
// table in place takes over from the one that loaded it.
func (s *scene) parts(at *place, least float64, key func(trend.Tally) int64) []part {
	type sum struct {
		part
		births, deaths float64
		before, now    int64
	}
	index := make(map[int64]int)
	var sums []sum
	for _, id := range at.records {
		t := s.places.tallies[id]
		if t.Births+t.Deaths == 0 && t.Now == 0 && t.Before == 0 {
			continue // sampled once and freed before the window
		}
		k := key(t)
		i, known := index[k]
		if !known {
			i = len(sums)
			index[k] = i
			sums = append(sums, sum{})
		}
		at := &sums[i]
		at.records = append(at.records, id)
		at.births, at.deaths = at.births+t.Births, at.deaths+t.Deaths
		at.before, at.now = at.before+t.Before, at.now+t.Now
		at.grown += t.Now - t.Before
	}
	out := make([]part, len(sums))
	for i, of := range sums {
		net := of.births - of.deaths
		rest := at.births - at.deaths - net
		if !worthTesting(of.births, of.deaths, of.before, of.now) || movedShare*net < -rest {
			continue
		}
		out[i] = of.part
		if len(sums) > 1 {
			out[i].factor = s.observer.Factor(of.records, least)
		}
	}
	return out
}

// stacksOf are the stacks of some records, the one that grew most first.
func (s *scene) stacksOf(records []trend.RecordID) []snapshot.StackID {
	type stack struct {
		id    snapshot.StackID
		grown int64
	}
	all := make([]stack, len(records))
	for i, id := range records {
		t := &s.places.tallies[id]
		all[i] = stack{t.Stack, t.Now - t.Before}
	}
	byID := func(a, b stack) int { return cmp.Compare(a.id, b.id) }
	if !slices.IsSortedFunc(all, byID) { // as records mostly are
		slices.SortFunc(all, byID)
	}
	each := all[:0]
	for _, one := range all {
		if n := len(each); n > 0 && each[n-1].id == one.id {
			each[n-1].grown += one.grown
			continue
		}
		each = append(each, one)
	}
	grew := make([]stack, 0, len(each))
	for _, one := range each {
		if one.grown > 0 {
			grew = append(grew, one)
		}
	}
	if len(grew) == 0 {
		grew = each
	}
	slices.SortFunc(grew, func(a, b stack) int {
		if a.grown != b.grown {
			return cmp.Compare(b.grown, a.grown)
		}
		return cmp.Compare(a.id, b.id)
	})
	out := make([]snapshot.StackID, len(grew))
	for i, one := range grew {
		out[i] = one.id
	}
	return out
}
