package leak

import (
	"leaktop/diff"
)

// maxCircle bounds the goroutines of a circle that is looked for.
const maxCircle = 6

// circle follows who holds what: the goroutines that wait for a lock, the one that
// most likely holds it, the one that holds what that one waits for, and so on, until
// it comes back to the first lock. It returns the functions in which each waits, nil
// where it does not come back.
func (s *scene) circle(w *awaited, h holder) []string {
	functions := []string{w.locker}
	at := h
	for range maxCircle {
		g := s.groups[at.group]
		if at.by == byItself || at.by == byAgain || !locks(g.State) {
			return nil
		}
		next := s.lockOf(g, at.lock)
		if next == nil {
			return nil
		}
		functions = append(functions, next.locker)
		held, ok := s.holder(next)
		if !ok || held.p < likelyHolds || held.by == byItself || held.by == byAgain {
			return nil
		}
		if w.groups[s.groups[held.group].Key] && (w.address == 0 || held.lock == 0 || held.lock == w.address) {
			return functions
		}
		at = held
	}
	return nil
}

// lockOf is the lock that goroutines of a group wait for: the one at an address
// where that is known.
func (s *scene) lockOf(g diff.Group, address uint64) *awaited {
	all := s.locksOf([]diff.Group{g})
	for i := range all {
		if address == 0 || all[i].address == address {
			return &all[i]
		}
	}
	return nil
}
