package diff

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// Row is one line of a table of what changed in one column: a stack, a function
// or a package.
type Row struct {
	// Name is the function, or the package. A stack is named for its most
	// telling frame.
	Name string
	File string // of the frame that Name is about, "" unknown; of a package's function that changed most
	Line int    // 0 unknown
	// Stack is the stack itself, or of the stacks that belong to the function or
	// package the one that changed most.
	Stack  snapshot.StackID
	Flat   Change // what the leaf frames of this name hold
	Cum    Change // what the stacks through this name hold, each stack once; equal to Flat for a stack
	Status Status

	grouping grouping
}

// grouping is what the rows of a table stand for.
type grouping uint8

const (
	byStack grouping = iota
	byFunction
	byPackage
)

// What stands for a function that the profile has no name for, as in pprof, and
// for the package of one whose name has none.
const (
	noFunction = "<unknown>"
	noPackage  = "(no package)"
)

// ByStack returns one row a stack, the largest change first. A stack is named
// for its first frame from the leaf that is own code, as [IsOwn] says with
// these prefixes; without one, for the first outside the runtime.
func (c *Comparison) ByStack(column int, own []string) []Row {
	telling := newTeller(c.Table, own)
	var rows []Row
	for id, s := range c.sums(column) {
		id = c.show(id)
		frame := telling.frame(id)
		change := s.change()
		rows = append(rows, Row{
			Name:   cmp.Or(frame.Function, noFunction),
			File:   frame.File,
			Line:   frame.Line,
			Stack:  id,
			Flat:   change,
			Cum:    change,
			Status: s.presence.status(change.Delta != 0),
		})
	}
	sortRows(rows)
	return rows
}

// ByFunction returns one row a function name, flat and cum as `go tool pprof
// -top` counts them: cum counts a function once in a stack even where it calls
// itself, and functions are told apart by their names only.
func (c *Comparison) ByFunction(column int) []Row { return c.group(column, byFunction) }

// ByPackage returns one row a package or namespace; see [PackageOf].
func (c *Comparison) ByPackage(column int) []Row { return c.group(column, byPackage) }

// Stacks returns the stacks that a row of this comparison stands for: those
// through its function or package, in order of id.
func (c *Comparison) Stacks(r Row) []snapshot.StackID {
	if r.grouping == byStack {
		return []snapshot.StackID{r.Stack}
	}
	names := newNamer(c.Table, r.grouping)
	want := names.of(r.Name)
	var out []snapshot.StackID
	for _, s := range c.stacks {
		for f := range c.Table.FrameIDs(s.stack) {
			if names.id(f) == want {
				out = append(out, c.show(s.stack))
				break
			}
		}
	}
	slices.Sort(out) // what is shown for a loose stack may have any id
	return slices.Compact(out)
}

// group adds up the stacks by the names of their frames.
func (c *Comparison) group(column int, by grouping) []Row {
	names := newNamer(c.Table, by)
	var groups []groupSum // index is the name's number
	for id, s := range c.sums(column) {
		change := s.change()
		leaf := true
		for f := range c.Table.FrameIDs(id) {
			name := names.id(f)
			for len(groups) <= name {
				groups = append(groups, groupSum{})
			}
			g := &groups[name]
			if leaf {
				g.flat.add(s)
				leaf = false
			}
			if g.seen && g.last == id {
				continue // it calls itself: the stack counts once
			}
			if !g.seen || abs(change.Delta) > g.topDelta {
				g.top, g.topFrame, g.topDelta = id, f, abs(change.Delta)
			}
			g.seen, g.last = true, id
			g.cum.add(s)
		}
	}
	rows := make([]Row, 0, len(groups))
	for name, g := range groups {
		if g.seen {
			rows = append(rows, c.groupRow(names.names[name], g, by))
		}
	}
	sortRows(rows)
	return rows
}

// groupSum is what was added up for one name.
type groupSum struct {
	flat, cum sum
	seen      bool
	last      snapshot.StackID // the last stack that was counted
	top       snapshot.StackID // the stack that changed most
	topFrame  snapshot.FrameID // in it the frame of this name nearest the leaf
	topDelta  uint64
}

func (c *Comparison) groupRow(name string, g groupSum, by grouping) Row {
	row := Row{
		Name:     name,
		Stack:    c.show(g.top),
		Flat:     g.flat.change(),
		Cum:      g.cum.change(),
		grouping: by,
	}
	row.Status = g.cum.presence.status(row.Flat.Delta != 0 || row.Cum.Delta != 0)
	frame := c.frameShown(g.top, g.topFrame)
	row.File, row.Line = frame.File, frame.Line
	return row
}

// frameShown returns what stands for a compared stack's frame in the stack that
// is shown for it. The stacks of AcrossBuilds have as many frames as theirs.
func (c *Comparison) frameShown(id snapshot.StackID, want snapshot.FrameID) snapshot.Frame {
	shown := c.show(id)
	if shown == id {
		return c.Table.Frame(want)
	}
	depth := 0
	for f := range c.Table.FrameIDs(id) {
		if f == want {
			break
		}
		depth++
	}
	for f := range c.Table.Frames(shown) {
		if depth == 0 {
			return f
		}
		depth--
	}
	return snapshot.Frame{}
}

// sortRows puts the largest change first, then the largest value, then the
// first name.
func sortRows(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(
			cmp.Compare(abs(b.Flat.Delta), abs(a.Flat.Delta)),
			cmp.Compare(abs(b.Cum.Delta), abs(a.Cum.Delta)),
			cmp.Compare(abs(b.Flat.After), abs(a.Flat.After)),
			cmp.Compare(abs(b.Cum.After), abs(a.Cum.After)),
			strings.Compare(a.Name, b.Name),
			cmp.Compare(a.Stack, b.Stack),
		)
	})
}

// namer numbers the names of frames, so that stacks are added up by integers.
type namer struct {
	table   *snapshot.Table
	by      grouping
	byFrame []int // index is a FrameID: one more than the name's number, 0 not yet known
	byName  map[string]int
	names   []string
}

func newNamer(t *snapshot.Table, by grouping) *namer {
	frames, _ := t.Size()
	return &namer{table: t, by: by, byFrame: make([]int, frames+1), byName: make(map[string]int)}
}

// id returns the number of the name of a frame.
func (n *namer) id(f snapshot.FrameID) int {
	// The table may have grown since, but not by frames of these profiles.
	if known := n.byFrame[f]; known > 0 {
		return known - 1
	}
	name := cmp.Or(n.table.Frame(f).Function, noFunction)
	if n.by == byPackage {
		name = cmp.Or(PackageOf(name), noPackage)
	}
	id := n.of(name)
	n.byFrame[f] = id + 1
	return id
}

// of returns the number of a name.
func (n *namer) of(name string) int {
	id, ok := n.byName[name]
	if !ok {
		id = len(n.names)
		n.byName[name] = id
		n.names = append(n.names, name)
	}
	return id
}
