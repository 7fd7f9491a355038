package session

import (
	"iter"
	"math"

	"leaktop/capture/snapshot"
)

// What one record of stacks holds at most, so that its payload stays small.
const (
	maxTableFrames = 1 << 16
	maxTableLines  = 1 << 19 // frames of stacks
	maxTableLabels = 1 << 14
	maxTableText   = 16 << 20 // bytes of the names of frames
)

// What a file's table holds at most: as much as decode lets a table grow to.
const (
	maxFrames = 1 << 20
	maxStacks = 2 << 20
	maxLines  = 32 << 20 // frames of all stacks
	maxLabels = 1 << 18
	maxText   = 96 << 20 // bytes of names
	// maxFrameText and maxLabelText bound the bytes of names that are compared
	// while frames and labels are interned: many may share one long name.
	maxFrameText = 1 << 30
	maxLabelText = 64 << 20
)

// parts splits additions into what fits into one record each, frames first:
// a stack names frames that come before it.
func parts(a snapshot.Additions) iter.Seq[snapshot.Additions] {
	return func(yield func(snapshot.Additions) bool) {
		for !a.Empty() {
			part := snapshot.Additions{After: a.After}
			part.Frames, a.Frames = cut(a.Frames, fewFrames(a.Frames))
			if len(a.Frames) == 0 {
				part.Stacks, a.Stacks = cut(a.Stacks, few(a.Stacks))
				part.Labels, a.Labels = cut(a.Labels, maxTableLabels)
			}
			a.After = part.End()
			if !yield(part) {
				return
			}
		}
	}
}

func cut[T any](all []T, most int) (part, rest []T) {
	n := min(len(all), most)
	return all[:n], all[n:]
}

// fewFrames is how many of the frames fit into one record, at least one.
func fewFrames(frames []snapshot.Frame) int {
	text := 0
	for i, f := range frames {
		if text += len(f.Function) + len(f.File); i == maxTableFrames || text > maxTableText {
			return max(i, 1)
		}
	}
	return len(frames)
}

// few is how many of the stacks fit into one record, at least one.
func few(stacks []snapshot.AddedStack) int {
	lines := 0
	for i, stack := range stacks {
		if lines += len(stack.Frames) + 1; lines > maxTableLines {
			return max(i, 1)
		}
	}
	return len(stacks)
}

// additions writes what a table took in. A name is written where it first
// occurs in the record, as 0 and the text; then as its number.
func (p *payload) additions(a snapshot.Additions) {
	p.uint(uint64(a.After.Frames))
	p.uint(uint64(a.After.Stacks))
	p.uint(uint64(a.After.Labels))
	names := make(map[string]uint64)
	name := func(s string) {
		n := names[s]
		p.uint(n)
		if n == 0 {
			names[s] = uint64(len(names) + 1)
			p.string(s)
		}
	}
	p.uint(uint64(len(a.Frames)))
	for _, f := range a.Frames {
		name(f.Function)
		name(f.File)
		p.int(int64(f.Line))
		p.int(int64(f.StartLine))
		p.bool(f.Inlined)
	}
	p.uint(uint64(len(a.Stacks)))
	var last []snapshot.FrameID
	for _, stack := range a.Stacks {
		if stack.State != "" {
			p.uint(0) // a stack that shares nothing and has nothing of its own
			p.uint(0)
			p.uint(uint64(stack.Bare))
			name(stack.State)
			continue
		}
		p.stack(stack.Frames, last)
		last = stack.Frames
	}
	p.uint(uint64(len(a.Labels)))
	for _, set := range a.Labels {
		p.uint(uint64(len(set)))
		for _, l := range set {
			name(l.Key)
			name(l.Value)
		}
	}
}

// stack writes one stack: how many frames it shares with the last one, counted
// from the root, and its others from the leaf.
func (p *payload) stack(stack, last []snapshot.FrameID) {
	shared := 0
	for shared < len(stack) && shared < len(last) && stack[len(stack)-1-shared] == last[len(last)-1-shared] {
		shared++
	}
	p.uint(uint64(shared))
	p.uint(uint64(len(stack) - shared))
	for _, f := range stack[:len(stack)-shared] {
		p.uint(uint64(f))
	}
}

// lost stands for the frames of a record that could not be read.
const lost = "<lost>"

// stacks maps the ids of a file to those of a table. They are the same where the
// table was empty and nothing of the file is lost.
type stacks struct {
	table  *snapshot.Table
	frames []snapshot.FrameID // by the id in the file
	stacks []snapshot.StackID
	labels []snapshot.LabelsID
	lines  int                // frames of all stacks
	last   []snapshot.FrameID // of the last stack read, leaf first, by their ids in the table
	before []snapshot.FrameID // that of the one before it, to be filled anew

	text, frameText, labelText int
}

func newStacks(t *snapshot.Table) *stacks {
	return &stacks{table: t, frames: make([]snapshot.FrameID, 1), stacks: make([]snapshot.StackID, 1), labels: make([]snapshot.LabelsID, 1)}
}

// tableError says why additions were not taken in.
type tableError string

func (e tableError) Error() string { return string(e) }

const (
	errBadTable = tableError("its stacks are damaged")
	errFull     = tableError("it names more stacks than any program has")
)

// read takes in a record of additions. What is lost between it and the one
// before is filled with frames that say so.
func (s *stacks) read(b []byte) error {
	p := parser{b: b}
	after := snapshot.Extent{Frames: snapshot.FrameID(p.uint()), Stacks: snapshot.StackID(p.uint()), Labels: snapshot.LabelsID(p.uint())}
	if err := s.fill(after); err != nil || p.bad {
		return orBad(err)
	}
	names := []string{""}
	name := func() string {
		n := p.uint()
		switch {
		case n == 0:
			text := p.string()
			s.text += len(text)
			names = append(names, text)
			n = uint64(len(names) - 1)
		case n >= uint64(len(names)):
			p.fail()
			n = 0
		}
		return names[n]
	}
	for n := p.count(); n > 0 && !p.bad; n-- {
		f := snapshot.Frame{Function: name(), File: name(), Line: p.line(), StartLine: p.line(), Inlined: p.bool()}
		if p.bad || f.Function == "" {
			return errBadTable
		}
		s.frameText += len(f.Function) + len(f.File)
		if len(s.frames) > maxFrames || s.text > maxText || s.frameText > maxFrameText {
			return errFull
		}
		s.addFrame(s.table.InternFrame(f))
	}
	s.last = s.last[:0]
	for n := p.count(); n > 0 && !p.bad; n-- {
		if err := s.readStack(&p, name); err != nil {
			return err
		}
	}
	for n := p.count(); n > 0 && !p.bad; n-- {
		var set []snapshot.Label
		for n := p.count(); n > 0 && !p.bad; n-- {
			l := snapshot.Label{Key: name(), Value: name()}
			if s.labelText += len(l.Key) + len(l.Value); s.labelText > maxLabelText {
				return errFull
			}
			set = append(set, l)
		}
		if p.bad {
			break
		}
		if len(s.labels) > maxLabels || s.text > maxText {
			return errFull
		}
		s.addLabels(s.table.InternLabels(set))
	}
	if !p.whole() {
		return errBadTable
	}
	return nil
}

func orBad(err error) error {
	if err == nil {
		return errBadTable
	}
	return err
}

// line reads the number of a line, 0 for one that cannot be.
func (p *parser) line() int {
	n := p.int()
	if n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}

func (s *stacks) readStack(p *parser, name func() string) error {
	shared, own := p.uint(), p.count()
	if p.bad || shared > uint64(len(s.last)) {
		return errBadTable
	}
	if s.lines += own + int(shared); s.lines > maxLines || len(s.stacks) > maxStacks || s.text > maxText {
		return errFull
	}
	if own == 0 && shared == 0 {
		bare, state := p.uint(), name()
		if p.bad || bare == 0 || bare >= uint64(len(s.stacks)) || state == "" {
			return errBadTable
		}
		s.addStack(s.table.InState(s.stacks[bare], state))
		return nil
	}
	stack := s.before[:0]
	for range own {
		frame := p.uint()
		if frame == 0 || frame >= uint64(len(s.frames)) {
			return errBadTable
		}
		stack = append(stack, s.frames[frame])
	}
	s.before, s.last = s.last, append(stack, s.last[len(s.last)-int(shared):]...)
	s.addStack(s.table.InternStack(s.last))
	return nil
}

// extent is how much is known.
func (s *stacks) extent() snapshot.Extent {
	return snapshot.Extent{
		Frames: snapshot.FrameID(len(s.frames) - 1),
		Stacks: snapshot.StackID(len(s.stacks) - 1),
		Labels: snapshot.LabelsID(len(s.labels) - 1),
	}
}

// reach takes care that there is something for every id up to an extent.
func (s *stacks) reach(end snapshot.Extent) error {
	have := s.extent()
	return s.fill(snapshot.Extent{
		Frames: max(have.Frames, end.Frames), Stacks: max(have.Stacks, end.Stacks), Labels: max(have.Labels, end.Labels),
	})
}

// stack, frame and labelsOf return what the table has for an id of the file; nothing
// where the file has no such id.
func (s *stacks) stack(id snapshot.StackID) snapshot.StackID {
	if int(id) >= len(s.stacks) {
		return snapshot.NoStack
	}
	return s.stacks[id]
}

func (s *stacks) frame(id snapshot.FrameID) snapshot.FrameID {
	if int(id) >= len(s.frames) {
		return 0
	}
	return s.frames[id]
}

func (s *stacks) labelsOf(id snapshot.LabelsID) snapshot.LabelsID {
	if int(id) >= len(s.labels) {
		return 0
	}
	return s.labels[id]
}

// profile returns a profile with the ids of the table.
func (s *stacks) profile(p *snapshot.Profile) *snapshot.Profile {
	p.Told = s.told(p.Told)
	moved := false
	for _, k := range p.Keys {
		if s.stack(k.Stack) != k.Stack || s.labelsOf(k.Labels) != k.Labels {
			moved = true
			break
		}
	}
	if !moved {
		return p
	}
	b := snapshot.NewBuilder(*p)
	for i, k := range p.Keys {
		b.Add(snapshot.Key{Stack: s.stack(k.Stack), Labels: s.labelsOf(k.Labels), Size: k.Size}, p.Vector(i))
	}
	return b.Profile()
}

func (s *stacks) addFrame(id snapshot.FrameID) {
	s.frames = append(s.frames, id)
}

func (s *stacks) addStack(id snapshot.StackID) {
	s.stacks = append(s.stacks, id)
}

func (s *stacks) addLabels(id snapshot.LabelsID) {
	s.labels = append(s.labels, id)
}

// fill stands something in for the ids up to an extent that nothing is known of.
func (s *stacks) fill(to snapshot.Extent) error {
	if int64(to.Frames) > maxFrames || int64(to.Stacks) > maxStacks || int64(to.Labels) > maxLabels {
		return errFull
	}
	if int(to.Frames) < len(s.frames)-1 || int(to.Stacks) < len(s.stacks)-1 || int(to.Labels) < len(s.labels)-1 {
		return errBadTable // it was there before
	}
	if int(to.Frames) >= len(s.frames) || int(to.Stacks) >= len(s.stacks) {
		frame := s.table.InternFrame(snapshot.Frame{Function: lost})
		stack := s.table.InternStack([]snapshot.FrameID{frame})
		for int(to.Frames) >= len(s.frames) {
			s.addFrame(frame)
		}
		for int(to.Stacks) >= len(s.stacks) {
			s.addStack(stack)
		}
	}
	for int(to.Labels) >= len(s.labels) {
		s.addLabels(0)
	}
	return nil
}
