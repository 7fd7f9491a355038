package export

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Changes is what differs between two snapshots, as a report lists it. The zero
// value says that none were compared and is written as null.
type Changes struct {
	diff  *Diff
	limit int
}

// NewChanges lists up to limit stacks of the heap and of the goroutines each
// that differ in any sample type, the largest change first; 0 for all.
func NewChanges(d Diff, limit int) Changes { return Changes{diff: &d, limit: limit} }

// NewReport makes the report of a plain diff: no verdict and no findings.
func NewReport(d Diff, limit int) Report {
	r := Report{
		Target:  d.Target,
		Window:  window(d),
		Changes: NewChanges(d, limit),
	}
	var base, current bool
	for _, c := range d.comparisons() {
		base, current = base || c.Base != nil, current || c.Current != nil
	}
	for _, there := range []bool{base, current} {
		if there {
			r.Window.Snapshots++
		}
	}
	return r
}

// window is the time from the earlier snapshot to the later one: two addresses
// are asked at once, and either may answer first.
func window(d Diff) Window {
	from, to := d.Base.Time, d.Current.Time
	if to.Before(from) && !to.IsZero() {
		from, to = to, from
	}
	return Window{From: &from, To: &to}
}

func (c Changes) write(j *jsonWriter) {
	if c.diff == nil {
		j.raw("null")
		return
	}
	j.raw(`{"heap":[`)
	if heap := c.diff.Heap; heap != nil {
		stacks := newStacks(heap.Table)
		for i, s := range atMost(heap.Changes(), c.limit) {
			j.element(i, newHeapChange(heap.Types, s, stacks.of(s.Stack)))
		}
	}
	j.raw(`],"goroutines":[`)
	if g := c.diff.Goroutines; g != nil {
		stacks, column := newStacks(g.Table), g.DefaultColumn()
		for i, s := range atMost(g.Changes(), c.limit) {
			change := s.Changes[column]
			j.element(i, goroutineChange{
				Stack:  stacks.of(s.Stack),
				State:  diff.StateOf(g.Table, s.Stack),
				Role:   role(g.Table, s.Stack),
				Before: change.Before,
				After:  change.After,
				Delta:  change.Delta,
				Status: s.Status,
				Dump:   newDumpFacts(g, s.Stack),
			})
		}
	}
	j.raw(`],"locks":[`)
	if g := c.diff.Goroutines; g != nil {
		writeLocks(j, g, c.limit)
	}
	j.raw(`],"labels":[`)
	writeLabels(j, c.diff, c.limit)
	j.raw("]}")
}

// role is what the runtime has goroutines for, nil for nothing.
func role(t *snapshot.Table, stack snapshot.StackID) *diff.Role {
	if r := diff.RoleOf(t, stack); r != "" {
		return &r
	}
	return nil
}

func newHeapChange(types []snapshot.SampleType, s diff.StackChange, stack []Frame) heapChange {
	out := heapChange{
		Stack:  stack,
		Before: make(map[string]int64),
		After:  make(map[string]int64),
		Delta:  make(map[string]int64),
		Stderr: make(map[string]*int64),
		Status: s.Status,
	}
	for i, change := range s.Changes {
		name := types[i].Name
		out.Before[name], out.After[name], out.Delta[name] = change.Before, change.After, change.Delta
		out.Stderr[name] = nil
		if change.Stderr >= 0 {
			out.Stderr[name] = &change.Stderr
		}
	}
	return out
}

// stacks turns interned stacks into those of the report, one after another.
type stacks struct {
	table  *snapshot.Table
	frames map[snapshot.FrameID]Frame
	stack  []Frame
}

func newStacks(t *snapshot.Table) *stacks {
	return &stacks{table: t, frames: make(map[snapshot.FrameID]Frame)}
}

// of returns the frames of a stack. They are valid until the next call.
func (s *stacks) of(id snapshot.StackID) []Frame {
	s.stack = list(s.stack[:0])
	for f := range s.table.FrameIDs(id) {
		frame, ok := s.frames[f]
		if !ok {
			frame = newFrame(s.table.Frame(f))
			s.frames[f] = frame
		}
		s.stack = append(s.stack, frame)
	}
	return s.stack
}

func newFrame(f snapshot.Frame) Frame {
	out := Frame{Function: f.Function}
	if f.File != "" {
		out.File = &f.File
	}
	if f.Line > 0 {
		out.Line = &f.Line
	}
	return out
}

// atMost returns the first limit rows, all for a limit of 0.
func atMost[T any](rows []T, limit int) []T {
	if limit > 0 && len(rows) > limit {
		return rows[:limit]
	}
	return rows
}
