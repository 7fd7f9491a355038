package snapshot

// Extent is how much a [Table] holds: the highest id of each kind.
type Extent struct {
	Frames FrameID
	Stacks StackID
	Labels LabelsID
}

// AddedStack is one stack that a [Table] took in.
type AddedStack struct {
	Frames []FrameID // leaf first; nil for one that is known to be in a state
	// Bare is the stack with the same frames and no state, and State the state it
	// is known to be in; "" for a stack of which nothing but its frames is known.
	Bare  StackID
	State string
}

// Additions are what a [Table] took in from some extent on, in the order of
// their ids: who interns all additions of one table in their order into another
// that was empty gets the very same ids.
type Additions struct {
	After  Extent // the first of each has the id that follows
	Frames []Frame
	Stacks []AddedStack
	Labels []Labels
}

// Empty reports whether nothing was added.
func (a *Additions) Empty() bool {
	return len(a.Frames) == 0 && len(a.Stacks) == 0 && len(a.Labels) == 0
}

// End is the extent of the table with the additions.
func (a *Additions) End() Extent {
	return Extent{
		Frames: a.After.Frames + FrameID(len(a.Frames)),
		Stacks: a.After.Stacks + StackID(len(a.Stacks)),
		Labels: a.After.Labels + LabelsID(len(a.Labels)),
	}
}

// Since returns what was added to the table after it had an extent. What a stack
// or a record names is always among the additions so far.
func (t *Table) Since(e Extent) Additions {
	t.mu.RLock()
	defer t.mu.RUnlock()
	a := Additions{After: e}
	for id := e.Frames + 1; int(id) < len(t.frames); id++ {
		a.Frames = append(a.Frames, t.frame(id))
	}
	for id := e.Stacks + 1; int(id) < len(t.stacks); id++ {
		if twin, ok := t.states[id]; ok {
			a.Stacks = append(a.Stacks, AddedStack{Bare: twin.stack, State: twin.state})
			continue
		}
		a.Stacks = append(a.Stacks, AddedStack{Frames: appendFrames(nil, t.codeOf(id))})
	}
	if from := int(e.Labels) + 1; from < len(t.labels) {
		a.Labels = append(a.Labels, t.labels[from:]...)
	}
	return a
}
