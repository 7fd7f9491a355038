package trend

import (
	"slices"

	"leaktop/capture/snapshot"
)

// span is the records from:to of a profile, all of one stack.
type span struct {
	p        *snapshot.Profile
	from, to int
}

// next moves on to the records of the next stack; false after the last.
func (s *span) next() bool {
	if s.to == len(s.p.Keys) {
		return false
	}
	s.from = s.to
	s.close()
	return true
}

// seek moves on to the records of a stack, none where the profile has none.
// Stacks are to be sought in order.
func (s *span) seek(id snapshot.StackID) {
	for s.from = s.to; s.from < len(s.p.Keys) && s.stack() < id; {
		s.from++
	}
	s.to = s.from
	if s.from < len(s.p.Keys) && s.stack() == id {
		s.close()
	}
}

func (s *span) close() {
	for s.to = s.from; s.to < len(s.p.Keys) && s.p.Keys[s.to].Stack == s.stack(); {
		s.to++
	}
}

// stack is the stack of the first record.
func (s *span) stack() snapshot.StackID { return s.p.Keys[s.from].Stack }

// same reports whether two spans hold the same records with the same values.
func (s *span) same(o *span) bool {
	n := len(o.p.Types)
	return s.to-s.from == o.to-o.from && len(s.p.Types) == n &&
		slices.Equal(s.p.Keys[s.from:s.to], o.p.Keys[o.from:o.to]) &&
		slices.Equal(s.p.Values[s.from*n:s.to*n], o.p.Values[o.from*n:o.to*n])
}
