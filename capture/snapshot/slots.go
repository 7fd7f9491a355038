package snapshot

import "sync"

// slot is an entry of a hash table of functions, frames or stacks, by open
// addressing; free where the id is 0.
type slot struct{ hash, id uint32 }

// intern returns the id of an element, which is its place among all, and adds it
// where it is new. The element 0 is unused.
func intern[E comparable](mu *sync.RWMutex, all *[]E, slots *[]slot, e E, hash uint32) uint32 {
	mu.RLock()
	id, _ := lookup(*slots, *all, &e, hash)
	mu.RUnlock()
	if id != 0 {
		return id
	}
	mu.Lock()
	defer mu.Unlock()
	id, free := lookup(*slots, *all, &e, hash)
	if id != 0 {
		return id // another writer added it meanwhile
	}
	id = uint32(len(*all))
	*all = append(*all, e)
	(*slots)[free] = slot{hash: hash, id: id}
	*slots = grown(*slots, len(*all))
	return id
}

// lookup returns the id of an element; where there is none 0, and the slot for it.
func lookup[E comparable](slots []slot, all []E, e *E, hash uint32) (id, free uint32) {
	last := uint32(len(slots) - 1)
	for at := hash & last; ; at = (at + 1) & last {
		switch s := slots[at]; {
		case s.id == 0:
			return 0, at
		case s.hash == hash && all[s.id] == *e:
			return s.id, 0
		}
	}
}

// grown returns a hash table that has room for n entries, the same where it has.
func grown(slots []slot, n int) []slot {
	size := len(slots)
	for 3*n > 2*size {
		size *= 2
	}
	if size == len(slots) {
		return slots
	}
	out, last := make([]slot, size), uint32(size-1)
	for _, s := range slots {
		if s.id == 0 {
			continue
		}
		at := s.hash & last
		for out[at].id != 0 {
			at = (at + 1) & last
		}
		out[at] = s
	}
	return out
}
