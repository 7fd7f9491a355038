package leak

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// holder is who may hold a lock that others wait for. No profile and no dump tells
// that: what stands on its stack makes it likely.
type holder struct {
	group    int    // in s.groups
	function string // which makes it likely
	by       string // how: one of the words below
	minutes  int32  // of its wait, by the runtime; -1 unknown
	lock     uint64 // that it waits for itself, 0 for none or unknown
	weight   float64
	p        float64 // that it is the holder
}

// Why a goroutine may hold a lock.
const (
	bySameObject = "same-object" // it is in a method of the very object
	byArgument   = "argument"    // a function of it was given the object
	byType       = "same-type"   // it is in a method of the type
	byOnce       = "once"        // it runs what the sync.Once is for
	byItself     = "itself"      // who waits has locked it already, as its stack looks
	byAgain      = "again"       // the same of another one that waits for it, too
	byPackage    = "same-package"
)

// How much more likely a goroutine is to hold a lock by what ties it to that, and by
// how it waits, where nobody is to be seen with a weight of unseenHolder: one that
// returned without unlocking, or whose stack does not show it.
const (
	unseenHolder = 3.0

	weighSameObject = 30.0
	weighArgument   = 10.0
	weighUnsure     = 0.4 // of the two above, where the runtime is not sure of the argument
	weighOnce       = 60.0
	weighOnceType   = 6.0
	weighType       = 5.0
	weighAgain      = 1.2
	weighPackage    = 0.4

	waitsAsLong   = 4.0 // as the first of those who wait: it began when they did
	waitsLonger   = 1.5
	waitsShorter  = 0.2 // it goes on now and then
	waitsIdle     = 0.1 // where a loop waits for its next work
	waitsBlocked  = 2.0 // where nobody idles
	aloneThere    = 1.5
	oneOfMany     = 0.5
	fewThere      = 3 // goroutines at one place
	longerAtLeast = 5 // minutes, and a fiftieth of the wait
)

// From which probability on a holder is named, and called likely and very likely.
const (
	perhapsHolds    = 0.25
	likelyHolds     = 0.5
	veryLikelyHolds = 0.85
)

// holder finds who most likely holds a lock; false where nothing tells.
func (s *scene) holder(w *awaited) (holder, bool) {
	var found []holder
	for _, i := range s.objects().related(w) {
		if g := s.groups[i]; g.After > 0 {
			found = append(found, s.holdersIn(w, i, g)...)
		}
	}
	sum := unseenHolder
	for _, h := range found {
		sum += h.weight
	}
	if len(found) == 0 {
		return holder{}, false
	}
	best := slices.MinFunc(found, func(a, b holder) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), strings.Compare(a.function, b.function), cmp.Compare(a.group, b.group))
	})
	best.p = clamp(best.weight / sum)
	return best, best.p >= perhapsHolds
}

// holdersIn are who may hold a lock among the goroutines of one group.
func (s *scene) holdersIn(w *awaited, i int, g diff.Group) []holder {
	objects := s.objects()
	method := s.inMethod(g, w)
	related := method != "" || w.object != 0 && slices.Contains(objects.by[w.object], i)
	if !related && !s.samePackage(w, g) {
		return nil
	}
	told, ok := objects.told[i]
	base := holder{group: i, function: method, minutes: -1}
	sets := told.Arguments
	if objects.garbled {
		sets = nil
	}
	rest := g.After
	if ok {
		base.minutes = told.Most
	}
	var out []holder
	add := func(h holder, n int64, weight float64) {
		if weight > 0 {
			h.weight = weight * s.howItWaits(w, g, h.minutes, n)
			out = append(out, h)
		}
	}
	for k := range sets {
		set := &sets[k]
		rest -= set.Count
		h := base
		h.minutes, h.lock = set.Most, set.Lock
		if !s.waitsForIt(w, g, set) {
			add(h, set.Count, s.tie(w, g, set, &h))
			continue
		}
		if again := s.locksAgain(g); again != "" && set.Count == 1 && set.Most >= w.longest {
			h.function, h.by, h.weight = again, byAgain, weighAgain
			if w.groups[g.Key] {
				h.by = byItself
			}
			out = append(out, h)
		}
	}
	if rest > 0 && !s.waitsForIt(w, g, nil) {
		h := base
		add(h, rest, s.tie(w, g, nil, &h))
	}
	return out
}

// asLong compares a wait with the longest of those who wait for the lock.
func (s *scene) asLong(w *awaited, minutes int32) float64 {
	switch {
	case minutes < 0 || w.longest < 0 || w.longest == 0 && minutes == 0:
		return 1
	case minutes < w.longest-snapshot.GCPeriod:
		return waitsShorter
	case minutes <= w.longest+longerAtLeast+w.longest/50:
		return waitsAsLong
	}
	return waitsLonger
}

// howItWaits weighs how n goroutines of a group wait.
func (s *scene) howItWaits(w *awaited, g diff.Group, minutes int32, n int64) float64 {
	weight := s.asLong(w, minutes)
	state := g.State
	switch {
	case locks(state), state == diff.ChanSend, state == diff.WaitGroupWait, state == diff.Syscall:
		weight *= waitsBlocked
	case s.accepting(g):
		weight *= waitsIdle * waitsIdle
	case g.Entry.Function == s.sites.of(g.Stacks[0]).where.Function:
		weight *= waitsIdle
	}
	switch {
	case n == 1:
		weight *= aloneThere
	case n > fewThere:
		weight *= oneOfMany
	}
	return weight
}

// accepting reports whether goroutines of a group wait for a client to connect.
func (s *scene) accepting(g diff.Group) bool {
	for f := range s.cfg.Table.Frames(g.Stacks[0]) {
		if strings.HasSuffix(f.Function, ").Accept") || strings.HasSuffix(f.Function, ").accept") {
			return true
		}
	}
	return false
}

func (s *scene) holderFact(w *awaited, h holder) Fact {
	g := s.groups[h.group]
	f := Fact{Kind: LikelyHolder, Functions: []string{h.function}, Words: []string{string(g.State), h.by}}
	f = f.With("p", h.p, Probability)
	if h.minutes > 0 {
		f = f.With("waited", float64(h.minutes)*60, Seconds)
	}
	if w.address != 0 {
		f = f.With("address", float64(w.address), Count)
	}
	if w.longest > 0 && h.minutes >= 0 && s.asLong(w, h.minutes) == waitsAsLong {
		f.Words = append(f.Words, asLongAsThey)
	}
	return f
}

// asLongAsThey is the word for a holder that has waited as long as the first of those
// who wait for it.
const asLongAsThey = "as-long"
