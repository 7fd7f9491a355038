package leak

import (
	"time"

	"leaktop/diff/trend"
)

// Result is what was judged of the newest run of a target.
type Result struct {
	// Findings, the worst first; within a verdict, the one that holds or grows
	// most. Plateaus stand last.
	Findings []Finding
	Outcome  Outcome
	// Lacking is what was not seen and would have to be for the rest to be
	// clean, whatever the outcome: a clause, "" where nothing is missing.
	Lacking string
	// Reason says why the outcome is Inconclusive, "" where it is not: a clause
	// that names what is missing.
	Reason string
	// Needs says what would be seen with more time or more rights: sentences.
	Needs []string

	Run       int       // of the target; a restart starts anew
	From, To  time.Time // of the first and last snapshot of the run, warm-up included
	Snapshots int       // of all runs, fetched whole
	Advanced  int       // of the newest run after the warm-up, before which a GC completed
	Restarts  int
	GCCycles  int64 // completed in the newest run, -1 unknown

	// Heap is the growth of the live heap per minute, and Goroutines that of
	// their number; unknown below two points. Both are what the process does now.
	Heap, Goroutines trend.Estimate
	// RatesOver is the time up to now that Heap and Goroutines are told over.
	RatesOver time.Duration
	// HeapGrows and GoroutinesGrow say that it is growth and not noise.
	HeapGrows, GoroutinesGrow bool
	// Detection is what could have been missed.
	Detection Detection
	Limit     Limit
	// Idle is heap that holds nothing and was not returned to the system, the zero Fact
	// where that is not much; see [IdleHeap].
	Idle Fact
}

// Limit is the memory limit that is reached first, and when.
type Limit struct {
	Bytes int64  // 0 where none is known
	What  string // "GOMEMLIMIT", "cgroup", "--limit"
	Used  int64  // of it now
	// Left is the time until it is reached at the present rate; 0 where memory
	// does not grow, or the limit lies more than a year ahead.
	Left time.Duration
}

// Finding returns the finding of this id, nil where there is none.
func (r *Result) Finding(id string) *Finding {
	for i := range r.Findings {
		if r.Findings[i].ID == id {
			return &r.Findings[i]
		}
	}
	return nil
}
