package leak

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// Config says how to judge.
type Config struct {
	Table *snapshot.Table
	// Own are prefixes of functions that count as own code; see [diff.IsOwn].
	Own []string
	// Handlers finds the request handlers of stacks. It is the judge's alone.
	Handlers *handler.Finder
	// Warmup is how long after the first snapshot of a run nothing feeds a trend.
	Warmup time.Duration
	// Limit is a memory limit that the user named, in bytes; 0 for none.
	Limit int64
}

// Judge follows one target. It is not safe for concurrent use.
type Judge struct {
	cfg      Config
	observer *trend.Observer
}

// NewJudge returns a judge that has seen nothing yet.
func NewJudge(cfg Config) *Judge {
	return &Judge{cfg: cfg, observer: trend.NewObserver(cfg.Table, cfg.Warmup)}
}

// Apply takes in the next event of the target.
func (j *Judge) Apply(e snapshot.Event) {
	if taken, ok := e.(snapshot.Taken); ok {
		j.observer.Add(taken.Snapshot)
	}
}

// Result judges what was seen so far. What it returns does not change any more.
func (j *Judge) Result() *Result { return &Result{Outcome: Inconclusive} }
