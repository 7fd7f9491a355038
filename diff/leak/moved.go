package leak

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// moved reports whether growth only came from another place: what is like it
// shrank by as much. A path that refreshes a cache takes over from the one that
// loaded it, and a new version of a table from the old one. Alike is what is
// allocated in the same package, or by the same function in the same size. It has moved
// in part, too, and the rest is chance, where the functions that allocate it do not
// grow as a whole.
func (s *scene) moved(g *growth) bool {
	if g.trend.BySize {
		return false // what a larger copy replaces shrinks by that
	}
	var like []uint32 // numbers of kins
	var net float64
	var lost losses
	for _, id := range g.records {
		t := &s.places.tallies[id]
		like = append(like, s.kinOf(t))
		net += t.Births - t.Deaths
		if t.Deaths > t.Births { // it is not lost besides
			lost.add(lossOf(t), -1)
		}
	}
	slices.Sort(like)
	pkg := s.places.packages[diff.PackageOf(g.site.where.Function)]
	all := s.shrunken()
	if pkg != 0 {
		lost.add(all.packages[pkg], 1)
	}
	for _, kin := range slices.Compact(like) {
		if int(kin) >= len(all.kins) {
			break // none of a kin that is newer shrank
		}
		for at := all.kins[kin]; at != 0; at = all.records[at-1].next {
			if id := all.records[at-1].id; pkg == 0 || s.places.of[id].pkg != pkg {
				lost.add(lossOf(&s.places.tallies[id]), 1)
			}
		}
	}
	// Of many that come and go some have always become fewer.
	more := lost.deaths - lost.births - lost.chance
	return more > movedShare*net && more > 2*math.Sqrt(lost.births+lost.deaths) || s.tookOver(g, net)
}

// partlyMoved is which share of a growth must be gone from the same functions, over other
// paths, for the rest of it to be chance.
const partlyMoved = 0.25

// tookOver reports whether the functions that allocate what grows by so many sampled
// objects do not grow as a whole, since what they allocated over other paths shrank.
func (s *scene) tookOver(g *growth, net float64) bool {
	var places []*place
	whole := 0.0
	for _, id := range g.records {
		if at := s.places.of[id]; !at.touched {
			at.touched = true
			places = append(places, at)
			whole += at.births - at.deaths
		}
	}
	for _, at := range places {
		at.touched = false
	}
	if net-whole <= partlyMoved*net {
		return false
	}
	var all []trend.RecordID
	for _, at := range places {
		all = append(all, at.records...)
	}
	before := prior(0, float64(s.places.active()))
	return posterior(s.observer.Factor(all, leastFactor(before)), before) < grows
}

// losses sums up births and deaths of records of which fewer objects live than before.
type losses struct {
	births, deaths float64
	// chance is by how many objects they became fewer on average if they did so by
	// coming and going alone: for each record the mean of half a normal distribution.
	chance float64
}

func lossOf(t *trend.Tally) losses {
	return losses{t.Births, t.Deaths, math.Sqrt(2 / math.Pi * (t.Births + t.Deaths))}
}

func (l *losses) add(of losses, times float64) {
	l.births, l.deaths, l.chance = l.births+times*of.births, l.deaths+times*of.deaths, l.chance+times*of.chance
}

// shrunk is a record of which fewer objects live than before.
type shrunk struct {
	id   trend.RecordID
	next uint32 // place of the next one of its kin plus one; 0 for none
}

// shrunken are all records of which fewer objects live than before.
type shrunken struct {
	records  []shrunk
	kins     []uint32 // place of a kin's first record plus one; 0 for none
	packages []losses // of the records of each package, by its number; of all without own code the first
}

// shrunken sorts out, once for a judgement, the records that shrank.
func (s *scene) shrunken() *shrunken {
	if s.shrank != nil {
		return s.shrank
	}
	all := &shrunken{packages: make([]losses, len(s.places.packages)+1)}
	s.shrank = all
	for id := range s.places.tallies {
		t := &s.places.tallies[id]
		if t.Deaths <= t.Births || s.places.of[id] == nil {
			continue
		}
		kin := int(s.kinOf(t))
		if n := kin + 1 - len(all.kins); n > 0 {
			all.kins = append(all.kins, make([]uint32, n)...)
		}
		all.records = append(all.records, shrunk{trend.RecordID(id), all.kins[kin]})
		all.kins[kin] = uint32(len(all.records))
		all.packages[s.places.of[id].pkg].add(lossOf(t), 1)
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
