package snapshot

import "slices"

// UnknownState is the state of goroutines of which nothing tells it, not even
// their frames: those that would are missing.
const UnknownState = "unknown"

// told is a stack together with what a dump says of it.
type told struct {
	stack StackID
	state string
}

// InState returns the stack that has the frames of id and is known to be in a
// state: what a goroutine does or waits for, in the runtime's words ("chan
// send"). It differs from the bare stack and from those in other states. A full
// dump tells states; of other stacks they are inferred from the frames. An empty
// state gives id itself.
func (t *Table) InState(id StackID, state string) StackID {
	if state == "" {
		return id
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if int(id) >= len(t.stacks) {
		return NoStack
	}
	key := told{id, state}
	if known, ok := t.told[key]; ok {
		return known
	}
	if t.told == nil {
		t.told, t.states = make(map[told]StackID), make(map[StackID]told)
	}
	twin := StackID(len(t.stacks))
	t.stacks = append(t.stacks, t.stacks[id])
	t.told[key], t.states[twin] = twin, key
	return twin
}

// RenameTold returns what a dump says with other ids, such as those of another
// table: stack and frame say which. nil stays nil, and so does the zero frame of
// goroutines that nobody started.
func RenameTold(by map[StackID]Told, stack func(StackID) StackID, frame func(FrameID) FrameID) map[StackID]Told {
	if by == nil {
		return nil
	}
	out := make(map[StackID]Told, len(by))
	for id, t := range by {
		t.Creators = slices.Clone(t.Creators)
		for i, c := range t.Creators {
			if c.Creator != 0 {
				t.Creators[i].Creator = frame(c.Creator)
			}
		}
		t.Arguments = slices.Clone(t.Arguments)
		for i, a := range t.Arguments {
			a.Objects = slices.Clone(a.Objects)
			for k, o := range a.Objects {
				a.Objects[k].Frame = frame(o.Frame)
			}
			t.Arguments[i] = a
		}
		out[stack(id)] = t
	}
	return out
}

// ToldBy returns the profile with what a full dump of the same process says of
// the goroutines with its stacks, by the stacks of the dump; see [Dump.Told]. Of
// stacks that a dump shows as one the most goroutines have it, so that it is
// counted once. A profile that is of a dump itself stays what it is.
func (p *Profile) ToldBy(told map[StackID]Told, t *Table) *Profile {
	if p == nil || p.Told != nil || len(told) == 0 || p.Kind != Goroutine || len(p.Types) == 0 {
		return p
	}
	most := make(map[StackID]StackID) // by the stacks of the dump
	for i, k := range p.Keys {
		if i > 0 && k.Stack == p.Keys[i-1].Stack {
			continue
		}
		dumped := t.Dumped(k.Stack)
		if _, ok := told[dumped]; !ok {
			continue
		}
		if have, ok := most[dumped]; !ok || p.StackTotal(k.Stack, 0) > p.StackTotal(have, 0) {
			most[dumped] = k.Stack
		}
	}
	out := *p
	out.Told = make(map[StackID]Told, len(most))
	for dumped, stack := range most {
		out.Told[stack] = told[dumped]
	}
	return &out
}

// State returns the state that a stack is known to be in, "" for one of which
// nothing but its frames is known.
func (t *Table) State(id StackID) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.states[id].state
}

// Bare returns the stack without its state.
func (t *Table) Bare(id StackID) StackID {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if known, ok := t.states[id]; ok {
		return known.stack
	}
	return id
}
