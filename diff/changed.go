package diff

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// FunctionChanges are what changed in one column, by function.
type FunctionChanges struct {
	Total     Change
	Functions int              // that are in any stack, changed or not
	Rows      []FunctionChange // the largest flat change first, then the first name, as in go tool pprof -top
}

// FunctionChange is one function whose flat or cum value changed.
type FunctionChange struct {
	Name     string
	Flat     Change
	CumDelta int64
	Status   Status
}

// ChangedFunctions returns the functions that changed in a column: the same as
// [Comparison.ByFunction] has, for less. Of stacks that did not change it only
// looks at which functions they go through.
func (c *Comparison) ChangedFunctions(column int) FunctionChanges {
	a := newAddition(c)
	for id, s := range c.sums(column) {
		a.add(id, s)
	}
	if a.large == math.MaxInt64 {
		return changedOf(c.Total(column), c.ByFunction(column))
	}
	return a.changed()
}

// changedOf is the long way, for sums that may saturate: the difference of two
// such sums is not the sum of their differences.
func changedOf(total Change, rows []Row) FunctionChanges {
	out := FunctionChanges{Total: total, Functions: len(rows)}
	for _, r := range rows {
		if r.Flat.Delta != 0 || r.Cum.Delta != 0 {
			out.Rows = append(out.Rows, FunctionChange{Name: r.Name, Flat: r.Flat, CumDelta: r.Cum.Delta, Status: r.Status})
		}
	}
	sortChanges(out.Rows)
	return out
}

// addition adds up stacks by the functions that they go through.
type addition struct {
	table     *snapshot.Table
	names     *namer
	total     sum
	large     int64      // the sum of all magnitudes
	through   []presence // of the stacks through a frame, by FrameID, and inStack for one that is in any
	functions []functionSum
	frames    []snapshot.FrameID // of the stack at hand
}

// functionSum is what was added up for one function.
type functionSum struct {
	flat sum
	cum  int64            // what changed in the stacks through it
	last snapshot.StackID // the last of those that was counted, NoStack for none
}

// inStack marks a frame that is in some stack, whatever the stack holds.
const inStack presence = 1 << 7

func newAddition(c *Comparison) *addition {
	frames, _ := c.Table.Size()
	return &addition{table: c.Table, names: newNamer(c.Table, byFunction), through: make([]presence, frames+1)}
}

func (a *addition) add(id snapshot.StackID, s sum) {
	a.total.add(s)
	for _, v := range []int64{s.before, s.after} {
		a.large = snapshot.AddSaturating(a.large, max(v, -v))
		if v == math.MinInt64 {
			a.large = math.MaxInt64
		}
	}
	a.frames = a.table.AppendFrameIDs(a.frames[:0], id)
	for _, f := range a.frames {
		a.through[f] |= s.presence | inStack
	}
	if len(a.frames) == 0 {
		return
	}
	a.function(a.frames[0]).flat.add(s)
	delta := s.after - s.before
	if delta == 0 {
		return
	}
	for _, f := range a.frames {
		if at := a.function(f); at.last != id { // it may call itself: the stack counts once
			at.last = id
			at.cum += delta
		}
	}
}

func (a *addition) function(f snapshot.FrameID) *functionSum {
	name := a.names.id(f)
	for len(a.functions) <= name {
		a.functions = append(a.functions, functionSum{})
	}
	return &a.functions[name]
}

func (a *addition) changed() FunctionChanges {
	for f, through := range a.through {
		if through != 0 {
			a.function(snapshot.FrameID(f)).flat.presence |= through
		}
	}
	out := FunctionChanges{Total: a.total.change()}
	for name, f := range a.functions {
		if f.flat.presence&inStack == 0 {
			continue
		}
		out.Functions++
		if flat := f.flat.change(); flat.Delta != 0 || f.cum != 0 {
			status := (f.flat.presence &^ inStack).status(true)
			out.Rows = append(out.Rows, FunctionChange{Name: a.names.names[name], Flat: flat, CumDelta: f.cum, Status: status})
		}
	}
	sortChanges(out.Rows)
	return out
}

func sortChanges(rows []FunctionChange) {
	slices.SortFunc(rows, func(a, b FunctionChange) int {
		return cmp.Or(
			cmp.Compare(abs(b.Flat.Delta), abs(a.Flat.Delta)),
			strings.Compare(a.Name, b.Name),
		)
	})
}
