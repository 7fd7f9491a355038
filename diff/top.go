package diff

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// Top is the table of `go tool pprof -top` on the current profile of a
// comparison, in one column.
type Top struct {
	Rows  []TopRow // the largest flat value first, then the first name
	Total int64    // the magnitudes of all samples: what percentages are of
	// Dropped is how many functions have less than Cutoff in all, and are
	// left out of Rows.
	Dropped int
	Cutoff  int64
}

// TopRow is one function.
type TopRow struct {
	Name string
	// Inlined says how it is called by the functions above it.
	Inlined Inlined
	Flat    int64 // what its own frames at the leaf hold
	Cum     int64 // what the stacks through it hold, each stack once
}

// Inlined says whether a function is inlined where it is called.
type Inlined uint8

// How pprof marks functions.
const (
	NotInlined    Inlined = iota
	PartlyInlined         // by some of its callers
	AllInlined            // by all of them
)

// The parts of the whole below which pprof leaves functions, and calls, out of
// its tables: its options -nodefraction and -edgefraction.
const (
	nodeFraction = 0.005
	edgeFraction = 0.001
)

// Top returns the table of a column; with all, no function is left out of it.
// A function that pprof has no name for goes by the file that it is in. Other
// names stand as they are, as with -symbolize=none: by itself pprof shortens those
// of C++ and Rust.
func (c *Comparison) Top(column int, all bool) Top {
	t := topper{table: c.Table, ids: make(map[string]int), byFrame: make(map[snapshot.FrameID]int)}
	t.add(c, column)
	out := Top{Total: t.total}
	flat := int64(0)
	for i := range t.nodes {
		flat = snapshot.AddSaturating(flat, t.nodes[i].flat)
	}
	if !all {
		out.Cutoff = int64(abs(int64(float64(flat) * nodeFraction)))
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		there := n.flat != 0 || n.cum != 0
		n.kept = there && int64(abs(n.cum)) >= out.Cutoff
		if there && !n.kept {
			out.Dropped++
		}
	}
	calls := t.calls(c, column)
	least := abs(int64(float64(flat) * edgeFraction))
	inlined, called := make([]bool, len(t.nodes)), make([]bool, len(t.nodes))
	for at, call := range calls {
		if abs(call.weight) < least {
			continue
		}
		if call.inlined {
			inlined[at.callee] = true
		} else {
			called[at.callee] = true
		}
	}
	for i, n := range t.nodes {
		if !n.kept {
			continue
		}
		row := TopRow{Name: n.name, Flat: n.flat, Cum: n.cum}
		switch {
		case inlined[i] && called[i]:
			row.Inlined = PartlyInlined
		case inlined[i]:
			row.Inlined = AllInlined
		}
		out.Rows = append(out.Rows, row)
	}
	slices.SortFunc(out.Rows, func(a, b TopRow) int {
		return cmp.Or(cmp.Compare(abs(b.Flat), abs(a.Flat)), strings.Compare(a.Name, b.Name))
	})
	return out
}

// topper adds up stacks by the names of their frames.
type topper struct {
	table   *snapshot.Table
	ids     map[string]int // by name: index in nodes
	byFrame map[snapshot.FrameID]int
	nodes   []topNode
	total   int64
}

type topNode struct {
	name      string
	flat, cum int64
	last      snapshot.StackID // the last stack through it that was counted
	seen      bool
	kept      bool // it is in the table
}

// call is that one function calls another, by their indexes.
type call struct{ caller, callee int }

// calls is what the stacks hold in which there is such a call.
type calls struct {
	weight  int64
	inlined bool // in all of them
	last    snapshot.StackID
}

// add adds up what each function holds.
func (t *topper) add(c *Comparison, column int) {
	for id, s := range c.sums(column) {
		if s.after == 0 {
			continue
		}
		t.total = snapshot.AddSaturating(t.total, int64(min(abs(s.after), 1<<63-1)))
		leaf := true
		for f := range t.table.FrameIDs(id) {
			n := &t.nodes[t.node(f)]
			if leaf {
				n.flat = snapshot.AddSaturating(n.flat, s.after)
				leaf = false
			}
			if n.seen && n.last == id {
				continue // it calls itself: the stack counts once
			}
			n.seen, n.last = true, id
			n.cum = snapshot.AddSaturating(n.cum, s.after)
		}
	}
}

// calls finds who calls whom among the functions that are kept. Where one in
// between is left out, its caller is taken to call what it called.
func (t *topper) calls(c *Comparison, column int) map[call]*calls {
	out := make(map[call]*calls)
	var frames []snapshot.FrameID
	for id, s := range c.sums(column) {
		if s.after == 0 {
			continue
		}
		frames = t.table.AppendFrameIDs(frames[:0], id)
		caller := -1
		for _, f := range slices.Backward(frames) {
			callee := t.node(f)
			if !t.nodes[callee].kept {
				continue
			}
			if caller >= 0 && caller != callee {
				at := call{caller, callee}
				known := out[at]
				if known == nil {
					known = &calls{inlined: true}
					out[at] = known
				}
				if known.last != id { // each stack counts once
					known.last = id
					known.weight = snapshot.AddSaturating(known.weight, s.after)
					known.inlined = known.inlined && t.table.Frame(f).Inlined
				}
			}
			caller = callee
		}
	}
	return out
}

// node returns the index of a frame's function.
func (t *topper) node(f snapshot.FrameID) int {
	if i, ok := t.byFrame[f]; ok {
		return i
	}
	name := topName(t.table.Frame(f).Function)
	i, ok := t.ids[name]
	if !ok {
		i = len(t.nodes)
		t.ids[name], t.nodes = i, append(t.nodes, topNode{name: name})
	}
	t.byFrame[f] = i
	return i
}

// unnamed matches what stands for a function without a name: its address, and
// the file that it is mapped from.
var unnamed = regexp.MustCompile(`^0x[0-9a-f]+(?: (.+))?$`)

// topName is what pprof calls a function.
func topName(function string) string {
	at := unnamed.FindStringSubmatch(function)
	switch {
	case at == nil:
		return cmp.Or(function, noFunction)
	case at[1] == "":
		return noFunction
	}
	return "[" + path.Base(at[1]) + "]"
}
