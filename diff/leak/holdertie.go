package leak

import (
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

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
