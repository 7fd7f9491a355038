package export

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
)

// Run is what is known of a target over some time: two snapshots compared and,
// as far as they are known, the curves between them and what was judged. A diff
// of two files knows neither; [HTML] and [CSV] say then that there is nothing.
type Run struct {
	Diff
	// Table interned the stacks of the findings.
	Table  *snapshot.Table
	Judged *gate.Judged // nil where nothing was judged
	Curves Curves
	// Seen is what lies between the two snapshots; nil where they are not of one
	// run, so that nobody knows.
	Seen *Seen
	// Root is the directory below which source files are named relative to it,
	// "" for none.
	Root string
}

// Seen is what was seen of a run from one of its snapshots to another.
type Seen struct {
	Snapshots int    // fetched whole, the two among them
	GCCycles  *int64 // that the process completed; nil unknown
	Restarts  int
}

// Curves are the vitals of a process over time, with what a reader must know to
// read them. The zero value says that there are none.
type Curves struct {
	Points    []snapshot.Vitals // oldest first
	Source    string            // where they come from: "/metrics"; "" unknown
	Snapshots []Mark            // oldest first
	Restarts  []time.Time
}

// Mark is a snapshot as the curves show it.
type Mark struct {
	Seq      int
	Time     time.Time
	ForcedGC bool // its heap was fetched with a GC that was asked for
}

// check is what was judged, for the texts that both kinds of reports share.
func (r Run) check() Check {
	return Check{Target: r.Target, Table: r.Table, Judged: r.Judged, Root: r.Root}
}
