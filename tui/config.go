package tui

import (
	"context"
	"io"
	"os/exec"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

// Sampler is what the screens ask of a live source. Every call returns at once.
type Sampler interface {
	// Snapshot asks for a snapshot now, as far as the pace of the target allows.
	Snapshot()
	// SetPaused stops all requests, or lets them go on.
	SetPaused(paused bool)
	// SetEvery changes the time between snapshots.
	SetEvery(every time.Duration)
	// Dump asks for a full goroutine dump with a snapshot now. What it costs is
	// asked about first, by [snapshot.Asked].
	Dump()
	// AllowCostly is the yes to the question of [snapshot.Asked].
	AllowCostly()
}

// Judge says what leaks. It sees every event of the source, in order, and is
// asked for its result after those that may change it: both beside the update
// loop, one call at a time. What it returns does not change any more.
type Judge interface {
	Apply(snapshot.Event)
	Result() *leak.Result
}

// Files is how the screens reach the file system.
type Files interface {
	// Write writes a file whole or not at all, and replaces one only with force.
	// It returns where that is, in full.
	Write(ctx context.Context, path string, force bool, write func(io.Writer) error) (full string, err error)
	// Source returns the lines of a source file as it is found locally, at most
	// around lines before and after line, and the number of the first of them. It
	// returns once the context ends.
	Source(ctx context.Context, file string, line, around int) (lines []string, first int, err error)
	// Edit returns the command that opens a source file at a line.
	Edit(file string, line int) (*exec.Cmd, error)
}

// Base is a snapshot from elsewhere that a run is compared with.
type Base struct {
	Name     string // of its file, safe to print
	Snapshot *snapshot.Snapshot
}

// Config is what the program is given.
type Config struct {
	// Context ends the commands that the program started.
	Context context.Context
	Table   *snapshot.Table
	// Events is the source of snapshots; it is closed when the source ends. Nil
	// for none.
	Events  <-chan snapshot.Event
	Sampler Sampler
	Judge   Judge
	// NewJudge makes a judge that has seen nothing, for a look back at an earlier
	// snapshot. It is called beside the update loop; nil to show the findings of
	// the newest one then.
	NewJudge func() Judge
	// Replay hands over all that the source told up to a snapshot, in order, for a
	// look back at it. It is called beside the update loop, and false says that it
	// cannot. Nil, or false, for what is kept in memory, which has gaps in a long run.
	Replay func(ctx context.Context, seq int, yield func(snapshot.Event)) bool
	// Handlers finds the request handlers of stacks. It is the screens' alone,
	// which ask it beside the update loop.
	Handlers *handler.Finder
	Files    Files
	// Own are the prefixes of functions and packages that count as own code.
	Own   []string
	Alert Alert
	// Salt is what pseudonyms in exports depend on: random, and nobody else's.
	Salt []byte
	// Recorded is not nil where the source is a file, and then Sampler is.
	Recorded Recorded
	// Base is what all is compared with until the user chooses another base; nil
	// for the first snapshot of the run.
	Base *Base
	// Note has what the user says of a snapshot written to the session file, and
	// come back as an event, in the order in which it was said. It returns at once.
	// Nil where no session file is written.
	Note func(snapshot.Noted)
	// Now is the clock, for ages and countdowns.
	Now func() time.Time
}
