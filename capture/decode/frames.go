package decode

import (
	"cmp"
	"fmt"
	"math"

	"github.com/google/pprof/profile"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// unknownFunction stands for a function that the profile has no name for.
const unknownFunction = "<unknown>"

// frames turns the stacks of samples into interned ones. Every location is
// resolved once; and of a stack, only what differs from the one before it is
// looked up, so that samples best come in the order of [byRoot].
type frames struct {
	table *snapshot.Table
	at    []place // of each location, by its ID, which newFrames makes dense
	cuts  bool    // some location has a cut
	// last is the sample before, and path where its stack led: path[i] is the
	// stack of its i+1 locations nearest to the root.
	last *profile.Sample
	path []step
	// ids and stacks are of the sample at hand, reused.
	ids    []snapshot.FrameID
	stacks []snapshot.StackID
	// walked counts the frames looked up, and checked those at the last look at the table's size.
	walked, checked int
}

// step is one location on the way from the root to the leaf.
type step struct {
	stack snapshot.StackID
	depth int // in frames
}

// place is one location, resolved.
type place struct {
	ids []snapshot.FrameID // root first
	cut cut
}

func newFrames(p *profile.Profile, table *snapshot.Table) (*frames, error) {
	if err := boundText(p); err != nil {
		return nil, err
	}
	drop, err := newPruner(p)
	if err != nil {
		return nil, err
	}
	f := &frames{table: table, at: make([]place, len(p.Location)), last: &profile.Sample{}}
	n := names{functions: functionNames(p.Function), mappings: mappingNames(p.Mapping)}
	for i, l := range p.Location {
		l.ID = uint64(i)
		cut, lines, err := drop.location(l)
		if err != nil {
			return nil, err
		}
		f.cuts = f.cuts || cut != cutNothing
		f.at[i] = place{ids: f.resolve(l, lines, n), cut: cut}
	}
	return f, nil
}

// boundText refuses a profile whose frames would take too long to compare,
// because many of them share a long name.
func boundText(p *profile.Profile) error {
	total := 0
	add := func(f *profile.Function) { total += len(f.Name) + len(f.SystemName) + len(f.Filename) }
	for _, m := range p.Mapping {
		total += len(m.File)
	}
	for _, f := range p.Function {
		add(f)
	}
	for _, l := range p.Location {
		for _, line := range l.Line {
			add(line.Function)
		}
	}
	if total > maxFrameText {
		return fmt.Errorf("the names of its frames have more than %s of text", size(maxFrameText))
	}
	return nil
}

// resolve interns the frames of one location. Of its lines, the first is the
// innermost inlined function and the last the one that really has a frame.
func (f *frames) resolve(l *profile.Location, lines []profile.Line, n names) []snapshot.FrameID {
	if len(lines) == 0 {
		return []snapshot.FrameID{f.table.InternFrame(snapshot.Frame{Function: n.address(l)})}
	}
	ids := make([]snapshot.FrameID, len(lines))
	for i, line := range lines {
		t := n.functions[line.Function]
		ids[len(lines)-1-i] = f.table.InternFrame(snapshot.Frame{
			Function:  t.function,
			File:      t.file,
			Line:      lineNumber(line.Line),
			StartLine: lineNumber(line.Function.StartLine),
			Inlined:   i < len(lines)-1,
		})
	}
	return ids
}

// stack interns the stack of one sample.
func (f *frames) stack(s *profile.Sample) (snapshot.StackID, error) {
	root, leaf := len(s.Location), f.leaf(s)
	f.path = f.path[:min(f.shared(s), root-leaf, len(f.path))]
	f.last = s
	var from step
	if len(f.path) > 0 {
		from = f.path[len(f.path)-1]
	}
	f.ids = f.ids[:0]
	depth := from.depth
	for i := root - 1 - len(f.path); i >= leaf; i-- {
		ids := f.at[s.Location[i].ID].ids
		if depth += len(ids); depth > maxDepth {
			return 0, fmt.Errorf("it has a stack of more than %d frames", maxDepth)
		}
		f.ids = append(f.ids, ids...)
		f.path = append(f.path, step{depth: depth})
	}
	f.stacks = f.table.InternOn(from.stack, f.ids, f.stacks[:0])
	for i := len(f.path) - 1; i >= 0 && f.path[i].depth > from.depth; i-- {
		f.path[i].stack = f.stacks[f.path[i].depth-from.depth-1]
	}
	f.walked += len(f.ids)
	if len(f.path) == 0 {
		return snapshot.NoStack, nil
	}
	return f.path[len(f.path)-1].stack, f.bound()
}

// shared counts the locations, from the root, in which s and the sample before agree.
func (f *frames) shared(s *profile.Sample) int {
	a, b := s.Location, f.last.Location
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// bound refuses a profile that looks up too much, or makes the table too large.
func (f *frames) bound() error {
	if f.walked > maxWalk {
		return fmt.Errorf("its stacks have more than %d frames", maxWalk)
	}
	if f.walked-f.checked < maxDepth {
		return nil
	}
	f.checked = f.walked
	if frames, nodes := f.table.Size(); frames > maxFrames || nodes > maxNodes {
		return fmt.Errorf("there are more than %d different frames or %d different stacks", maxFrames, maxNodes)
	}
	return nil
}

// byRoot orders samples by their locations, the root first: those that share
// most come together.
func byRoot(a, b *profile.Sample) int {
	x, y := a.Location, b.Location
	for i := 1; i <= len(x) && i <= len(y); i++ {
		if c := cmp.Compare(x[len(x)-i].ID, y[len(y)-i].ID); c != 0 {
			return c
		}
	}
	return len(x) - len(y)
}

// names holds what frames are called, cleaned once.
type names struct {
	functions map[*profile.Function]functionName
	mappings  map[*profile.Mapping]string
}

type functionName struct{ function, file string }

// functionNames cleans the names of all functions, each distinct one once.
func functionNames(functions []*profile.Function) map[*profile.Function]functionName {
	seen := make(map[string]string)
	once := func(s string) string {
		out, ok := seen[s]
		if !ok {
			out = clean.Text(s)
			seen[s] = out
		}
		return out
	}
	out := make(map[*profile.Function]functionName, len(functions))
	for _, f := range functions {
		out[f] = functionName{function: once(cmp.Or(f.Name, f.SystemName, unknownFunction)), file: once(f.Filename)}
	}
	return out
}

// address names a frame that nobody symbolized: "0x46c5e7 libc.so.6".
func (n *names) address(l *profile.Location) string {
	mapping := n.mappings[l.Mapping]
	switch {
	case l.Address == 0 && mapping == "":
		return unknownFunction
	case mapping == "":
		return fmt.Sprintf("%#x", l.Address)
	}
	return fmt.Sprintf("%#x %s", l.Address, mapping)
}

// lineNumber is n where it can be a line number, else 0, unknown.
func lineNumber(n int64) int {
	if n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}
