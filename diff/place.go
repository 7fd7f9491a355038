package diff

import (
	"leaktop/capture/snapshot"
)

// GroupKey names a group of goroutines: those that entered at one function and
// wait at one line for one thing. It holds names, not ids or absolute lines, so
// that it stays the same across rebuilds of the code around it.
type GroupKey struct {
	Entry   string // function that the goroutine was started with
	Blocked string // function that it waits in
	Line    int    // line within Blocked, counted from its func keyword where that is known
	State   State
}

// place says where the goroutines of one stack are.
type place struct {
	key     GroupKey
	entry   snapshot.Frame
	blocked snapshot.Frame
	leaf    snapshot.Frame
}

// places finds the places of stacks, each once.
type places struct {
	table *snapshot.Table
	known map[snapshot.StackID]*place
}

func newPlaces(t *snapshot.Table) *places {
	return &places{table: t, known: make(map[snapshot.StackID]*place)}
}

func (p *places) of(id snapshot.StackID) *place {
	if known, ok := p.known[id]; ok {
		return known
	}
	at := &place{
		entry:   entryOf(p.table, id),
		blocked: blockedOf(p.table, id),
		leaf:    p.table.Leaf(id),
	}
	at.key = GroupKey{
		Entry:   at.entry.Function,
		Blocked: at.blocked.Function,
		Line:    at.blocked.Line,
		State:   StateOf(p.table, id),
	}
	if at.blocked.StartLine > 0 && at.blocked.Line >= at.blocked.StartLine {
		at.key.Line = at.blocked.Line - at.blocked.StartLine + 1
	}
	p.known[id] = at
	return at
}

// entryOf returns the function that a goroutine was started with: the root of
// its stack, but for what the runtime puts below ("runtime.main" below
// main.main).
func entryOf(t *snapshot.Table, id snapshot.StackID) snapshot.Frame {
	var entry snapshot.Frame
	for f := range t.Frames(id) {
		if entry.Function == "" || PackageOf(f.Function) != "runtime" {
			entry = f
		}
	}
	return entry
}

// blockedOf returns the frame that says where a goroutine waits: the first from
// the leaf that is not plumbing of the standard library, such as the line with
// the channel send or the one that reads from a connection. A stack that is
// plumbing to its root waits in the first frame outside the runtime.
func blockedOf(t *snapshot.Table, id snapshot.StackID) snapshot.Frame {
	var outside snapshot.Frame
	for f := range t.Frames(id) {
		pkg := PackageOf(f.Function)
		if !plumbing(pkg) {
			return f
		}
		if outside.Function == "" && pkg != "runtime" {
			outside = f
		}
	}
	if outside.Function != "" {
		return outside
	}
	return t.Leaf(id)
}

// plumbing reports whether a package only passes a wait on: nobody's program
// is about these, so the caller tells more.
func plumbing(pkg string) bool {
	if first(pkg, "/") == "internal" || first(pkg, "/") == "runtime" {
		return true
	}
	switch pkg {
	case "sync", "sync/atomic", "time", "syscall", "os", "io", "bufio", "net", "crypto/tls", "iter", "reflect":
		return true
	}
	return false
}
