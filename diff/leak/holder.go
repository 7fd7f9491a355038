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
	for i, g := range s.groups {
		if g.After > 0 {
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

// inMethod is the method of the lock's type in which goroutines of a group are: of
// several the exported one that is nearest to the leaf, since those that are not leave
// the locking to their callers for the most part. "" for none.
func (s *scene) inMethod(g diff.Group, w *awaited) string {
	if w.owner == "" {
		return ""
	}
	first := ""
	for f := range s.cfg.Table.Frames(g.Stacks[0]) {
		name, ok := strings.CutPrefix(f.Function, w.owner+".")
		switch {
		case !ok:
		case name[:1] != strings.ToLower(name[:1]):
			return f.Function
		case first == "":
			first = f.Function
		}
	}
	return first
}

// tie is how strongly the stack of goroutines ties them to a lock; it notes by what.
// 0 where it does not, or speaks against it: they are in a method of another object.
func (s *scene) tie(w *awaited, g diff.Group, set *snapshot.Arguments, h *holder) float64 {
	if w.caller != "" && h.function != "" {
		h.by = byOnce
		if s.runsOnce(w, g, h) {
			return weighOnce
		}
		return weighOnceType
	}
	other := false
	if set != nil {
		method, best := h.function, 0.0
		for _, o := range set.Objects {
			function := s.cfg.Table.Frame(o.Frame).Function
			ofType := w.owner != "" && o.First && strings.HasPrefix(function, w.owner+".")
			weight, named, by := 0.0, function, byArgument
			switch {
			case w.object != 0 && o.Address == w.object && ofType:
				weight, named, by = weighSameObject, method, bySameObject
			case w.object != 0 && o.Address == w.object:
				weight = weighArgument
			case ofType && o.Sure && (w.object != 0 || w.address != 0 && !within(w.address, o.Address)):
				other = true
			}
			if !o.Sure {
				weight *= weighUnsure
			}
			if weight > best {
				best, h.function, h.by = weight, named, by
			}
		}
		if best > 0 {
			return best
		}
	}
	switch {
	case other:
		return 0
	case h.function != "":
		h.by = byType
		return weighType
	case h.minutes >= snapshot.LongWait && s.samePackage(w, g) && s.asLong(w, h.minutes) == waitsAsLong:
		h.function, h.by = s.sites.of(g.Stacks[0]).where.Function, byPackage
		return weighPackage
	}
	return 0
}

// runsOnce reports whether goroutines run what a sync.Once is for, for the same
// function as those that wait for it. They are named by what it runs.
func (s *scene) runsOnce(w *awaited, g diff.Group, h *holder) bool {
	runs, in := "", false
	for f := range s.cfg.Table.Frames(g.Stacks[0]) {
		switch {
		case f.Function == onceSlow:
			in = true
		case !in && !ofLocking(f.Function):
			runs = f.Function
		case in && !strings.HasPrefix(f.Function, "sync."):
			if h.function = runs; runs == "" {
				h.function = onceSlow
			}
			return f.Function == w.caller
		}
	}
	return false
}

// samePackage reports whether goroutines are in own code of the package of a lock
// that is no part of an object, as far as is known.
func (s *scene) samePackage(w *awaited, g diff.Group) bool {
	if w.owner != "" || w.object != 0 || g.State == diff.Running || w.groups[g.Key] {
		return false
	}
	at := s.sites.of(g.Stacks[0])
	return at.own && diff.PackageOf(at.where.Function) == diff.PackageOf(w.locker) && !isMain(at.where.Function)
}

// waitsForIt reports whether goroutines of a group wait for the same lock.
func (s *scene) waitsForIt(w *awaited, g diff.Group, set *snapshot.Arguments) bool {
	if !locks(g.State) {
		return false
	}
	if set != nil && set.Lock != 0 && w.address != 0 {
		return set.Lock == w.address
	}
	function, _ := s.locker(g.Stacks[0])
	if w.owner == "" || ownerOf(function) != w.owner {
		return function == w.locker
	}
	if set == nil || w.object == 0 {
		return true
	}
	object := s.objectOf(function, set)
	return object == 0 || object == w.object
}

// locksAgain is the method that called the method of the same type in which a
// goroutine waits for a lock, "" for none.
func (s *scene) locksAgain(g diff.Group) string {
	locker, _ := s.locker(g.Stacks[0])
	owner, below := ownerOf(locker), false
	if owner == "" || locker == onceSlow {
		return ""
	}
	for f := range s.cfg.Table.Frames(g.Stacks[0]) {
		switch {
		case f.Function == locker:
			below = true
		case below && strings.HasPrefix(f.Function, owner+"."):
			return f.Function
		case below:
			return ""
		}
	}
	return ""
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
