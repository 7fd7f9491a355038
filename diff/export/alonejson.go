package export

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Holds is what one snapshot by itself holds, as a report lists it. The zero
// value stands for a report of something else, which has no such part.
type Holds struct {
	diff   *Diff
	column column
	limit  int
}

// newHolds lists up to a limit of rows of each kind, 0 for all.
func newHolds(d Diff, o Options) Holds {
	col, _ := d.column(o.SampleType) // was checked
	return Holds{diff: &d, column: col, limit: o.Limit}
}

// sampleTypeJSON is a sample type as the report has it.
type sampleTypeJSON struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
}

// functionHeld is a row of go tool pprof -top.
type functionHeld struct {
	Function string `json:"function"`
	Inlined  string `json:"inlined"` // "no", "partly", "all"
	Flat     int64  `json:"flat"`
	Cum      int64  `json:"cum"`
}

// heapHeld is a stack with its values by sample type.
type heapHeld struct {
	Stack  []Frame          `json:"stack"`
	Values map[string]int64 `json:"values"`
}

// goroutinesHeld is a stack with its goroutines.
type goroutinesHeld struct {
	Stack      []Frame      `json:"stack"`
	State      diff.State   `json:"state"`
	Role       *diff.Role   `json:"role"`
	Goroutines int64        `json:"goroutines"`
	Wait       *waitMinutes `json:"reported_wait_minutes"`
	StartedBy  []startedAt  `json:"started_by"`
}

func (h Holds) write(j *jsonWriter) {
	j.raw(`{"sample_type":`)
	if h.column.index >= 0 {
		j.value(sampleTypeJSON(h.column.sampleType()))
	} else {
		j.raw("null")
	}
	j.raw(`,"functions":[`)
	if h.column.index >= 0 {
		for i, r := range atMost(h.column.Top(h.column.index, true).Rows, h.limit) {
			j.element(i, functionHeld{r.Name, [...]string{"no", "partly", "all"}[r.Inlined], r.Flat, r.Cum})
		}
	}
	j.raw(`],"heap":[`)
	h.heap(j)
	j.raw(`],"states":`)
	if g := h.diff.Goroutines; g != nil {
		j.value(states(g.Groups()))
	} else {
		j.raw("[]")
	}
	j.raw(`,"goroutines":[`)
	h.goroutines(j)
	j.raw(`],"locks":[`)
	if g := h.diff.Goroutines; g != nil {
		writeLocks(j, g, h.limit)
	}
	j.raw("]}")
}

func (h Holds) heap(j *jsonWriter) {
	c := h.diff.Heap
	if c == nil {
		return
	}
	stacks := newStacks(c.Table)
	for i, s := range atMost(c.Changes(), h.limit) {
		held := heapHeld{Stack: stacks.of(s.Stack), Values: make(map[string]int64)}
		for column, change := range s.Changes {
			held.Values[c.Types[column].Name] = change.After
		}
		j.element(i, held)
	}
}

func (h Holds) goroutines(j *jsonWriter) {
	c := h.diff.Goroutines
	if c == nil {
		return
	}
	stacks, column := newStacks(c.Table), c.DefaultColumn()
	for i, s := range atMost(c.Changes(), h.limit) {
		held := goroutinesHeld{
			Stack: stacks.of(s.Stack), State: diff.StateOf(c.Table, s.Stack), Role: role(c.Table, s.Stack),
			Goroutines: s.Changes[column].After, StartedBy: []startedAt{},
		}
		if t, ok := c.Current.ToldOf([]snapshot.StackID{s.Stack}); ok {
			held.Wait = &waitMinutes{t.Least, t.Most}
			for _, by := range t.Creators {
				if f := c.Table.Frame(by.Creator); f.Function != "" {
					held.StartedBy = append(held.StartedBy, startedAt{newFrame(f), by.Count})
				}
			}
		}
		j.element(i, held)
	}
}
