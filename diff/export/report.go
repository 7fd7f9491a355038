package export

import (
	"time"

	"leaktop/diff"
)

// Report is the JSON contract leaktop.report/v1, which [JSON] writes;
// report.schema.json says what each field means. A nil pointer is null:
// unknown. A nil slice is written as an empty list. Times are written in UTC.
type Report struct {
	Target   Target
	Window   Window
	Verdict  *string // nil for a plain diff
	Reason   *string // why the verdict is inconclusive
	Limit    *DetectionLimit
	IdleHeap *Fact // heap that is idle and not returned to the system; nil where that is not much
	Findings []Finding
	Changes  Changes
	Holds    Holds // of a snapshot that is shown by itself
}

// Target is the process that was looked at.
type Target struct {
	Address   *string    `json:"address"`
	StartTime *time.Time `json:"start_time"`
	GoVersion *string    `json:"go_version"`
}

// Window is the time that was looked at.
type Window struct {
	From      *time.Time `json:"from"`
	To        *time.Time `json:"to"`
	Snapshots int        `json:"snapshots"` // all that were fetched whole
	GCCycles  *int64     `json:"gc_cycles"`
	Restarts  *int       `json:"restarts"`
}

// DetectionLimit is what would not have been missed; nil in a report in which
// nothing was judged.
type DetectionLimit struct {
	BytesPerSecond      *float64 `json:"bytes_per_second"`
	ObjectEvery         *float64 `json:"large_object_every_seconds"`
	GoroutinesPerMinute *float64 `json:"goroutines_per_minute"`
	Confidence          float64  `json:"confidence"`
	HeapLeakIn          *float64 `json:"heap_leak_after_seconds"`
	GoroutineLeakIn     *float64 `json:"goroutine_leak_after_seconds"`
}

// Finding is what was judged a leak, stuck or growing.
type Finding struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Check      string    `json:"check"`
	Verdict    string    `json:"verdict"`
	Confidence *float64  `json:"confidence"` // 0 to 1
	Summary    string    `json:"summary"`
	Stack      []Frame   `json:"stack"`
	Related    []Related `json:"related"`
	Now        Amounts   `json:"now"`
	Growth     *Growth   `json:"growth_per_minute"`
	Handler    *string   `json:"handler"`
	HoldsBytes *int64    `json:"holds_bytes"`
	Evidence   []string  `json:"evidence"` // the facts in words
	Facts      []Fact    `json:"facts"`
	Remedy     *string   `json:"remedy"`
}

// Fact is one thing that speaks for a finding, or against it. What a kind's
// values mean stands at the kinds of [leak.FactKind].
type Fact struct {
	Kind      string      `json:"kind"`
	Values    []Value     `json:"values"`
	Functions []string    `json:"functions"` // full names
	Handlers  []string    `json:"handlers,omitempty"`
	Times     []time.Time `json:"times,omitempty"`
	Addresses []string    `json:"addresses,omitempty"`
	Words     []string    `json:"words,omitempty"` // wait states and the like
	Text      string      `json:"text"`
}

// Value is a number of a fact.
type Value struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Related is what hangs together with a finding.
type Related struct {
	Kind  string  `json:"kind"`
	Stack []Frame `json:"stack"`
	Now   Amounts `json:"now"`
}

// Amounts is what a stack or group holds.
type Amounts struct {
	Bytes      *int64 `json:"bytes"`
	Objects    *int64 `json:"objects"`
	Goroutines *int64 `json:"goroutines"`
}

// Growth is a rate with its interval, as far as the data give one.
type Growth struct {
	Value float64  `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	Unit  string   `json:"unit"` // "bytes" or "goroutines"
}

// Frame is one line of a stack.
type Frame struct {
	Function string  `json:"function"`
	File     *string `json:"file"`
	Line     *int    `json:"line"`
}

// heapChange is one stack with its values by sample type.
type heapChange struct {
	Stack  []Frame           `json:"stack"` // whole, leaf to root
	Before map[string]int64  `json:"before"`
	After  map[string]int64  `json:"after"`
	Delta  map[string]int64  `json:"delta"`
	Stderr map[string]*int64 `json:"stderr"`
	Status diff.Status       `json:"status"`
}

// goroutineChange is one stack with its number of goroutines.
type goroutineChange struct {
	Stack  []Frame     `json:"stack"` // whole, leaf to root
	State  diff.State  `json:"state"`
	Role   *diff.Role  `json:"role"`
	Before int64       `json:"before"`
	After  int64       `json:"after"`
	Delta  int64       `json:"delta"`
	Status diff.Status `json:"status"`
	Dump   *dumpFacts  `json:"dump"` // nil where no full dump tells
}
