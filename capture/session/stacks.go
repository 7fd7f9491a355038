package session

import (
	"math"
	"slices"

	"leaktop/capture/snapshot"
)

// lost stands for the frames of a record that could not be read.
const lost = "<lost>"

// stacks maps the ids of a file to those of a table. They are the same where the
// table was empty and nothing of the file is lost.
type stacks struct {
	table  *snapshot.Table
	frames []snapshot.FrameID // by the id in the file
	stacks []snapshot.StackID
	labels []snapshot.LabelsID
	last   []snapshot.FrameID // of the last stack read, leaf first, by their ids in the table
	before []snapshot.FrameID // that of the one before it, to be filled anew

	load
	set []snapshot.Label // of the labels at hand
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
	take := func() (text string, first bool) {
		n := p.uint()
		switch {
		case n == 0:
			names, first = append(names, p.string()), true
			n = uint64(len(names) - 1)
		case n >= uint64(len(names)):
			p.fail()
			n = 0
		}
		return names[n], first
	}
	name := func() string {
		text, first := take()
		if first {
			s.name(text)
		}
		return text
	}
	for n := p.count(); n > 0 && !p.bad; n-- {
		f := snapshot.Frame{Function: name(), File: name(), Line: p.line(), StartLine: p.line(), Inlined: p.bool()}
		if p.bad || f.Function == "" {
			return errBadTable
		}
		if s.load.frame(f); len(s.frames) > snapshot.MaxFrames || s.full() {
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
		size := p.count()
		few := min(size, s.room()) // where it says more, that is refused
		s.set, names = slices.Grow(s.set[:0], few), slices.Grow(names, 2*few)
		for ; size > 0 && !p.bad; size-- {
			key, _ := take()
			value, _ := take()
			l := snapshot.Label{Key: key, Value: value}
			if s.label(l); s.full() {
				return errFull
			}
			s.set = append(s.set, l)
		}
		if p.bad {
			break
		}
		if len(s.labels) > maxLabels {
			return errFull
		}
		s.addLabels(s.table.InternLabels(s.set))
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
	if s.lines += own + int(shared); len(s.stacks) > snapshot.MaxStacks || s.full() {
		return errFull
	}
	if own == 0 && shared == 0 {
		bare, state := p.uint(), name()
		if p.bad || bare >= uint64(len(s.stacks)) || state == "" { // bare may be none: where it was could not be told
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
	p.Told = snapshot.RenameTold(p.Told, s.stack, s.frame)
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
	if tooMany(to) {
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
