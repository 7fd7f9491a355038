package leak

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// awaited is a lock that goroutines of some groups wait for, as far as it is known
// which one it is.
type awaited struct {
	groups  map[diff.GroupKey]bool // that wait for it
	locker  string                 // the function that asks for it
	owner   string                 // the type whose method that is, "" for none
	caller  string                 // who has a sync.Once run, "" where it is none
	address uint64                 // 0 unknown
	object  uint64                 // which it is a part of, 0 unknown
	waiting int64
	longest int32 // minutes by the runtime, 0 for less than one and -1 unknown
}

const (
	// lockSize is how far two locks are apart at least: a sync.Mutex has 8 bytes.
	lockSize = 8
	// objectSize is within how many bytes from its start an object has its lock.
	objectSize = 4 << 10
	// maxAwaited is of how many locks that goroutines of one kind wait for it is
	// told who holds them.
	maxAwaited = 3
	onceSlow   = "sync.(*Once).doSlow"
)

// ofLocking reports whether a function belongs to how a lock is waited for.
func ofLocking(function string) bool {
	for _, prefix := range []string{"runtime.", "internal/runtime/", "sync.runtime_", "internal/sync.", "sync.(*Mutex).", "sync.(*RWMutex).", "sync.(*rlocker)."} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return false
}

// locker is the function of a stack that asks for the lock it waits for, and who
// has it run where that is a sync.Once.
func (s *scene) locker(id snapshot.StackID) (function, caller string) {
	for f := range s.cfg.Table.Frames(id) {
		switch {
		case ofLocking(f.Function):
		case function == "":
			if function = f.Function; function != onceSlow {
				return function, ""
			}
		case !strings.HasPrefix(f.Function, "sync."):
			return function, f.Function
		}
	}
	return function, ""
}

// ownerOf is the type that a function is a method of, "" for none.
func ownerOf(function string) string {
	if owner := receiverOf(function); owner != function {
		return owner
	}
	return ""
}

// givenObjects is what a dump tells of the goroutines of each group, and which groups
// have an object among their arguments, are in a method of a type, or wait in own
// code of a package. A group is its number in s.groups.
type givenObjects struct {
	told      map[int]snapshot.Told
	by        map[uint64][]int
	byOwner   map[string][]int
	byPackage map[string][]int
	// garbled says that what stands for addresses cannot be any: somebody changed
	// the text.
	garbled bool
}

// objects gathers it once.
func (s *scene) objects() *givenObjects {
	if s.given != nil {
		return s.given
	}
	s.given = &givenObjects{told: make(map[int]snapshot.Told), by: make(map[uint64][]int), byOwner: make(map[string][]int), byPackage: make(map[string][]int)}
	for i, g := range s.groups {
		if at := s.sites.of(g.Stacks[0]); at.own {
			insert(s.given.byPackage, diff.PackageOf(at.where.Function), i)
		}
		for f := range s.cfg.Table.Frames(g.Stacks[0]) {
			if owner := ownerOf(f.Function); owner != "" {
				insert(s.given.byOwner, owner, i)
			}
		}
		told, ok := s.told(&task{groups: []diff.Group{g}})
		if !ok {
			continue
		}
		s.given.told[i] = told
		s.given.garbled = s.given.garbled || overlap(told.Locks)
		for _, set := range told.Arguments {
			for _, o := range set.Objects {
				insert(s.given.by, o.Address, i)
			}
		}
	}
	return s.given
}

// insert adds a group to those of a key, each once. They come in order.
func insert[K comparable](groups map[K][]int, key K, i int) {
	if at := groups[key]; len(at) == 0 || at[len(at)-1] != i {
		groups[key] = append(at, i)
	}
}

// related are the groups that something may tie to a lock, in order.
func (o *givenObjects) related(w *awaited) []int {
	out := slices.Clone(o.byOwner[w.owner])
	if w.object != 0 {
		out = append(out, o.by[w.object]...)
	}
	if w.owner == "" && w.object == 0 {
		out = append(out, o.byPackage[diff.PackageOf(w.locker)]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// overlap reports whether two locks would have a byte in common.
func overlap(locks []snapshot.LockCount) bool {
	at := make([]uint64, len(locks))
	for i, l := range locks {
		at[i] = l.Address
	}
	slices.Sort(at)
	for i := 1; i < len(at); i++ {
		if at[i]-at[i-1] < lockSize {
			return true
		}
	}
	return false
}

// awaits are the locks that goroutines of some groups wait for, the one of most
// first; a single one where a dump does not tell them apart.
func (s *scene) locksOf(groups []diff.Group) []awaited {
	whole := awaited{groups: make(map[diff.GroupKey]bool), longest: -1}
	whole.locker, whole.caller = s.locker(groups[0].Stacks[0])
	whole.owner = ownerOf(whole.locker)
	for _, g := range groups {
		whole.groups[g.Key] = true
		whole.waiting += g.After
	}
	told, ok := s.told(&task{groups: groups})
	if !ok {
		return []awaited{whole}
	}
	whole.longest = told.Most
	if s.objects().garbled {
		return []awaited{whole}
	}
	type identity struct{ address, object uint64 }
	byIdentity := make(map[identity]*awaited)
	for i := range told.Arguments {
		set := &told.Arguments[i]
		id := identity{address: set.Lock}
		if id.object = s.objectOf(whole.locker, set); id.address != 0 {
			id.object = 0 // found once for all
		}
		if id == (identity{}) {
			continue
		}
		w := byIdentity[id]
		if w == nil {
			w = &awaited{groups: whole.groups, locker: whole.locker, owner: whole.owner, caller: whole.caller, address: id.address, object: id.object, longest: set.Most}
			byIdentity[id] = w
		}
		w.waiting += set.Count
		w.longest = max(w.longest, set.Most)
		if w.object == 0 {
			w.object = s.objectOf(whole.locker, set)
		}
	}
	out := make([]awaited, 0, len(byIdentity))
	for _, w := range byIdentity {
		for _, l := range told.Locks { // where not all arguments were kept
			if l.Address == w.address && w.address != 0 {
				w.waiting = max(w.waiting, l.Count)
			}
		}
		if w.object == 0 {
			w.object = s.nearestObject(w)
		}
		out = append(out, *w)
	}
	slices.SortFunc(out, byWaiting) // of two in one object the same one is taken each time
	out = joined(out)
	if len(out) == 0 {
		for _, l := range told.Locks {
			w := whole
			w.address, w.waiting = l.Address, l.Count
			out = append(out, w)
		}
		if len(out) == 0 {
			out = append(out, whole)
		}
		return out
	}
	slices.SortFunc(out, byWaiting)
	return out
}

// byWaiting puts what most wait for first.
func byWaiting(a, b awaited) int {
	return cmp.Or(cmp.Compare(b.waiting, a.waiting), cmp.Compare(b.longest, a.longest), cmp.Compare(a.address, b.address), cmp.Compare(a.object, b.object))
}

// objectOf is the object that a lock is a part of: of the arguments of the function
// that asks for it the one that lies closest before the lock; the receiver where
// the address of the lock is not known, as a reader's is not.
func (s *scene) objectOf(locker string, set *snapshot.Arguments) uint64 {
	nearest := uint64(0)
	for _, o := range set.Objects {
		if s.cfg.Table.Frame(o.Frame).Function != locker {
			continue
		}
		switch {
		case set.Lock == 0:
			if o.First && o.Sure && ownerOf(locker) != "" {
				return o.Address
			}
		case within(set.Lock, o.Address) && o.Address > nearest:
			nearest = o.Address
		}
	}
	return nearest
}

// within reports whether a lock may be a part of an object that starts at an address.
func within(lock, object uint64) bool { return object <= lock && lock-object < objectSize }

// nearestObject is the object of a lock by what other goroutines were given: of the
// receivers of its type the one that lies closest before it.
func (s *scene) nearestObject(w *awaited) uint64 {
	if w.owner == "" || w.address == 0 {
		return 0
	}
	nearest := uint64(0)
	for _, i := range s.objects().byOwner[w.owner] {
		for _, set := range s.objects().told[i].Arguments {
			for _, o := range set.Objects {
				if o.First && o.Address > nearest && within(w.address, o.Address) && ownerOf(s.cfg.Table.Frame(o.Frame).Function) == w.owner {
					nearest = o.Address
				}
			}
		}
	}
	return nearest
}

// joined makes one of those of which the address is not known and those which are a
// part of the same object: the writers of a sync.RWMutex wait for the readers and for
// each other in different functions, of which one tells the lock.
func joined(all []awaited) []awaited {
	out := slices.DeleteFunc(slices.Clone(all), func(w awaited) bool { return w.address == 0 })
	for _, w := range all {
		if w.address != 0 {
			continue
		}
		at := slices.IndexFunc(out, func(o awaited) bool { return o.object == w.object && o.address != 0 })
		if at < 0 {
			out = append(out, w)
			continue
		}
		out[at].waiting += w.waiting
		out[at].longest = max(out[at].longest, w.longest)
	}
	return out
}
