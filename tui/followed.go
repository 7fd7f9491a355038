package tui

import (
	"slices"

	"leaktop/capture/snapshot"
)

// followed is what some stacks held together over a run.
type followed struct {
	kind    snapshot.Kind
	stacks  []snapshot.StackID
	column  string
	upTo    int // snapshot
	newest  int // snapshot
	entries []*snapshot.Entry
	values  []int64 // one for each entry
}

// keptFollowed is how many of them are kept: a page asks for one with every
// snapshot and every verdict, and the Overview for another.
const keptFollowed = 2

// follow returns the values of some stacks in one column over the snapshots of a
// run up to one of them, oldest first.
func (a *analyst) follow(upTo *snapshot.Entry, kind snapshot.Kind, stacks []snapshot.StackID, column string) followed {
	if upTo == nil {
		return followed{}
	}
	for _, f := range a.followed {
		if f.kind == kind && f.column == column && f.upTo == upTo.Seq && f.newest == a.newest.Seq && slices.Equal(f.stacks, stacks) {
			return f
		}
	}
	f := followed{kind: kind, stacks: slices.Clone(stacks), column: column, upTo: upTo.Seq, newest: a.newest.Seq}
	f.entries, f.values = a.history.Follow(kind, stacks, column, upTo)
	a.followed = append([]followed{f}, a.followed[:min(len(a.followed), keptFollowed-1)]...)
	return f
}
