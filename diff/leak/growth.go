package leak

import (
	"cmp"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// growth is one place in the code whose live bytes grow, over whatever paths it
// was called.
type growth struct {
	site   site
	stacks []snapshot.StackID // the one that grows most first
	trend  trend.HeapTrend    // of all of them together
	chance float64            // the rate of false discovery
	table  *snapshot.Table

	handler    handler.Handler
	hasHandler bool
}

func (g *growth) main() snapshot.StackID { return g.stacks[0] }

// growths sorts the stacks that were found to grow by where they allocate, the
// largest growth first. What only the runtime allocates, and what the answers
// to us do, is left out.
func (s *scene) growths() []*growth {
	byWhere := make(map[string]*growth)
	var out []*growth
	for _, t := range s.report.Stacks {
		if !t.Grows() || s.sites.bare(t.Stack) || s.sites.watched(t.Stack) {
			continue
		}
		at := s.sites.of(t.Stack)
		g := byWhere[at.where.Function]
		if g == nil {
			g = &growth{site: at, trend: t, chance: t.Q.Value, table: s.cfg.Table}
			g.handler, g.hasHandler = s.handler(t.Stack)
			byWhere[at.where.Function] = g
			out = append(out, g)
		}
		g.stacks = append(g.stacks, t.Stack)
		g.chance = min(g.chance, t.Q.Value)
	}
	for _, g := range out {
		if len(g.stacks) > 1 {
			if sum, ok := s.observer.Sum(g.stacks); ok {
				g.trend = sum
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *growth) int { return cmp.Compare(b.trend.Growth.Value, a.trend.Growth.Value) })
	return out
}

// drains reports whether a good part of what is allocated is freed while the
// rest grows: of the bytes and of the objects, since a slice that grows by
// copying frees many bytes in few objects and gives nothing up.
func (g *growth) drains() bool {
	freed, known := g.freedShare()
	return known && freed > leastFreed && g.trend.Survival.Known && g.trend.Survival.High < 0.95 && g.trend.Survival.Value > 0.02
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

// maxShared bounds how many stacks a function is shared by where one of them may
// have taken over from another: what the tenth of a program passes through is no
// such place.
const maxShared = 1000

// moved reports whether growth only came from another place: the stacks that
// share the allocating function, or one of own code up to the handler, shrank
// by as much. A path that refreshes a cache takes over from the one that loaded
// it. Within the error of sampling that is likely at most, and not sure.
func (s *scene) moved(g *growth) (likely, sure bool) {
	leaf := s.cfg.Table.Leaf(g.main()).Function
	likely, sure = s.tookOver(g, s.observer.Ending(leaf))
	for _, function := range s.sites.functions(g.main()) {
		if isMain(function) {
			continue
		}
		l, sr := s.tookOver(g, s.observer.Through(function))
		likely, sure = likely || l, sure || sr
		if sure || g.hasHandler && function == g.handler.Function {
			break // what lies nearer the root serves other requests, too
		}
	}
	return likely, sure
}

// tookOver reports whether of some stacks all but those that grow shrank by more
// than half of the growth, so that their sum is not known to grow; and whether
// they did so beyond the error.
func (s *scene) tookOver(g *growth, shared []snapshot.StackID) (likely, sure bool) {
	if len(shared) <= len(g.stacks) || len(shared) > maxShared {
		return false, false
	}
	rest := slices.DeleteFunc(slices.Clone(shared), func(id snapshot.StackID) bool { return slices.Contains(g.stacks, id) })
	half := g.trend.Growth.Value / 2
	if float64(-s.observer.NetGrowth(rest)) <= half {
		return false, false
	}
	all, ok := s.observer.Sum(shared)
	if !ok || all.P.Known && all.P.Value < taskChance && all.Growth.Value > half {
		return false, false
	}
	shrunk, ok := s.observer.Sum(rest)
	return true, ok && shrunk.Growth.Known && shrunk.Growth.High < 0
}
