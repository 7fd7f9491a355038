package leak

import (
	"cmp"
	"math"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// growth is one place in the code whose live bytes grow, over whatever paths it
// was called.
type growth struct {
	site    site
	records []trend.RecordID
	stacks  []snapshot.StackID // the one that grows most first
	trend   trend.HeapTrend    // of all of them together
	// probability that they grow, rather than come and go about a level.
	probability float64
	table       *snapshot.Table
	id          string

	handler    handler.Handler
	hasHandler bool
}

func (g *growth) main() snapshot.StackID { return g.stacks[0] }

// grows is from which probability on a growth is told.
const grows = 0.5

// growths returns the places whose live bytes grow, and those that were said to
// before, the largest growth first.
func (s *scene) growths() []*growth {
	p := s.places
	active := float64(p.active())
	var out []*growth
	for i, at := range p.all {
		if !p.worth[i] && !p.grew[i] {
			continue // as most are
		}
		p.grew[i] = false
		known := s.memory.has(at.id)
		if !p.worth[i] && !known {
			continue
		}
		before, least := prior(float64(at.grown)/p.gained, active), math.Inf(-1)
		if !known {
			least = leastFactor(before)
		}
		w := s.weigh(at, least)
		probability := posterior(w.factor, before)
		if probability < grows && !known {
			continue
		}
		p.grew[i] = true
		g := &growth{records: w.records, stacks: s.stacksOf(w.records), probability: probability, table: s.cfg.Table, id: at.id}
		if len(g.stacks) == 0 {
			continue
		}
		g.trend, _ = s.observer.Of(w.records, true)
		g.site = s.sites.of(g.main())
		g.handler, g.hasHandler = s.handler(g.main())
		out = append(out, g)
		if probability >= grows && !g.trend.BySize {
			s.heapGrew += g.trend.Growth.Value
		}
	}
	out = append(out, s.spread(out)...)
	slices.SortStableFunc(out, func(a, b *growth) int { return cmp.Compare(b.trend.Growth.Value, a.trend.Growth.Value) })
	return out
}

// prior is the probability that a place grows, before its points are looked at:
// one place of all at which something came and went does, and rather one that
// makes up a large share of what has been added.
func prior(share, active float64) float64 {
	if !(share > 0) {
		share = 0
	}
	active = math.Max(active, fewestActive)
	return math.Min(math.Max(expected/active, math.Sqrt(math.Min(share, 1)/active)), 0.5)
}

// fewestActive is how many places a program has at least: where fewer show, the
// others are sampled too rarely to be seen.
const fewestActive = 10

// leastFactor is that from which on growth is told, for a probability before.
func leastFactor(prior float64) float64 {
	return math.Log(grows/(1-grows)) - math.Log(prior/(1-prior))
}

// posterior is the probability after them.
func posterior(factor, prior float64) float64 {
	if math.IsNaN(factor) || math.IsInf(factor, -1) {
		return 0
	}
	odds := factor + math.Log(prior/(1-prior))
	return 1 / (1 + math.Exp(-odds))
}

// drains reports whether a good part of what is allocated is freed while the
// rest grows, of the bytes and of the objects. A slice that grows by copying frees
// all that it was before and gives nothing up.
func (g *growth) drains() bool {
	freed, known := g.freedShare()
	return known && !g.trend.BySize && freed > leastFreed && g.trend.Survival.Known && g.trend.Survival.High < 0.95 && g.trend.Survival.Value > 0.02
}

// leastFreed is from which share on what is freed is more than chance.
const leastFreed = 0.1

// freedShare is how much of what was allocated in the window was freed, by
// objects or by bytes, whichever is less.
func (g *growth) freedShare() (share float64, known bool) {
	share = 1
	for _, of := range [][2]trend.Number{{g.trend.FreedBytes, g.trend.AllocatedBytes}, {g.trend.FreedObjects, g.trend.AllocatedObjects}} {
		if freed, allocated := of[0], of[1]; freed.Known && allocated.Known && allocated.Value > 0 {
			share, known = min(share, max(freed.Value/allocated.Value, 0)), true
		}
	}
	return share, known
}

// objectSize is the mean size of what lives, in bytes.
func (g *growth) objectSize() (float64, bool) {
	if !g.trend.Objects.Known || g.trend.Objects.Value <= 0 {
		return 0, false
	}
	return float64(g.trend.Now) / g.trend.Objects.Value, true
}

// calls reports whether one of the functions allocates, on behalf of the place.
func (g *growth) calls(functions ...string) bool {
	for f := range g.table.Frames(g.main()) {
		if f == g.site.where {
			break
		}
		if slices.Contains(functions, f.Function) {
			return true
		}
	}
	return false
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
