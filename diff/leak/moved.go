package leak

import (
	"math"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// moved reports whether growth only came from another place: what is like it
// shrank by as much. A path that refreshes a cache takes over from the one that
// loaded it, and a new version of a table from the old one. Alike is what is
// allocated in the same package, or by the same function in the same size.
func (s *scene) moved(g *growth) bool {
	if g.trend.BySize {
		return false // what a larger copy replaces shrinks by that
	}
	var like []bool // by number of a kin
	var net, births, deaths, chance float64
	for _, id := range g.records {
		t := &s.places.tallies[id]
		kin := int(s.kinOf(t))
		if n := kin + 1 - len(like); n > 0 {
			like = append(like, make([]bool, n)...)
		}
		like[kin] = true
		net += t.Births - t.Deaths
		if t.Deaths > t.Births { // it is not lost besides
			births, deaths, chance = births-t.Births, deaths-t.Deaths, chance-lostByChance(t)
		}
	}
	pkg := s.places.packages[diff.PackageOf(g.site.where.Function)]
	all := s.shrunken()
	add := func(of shrunk) {
		births, deaths, chance = births+of.births, deaths+of.deaths, chance+of.chance
	}
	if pkg != 0 {
		add(all.packages[pkg])
	}
	for kin, is := range like[:min(len(like), len(all.kins))] { // none of a kin that is newer shrank
		if !is {
			continue
		}
		for at := all.kins[kin]; at != 0; at = all.records[at-1].next {
			if of := all.records[at-1]; pkg == 0 || of.pkg != pkg {
				add(of)
			}
		}
	}
	// Of many that come and go some have always become fewer.
	lost := deaths - births - chance
	return lost > movedShare*net && lost > 2*math.Sqrt(births+deaths)
}

// shrunk is a record of which fewer objects live than before.
type shrunk struct {
	pkg            uint32 // number of the package, where it is own code; 0 else
	next           uint32 // place of the next one of its kin plus one; 0 for none
	births, deaths float64
	chance         float64 // what it would have lost by chance
}

// shrunken are all records of which fewer objects live than before.
type shrunken struct {
	records  []shrunk
	kins     []uint32 // place of a kin's first record plus one; 0 for none
	packages []shrunk // the records of a package together
}

// lostByChance is by how much a record on average became fewer that did so by
// coming and going alone: the mean of half a normal distribution.
func lostByChance(t *trend.Tally) float64 {
	return math.Sqrt(2 / math.Pi * (t.Births + t.Deaths))
}

// shrunken sorts out, once for a judgement, the records that shrank.
func (s *scene) shrunken() *shrunken {
	if s.shrank != nil {
		return s.shrank
	}
	all := &shrunken{packages: make([]shrunk, len(s.places.packages)+1)}
	s.shrank = all
	for id := range s.places.tallies {
		t := &s.places.tallies[id]
		if t.Deaths <= t.Births || s.places.of[id] == nil {
			continue
		}
		at := s.places.of[id]
		kin := int(s.kinOf(t))
		if n := kin + 1 - len(all.kins); n > 0 {
			all.kins = append(all.kins, make([]uint32, n)...)
		}
		one := shrunk{at.pkg, all.kins[kin], t.Births, t.Deaths, lostByChance(t)}
		all.records = append(all.records, one)
		all.kins[kin] = uint32(len(all.records))
		of := &all.packages[at.pkg]
		of.births, of.deaths, of.chance = of.births+one.births, of.deaths+one.deaths, of.chance+one.chance
	}
	return all
}

// kin is what objects have in common that may take each other's places.
type kin struct {
	function string // that allocates
	size     int64
}

// kins numbers the kins of records, as they are asked for.
type kins struct {
	numbers map[kin]uint32
	of      []uint32 // by record; 0 for one that was not asked for
}

// kinOf is the number of a record's kin.
func (s *scene) kinOf(t *trend.Tally) uint32 {
	k := &s.places.kins
	if n := len(s.places.tallies) - len(k.of); n > 0 {
		k.of = append(k.of, make([]uint32, n)...)
	}
	if k.of[t.ID] == 0 {
		of := kin{s.leafOf(t.Stack), t.Size}
		n, known := k.numbers[of]
		if !known {
			if k.numbers == nil {
				k.numbers = make(map[kin]uint32)
			}
			n = uint32(len(k.numbers)) + 1
			k.numbers[of] = n
		}
		k.of[t.ID] = n
	}
	return k.of[t.ID]
}

// leafOf is the function that allocates, below whatever of the runtime.
func (s *scene) leafOf(id snapshot.StackID) string {
	for f := range s.cfg.Table.FrameIDs(id) {
		if s.sites.kind(f) != runtimeCode {
			return s.cfg.Table.Frame(f).Function
		}
	}
	return ""
}
