package leak

import (
	"leaktop/capture/snapshot"
	"math"
	"slices"
	"strings"
)

// link finds for each task that grows the heap stacks which grow with it: the
// two sides of one leak, which no profile joins. What is linked is not reported
// again by itself.
func (s *scene) link(tasks []*task, growths []*growth) (of map[*task][]*growth, rest []*growth) {
	of = make(map[*task][]*growth)
	for _, g := range growths {
		owner := (*task)(nil)
		for _, t := range tasks {
			if s.linked(t, g) {
				owner = t
				break
			}
		}
		if owner == nil {
			rest = append(rest, g)
			continue
		}
		of[owner] = append(of[owner], g)
	}
	return of, rest
}

// linked reports whether what a stack allocates is held by goroutines of a task:
// it was allocated by the function that waits or was started, or on the way to
// it, an object or two for each of them; or it is of the library whose
// goroutines they are.
func (s *scene) linked(t *task, g *growth) bool {
	functions := s.sites.functions(g.main())
	if t.site.own && slices.Contains(functions, t.site.where.Function) {
		return true
	}
	if s.ownEntry(t) && slices.Contains(functions, t.entry.Function) {
		return true
	}
	if !g.site.own {
		return s.ofConnection(t, g)
	}
	shared := s.sites.functions(t.main())
	return slices.ContainsFunc(functions, func(f string) bool { return !isMain(f) && slices.Contains(shared, f) }) && oneEach(t, g)
}

// oneEach reports whether there are about as many more objects as goroutines, or
// a small multiple of them, within the error of sampling.
func oneEach(t *task, g *growth) bool {
	objects, more := g.trend.ObjectsGrowth, t.trend.Growth.Value
	if !objects.Known || more <= 0 {
		return false
	}
	for _, each := range []float64{1, 2} {
		reach := math.Max(each*more*0.15, 2)
		if math.Abs(objects.Value-each*more) <= reach+(objects.High-objects.Low)/4 {
			return true
		}
	}
	return false
}

// ofConnection reports whether a library's stack holds what belongs to the
// connections of these goroutines: their buffers.
func (s *scene) ofConnection(t *task, g *growth) bool {
	client := strings.HasPrefix(t.entry.Function, clientConnection)
	if !client && !serves(t.entry.Function) {
		return false
	}
	for f := range s.cfg.Table.Frames(g.main()) {
		switch {
		case client && (strings.HasPrefix(f.Function, "net/http.(*Transport).") || strings.HasPrefix(f.Function, clientConnection)):
			return true
		case !client && (serves(f.Function) || strings.HasPrefix(f.Function, "net/http.(*Server).")):
			return true
		}
	}
	return false
}

// heldBy is how many bytes grow with each goroutine of a task.
func (s *scene) heldBy(t *task, held []*growth) int64 {
	more := int64(t.trend.Growth.Value)
	if more <= 0 {
		return 0
	}
	var grown int64
	for _, g := range held {
		grown = snapshot.AddSaturating(grown, int64(g.trend.Growth.Value))
	}
	return grown / more
}
