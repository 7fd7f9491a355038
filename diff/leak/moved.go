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
	grown := make(map[trend.RecordID]bool, len(g.records))
	like := make(map[kin]bool)
	var net float64
	for _, id := range g.records {
		t := s.places.tallies[id]
		grown[id] = true
		like[s.kinOf(t)] = true
		net += t.Births - t.Deaths
	}
	pkg := diff.PackageOf(g.site.where.Function)
	var births, deaths float64
	for _, t := range s.places.tallies {
		at := s.places.of[t.ID]
		if at == nil || grown[t.ID] || t.Deaths <= t.Births {
			continue
		}
		if like[s.kinOf(t)] || at.site.own && diff.PackageOf(at.site.where.Function) == pkg {
			births, deaths = births+t.Births, deaths+t.Deaths
		}
	}
	lost := deaths - births
	return lost > movedShare*net && lost > 2*math.Sqrt(births+deaths)
}

// kin is what objects have in common that may take each other's places.
type kin struct {
	function string // that allocates
	size     int64
}

func (s *scene) kinOf(t trend.Tally) kin {
	return kin{s.leafOf(t.Stack), t.Size}
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
