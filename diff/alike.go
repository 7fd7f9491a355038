package diff

import (
	"leaktop/capture/snapshot"
)

// Alike brings two goroutine profiles of one table that are of different forms
// (a full dump, its cheap profile, the text of that) to what both can tell, so
// that [Compare] finds their stacks: the frames that a dump shows, see
// [snapshot.Table.Dumped]. A stack has one state then, on both sides: that of
// most of the goroutines that a dump has there, else the one that a profile's
// frames show, though the two be of builds in different directories. Where one of
// the two is a dump without labels, as before Go 1.27, none count.
func Alike(t *snapshot.Table, base, current *snapshot.Profile) (*snapshot.Profile, *snapshot.Profile) {
	if base == nil || current == nil || base.Form == current.Form {
		return base, current
	}
	a := alike{
		table:     t,
		bare:      make(map[snapshot.StackID]snapshot.StackID),
		anywhere:  make(map[snapshot.StackID]snapshot.StackID),
		states:    make(map[snapshot.StackID]votes),
		unlabeled: withoutLabels(base) || withoutLabels(current),
	}
	a.ask(base)
	a.ask(current)
	return a.restack(base), a.restack(current)
}

type alike struct {
	table     *snapshot.Table
	bare      map[snapshot.StackID]snapshot.StackID // what a dump has for a stack
	anywhere  map[snapshot.StackID]snapshot.StackID // those without their files
	states    map[snapshot.StackID]votes            // by what a dump has, without files
	unlabeled bool
}

// votes counts the goroutines of one stack by their state.
type votes struct{ told, shown map[State]int64 }

// ask takes in the states of a profile.
func (a *alike) ask(p *snapshot.Profile) {
	column := goroutineColumn(p)
	for i, k := range p.Keys {
		stack := a.withoutFiles(a.of(p, k.Stack))
		v, ok := a.states[stack]
		if !ok {
			v = votes{make(map[State]int64), make(map[State]int64)}
			a.states[stack] = v
		}
		count := v.shown
		if p.Form == snapshot.NoRuntime {
			count = v.told
		}
		if state := StateOf(a.table, k.Stack); state != Unknown {
			count[state] = snapshot.AddSaturating(count[state], p.Vector(i)[column])
		}
	}
}

// of is what a dump has for a stack.
func (a *alike) of(p *snapshot.Profile, stack snapshot.StackID) snapshot.StackID {
	if p.Form == snapshot.NoRuntime {
		return a.table.Bare(stack)
	}
	bare, ok := a.bare[stack]
	if !ok {
		bare = a.table.Dumped(stack)
		a.bare[stack] = bare
	}
	return bare
}

// withoutFiles is a stack by its functions and lines alone: a build elsewhere has
// other paths.
func (a *alike) withoutFiles(stack snapshot.StackID) snapshot.StackID {
	short, ok := a.anywhere[stack]
	if !ok {
		var frames []snapshot.FrameID
		for f := range a.table.Frames(stack) {
			f.File = ""
			frames = append(frames, a.table.InternFrame(f))
		}
		short = a.table.InternStack(frames)
		a.anywhere[stack] = short
	}
	return short
}

func (a *alike) restack(p *snapshot.Profile) *snapshot.Profile {
	out := p.Restack(func(k snapshot.Key) snapshot.Key {
		stack := a.of(p, k.Stack)
		k.Stack = a.table.InState(stack, string(a.states[a.withoutFiles(stack)].most()))
		if a.unlabeled {
			k.Labels = 0
		}
		return k
	})
	out.Form = snapshot.NoRuntime
	return out
}

// most is the state of most goroutines, of two the one that sorts first.
func (v votes) most() State {
	count := v.told
	if len(count) == 0 {
		count = v.shown
	}
	state := Unknown
	for s, n := range count {
		if most := count[state]; n > most || n == most && (s < state || state == Unknown) {
			state = s
		}
	}
	return state
}

// withoutLabels reports whether a profile is a dump that prints no labels.
func withoutLabels(p *snapshot.Profile) bool {
	for _, k := range p.Keys {
		if k.Labels != 0 {
			return false
		}
	}
	return p.Form == snapshot.NoRuntime
}
