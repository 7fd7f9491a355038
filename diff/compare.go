package diff

import (
	"iter"
	"slices"

	"leaktop/capture/snapshot"
)

// Comparison is two profiles laid side by side: every record that either of
// them has, in order, so that the records of a stack stand together. It is not
// changed once it is built, so it may be shared.
type Comparison struct {
	Table *snapshot.Table
	// Base and Current are the profiles as they were given; Base or Current
	// may be nil.
	Base, Current *snapshot.Profile
	// Types are the columns: those of Current, then those that only Base has.
	// They are matched by name.
	Types []snapshot.SampleType
	// Identity says at which level stacks count as the same.
	Identity snapshot.Identity

	base, current side
	records       []record
	stacks        []stackRecords
	// shown maps the stacks of AcrossBuilds to ones of the profiles, whose
	// files and lines a person can open, and was to those of the base; nil at
	// the level Exact.
	shown, was map[snapshot.StackID]snapshot.StackID
	// sameObservation says that both profiles hold the same values, as those of
	// a process that completed no GC in between do.
	sameObservation bool
}

// side is one of the two profiles, as it is compared.
type side struct {
	profile *snapshot.Profile // nil for none
	columns []int             // for each of Comparison.Types its index in the profile, -1 for none
}

// value returns record i in one of the comparison's columns, 0 where either is missing.
func (s side) value(i int32, column int) int64 {
	if i < 0 || s.columns[column] < 0 {
		return 0
	}
	return s.profile.Values[int(i)*len(s.profile.Types)+s.columns[column]]
}

// record is one key by its places in both profiles, -1 where it is missing.
type record struct{ base, current int32 }

// stackRecords are the records from:to of one stack.
type stackRecords struct {
	stack    snapshot.StackID
	from, to int32
}

// Compare lays two profiles of one table side by side. Without a base
// everything in the current profile is NEW; without a current one everything
// is GONE. Profiles that are the same still have all their rows, with a change
// of 0.
//
// If the profiles are of different builds, stacks are compared at the level
// [snapshot.AcrossBuilds]. They are where both name their build and the names
// differ; or, where one names none, if they are of different processes and show
// a function at two places.
func Compare(table *snapshot.Table, base, current *snapshot.Profile) *Comparison {
	c := &Comparison{
		Table:           table,
		Base:            base,
		Current:         current,
		Types:           union(current, base),
		sameObservation: current.SameObservation(base),
	}
	c.base.profile, c.current.profile = base, current
	if base != nil && current != nil {
		c.loosen()
	}
	c.base.columns = columnsOf(c.base.profile, c.Types)
	c.current.columns = columnsOf(c.current.profile, c.Types)
	c.join()
	return c
}

// union returns the sample types of both profiles, each name once.
func union(profiles ...*snapshot.Profile) []snapshot.SampleType {
	var types []snapshot.SampleType
	for _, p := range profiles {
		if p == nil {
			continue
		}
		for _, t := range p.Types {
			if !slices.ContainsFunc(types, func(have snapshot.SampleType) bool { return have.Name == t.Name }) {
				types = append(types, t)
			}
		}
	}
	return types
}

func columnsOf(p *snapshot.Profile, types []snapshot.SampleType) []int {
	columns := make([]int, len(types))
	for i, t := range types {
		columns[i] = -1
		if p != nil {
			columns[i] = p.Column(t.Name)
		}
	}
	return columns
}

// loosen replaces the profiles of different builds by ones whose stacks are
// those of AcrossBuilds: the base's code is taken to where it is in the current
// build, and what the compiler chose to inline takes no part.
func (c *Comparison) loosen() {
	known := c.Base.BuildID != "" && c.Current.BuildID != ""
	if known && c.Base.BuildID == c.Current.BuildID || !known && !c.separate() {
		return
	}
	before, after := readCode(c.Table, c.Base), readCode(c.Table, c.Current)
	if !known && !before.moved(after) {
		return
	}
	r := newRebuild(before, after)
	c.Identity = snapshot.AcrossBuilds
	c.current.profile, c.shown = c.loosened(c.Current, r.same)
	c.base.profile, c.was = c.loosened(c.Base, r.forward)
	for loose, stack := range c.was {
		if _, ok := c.shown[loose]; !ok {
			c.shown[loose] = stack
		}
	}
}

// loosened returns a profile with the stacks that stand for its own, and for
// each of them one of its own.
func (c *Comparison) loosened(p *snapshot.Profile, as func(f snapshot.Frame, callee string) snapshot.Frame) (*snapshot.Profile, map[snapshot.StackID]snapshot.StackID) {
	b, own := snapshot.NewBuilder(*p), make(map[snapshot.StackID]snapshot.StackID)
	var frames []snapshot.FrameID
	var stack, loose snapshot.StackID
	for i, k := range p.Keys {
		if k.Stack != stack || i == 0 {
			frames = frames[:0]
			callee := ""
			for f := range c.Table.Frames(k.Stack) {
				frames = append(frames, c.Table.InternFrame(as(f, callee)))
				callee = f.Function
			}
			stack, loose = k.Stack, c.Table.InternStack(frames)
			if _, ok := own[loose]; !ok {
				own[loose] = stack
			}
		}
		k.Stack = loose
		b.Add(k, p.Vector(i))
	}
	return b.Profile(), own
}

// join merges the ordered keys of both profiles. It counts first: what is made
// of large profiles stays while they are shown.
func (c *Comparison) join() {
	records, stacks, last := 0, 0, snapshot.NoStack
	for _, key := range c.merged() {
		if records == 0 || key.Stack != last {
			stacks++
		}
		records, last = records+1, key.Stack
	}
	c.records, c.stacks = make([]record, 0, records), make([]stackRecords, 0, stacks)
	for r, key := range c.merged() {
		at := int32(len(c.records))
		if at == 0 || key.Stack != last {
			c.stacks = append(c.stacks, stackRecords{stack: key.Stack, from: at})
		}
		c.records, last = append(c.records, r), key.Stack
		c.stacks[len(c.stacks)-1].to = at + 1
	}
}

// merged yields the records of both profiles, in the order of their keys.
func (c *Comparison) merged() iter.Seq2[record, snapshot.Key] {
	base, current := c.base.keys(), c.current.keys()
	return func(yield func(record, snapshot.Key) bool) {
		for i, j := 0, 0; i < len(base) || j < len(current); {
			order := 0
			switch {
			case i == len(base):
				order = 1
			case j == len(current):
				order = -1
			case base[i] != current[j]:
				order = base[i].Compare(current[j])
			}
			r, key := record{base: -1, current: -1}, snapshot.Key{}
			if order <= 0 {
				r.base, key = int32(i), base[i]
				i++
			}
			if order >= 0 {
				r.current, key = int32(j), current[j]
				j++
			}
			if !yield(r, key) {
				return
			}
		}
	}
}

// key returns what a record is of.
func (c *Comparison) key(r record) snapshot.Key {
	if r.base >= 0 {
		return c.base.profile.Keys[r.base]
	}
	return c.current.profile.Keys[r.current]
}

func (s side) keys() []snapshot.Key {
	if s.profile == nil {
		return nil
	}
	return s.profile.Keys
}

// show returns the stack to show for one that was compared.
func (c *Comparison) show(id snapshot.StackID) snapshot.StackID {
	if shown, ok := c.shown[id]; ok {
		return shown
	}
	return id
}

// valid reports whether a column is one of Types.
func (c *Comparison) valid(column int) bool { return column >= 0 && column < len(c.Types) }
