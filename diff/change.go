package diff

import (
	"math"

	"leaktop/capture/snapshot"
)

// Change is one value before and after, in the unit of its sample type.
type Change struct {
	Before, After int64
	Delta         int64 // After − Before, held at the bounds of int64
	// Stderr is the standard error of Delta that heap sampling causes, rounded;
	// -1 where it is not known, 0 for what was counted and not sampled.
	Stderr int64
}

// Significant reports whether the change is larger than sampling noise: three
// standard errors, the limit under which nothing is called growth. Where the
// error is not known any change counts.
func (c Change) Significant() bool {
	if c.Stderr <= 0 {
		return c.Delta != 0
	}
	return math.Abs(float64(c.Delta)) > 3*float64(c.Stderr)
}

// Status says in a word how a row changed.
type Status string

const (
	// New rows had nothing in any column before.
	New Status = "new"
	// Gone rows have nothing left. Columns that only ever count up (alloc_*)
	// take no part unless the profile has no others: what a Go process once
	// allocated stays in its heap profile after all of it was freed.
	Gone Status = "gone"
	// Changed rows differ in the column looked at.
	Changed Status = "changed"
	// Same rows do not.
	Same Status = "same"
)

// StatusOf is the status of a row that has one column only.
func StatusOf(c Change) Status {
	switch {
	case c.Delta == 0:
		return Same
	case c.Before == 0:
		return New
	case c.After == 0:
		return Gone
	}
	return Changed
}

// sum adds up the values of records for one column.
type sum struct {
	before, after int64
	variance      float64 // of after − before; NaN where unknown
	presence      presence
}

func (s *sum) add(o sum) {
	s.before = snapshot.AddSaturating(s.before, o.before)
	s.after = snapshot.AddSaturating(s.after, o.after)
	s.variance += o.variance
	s.presence |= o.presence
}

func (s sum) change() Change {
	return Change{
		Before: s.before,
		After:  s.after,
		Delta:  snapshot.SubSaturating(s.after, s.before),
		Stderr: deviation(s.variance),
	}
}

// deviation is the rounded square root of a variance, -1 for an unknown one.
func deviation(variance float64) int64 {
	if math.IsNaN(variance) {
		return -1
	}
	root := math.Round(math.Sqrt(variance))
	if root >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(root)
}

// presence says in which respect a row has values at all, in any column.
type presence uint8

const (
	hadAny  presence = 1 << iota // something in any column of the base
	hasAny                       // something in any column of the current profile
	hadHeld                      // something in a column of the base that can fall
	hasHeld                      // something in a column of the current profile that can fall
)

// status judges a row by its presence and by whether its column changed.
func (p presence) status(differs bool) Status {
	switch {
	case p&hasAny != 0 && p&hadAny == 0:
		return New
	case p&hadHeld != 0 && p&hasHeld == 0:
		return Gone
	case differs:
		return Changed
	}
	return Same
}

// abs is the magnitude of a change, exact for the smallest int64 too.
func abs(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
