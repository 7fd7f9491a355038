package tui

import (
	"context"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
)

// analyst works out what the screens show. It is no part of the update loop:
// one [task] at a time has it for itself, with all that it remembers, and a
// moment that does not change meanwhile.
type analyst struct {
	moment
	table  *snapshot.Table
	own    []string        // prefixes of own code
	finder *handler.Finder // of request handlers
	ctx    context.Context // of the task; it ends once nobody wants the result

	cache        map[snapshot.Kind]compared
	stacksOf     *diff.Comparison // what stacks are of
	stacksColumn int
	stacks       []diff.Row
	sumsOf       map[snapshot.Kind]throughOf
	groupsOf     *diff.Comparison // what groupsMade are of
	groupsMade   []diff.Group
	handled      handled
	followed     []followed // the newest first
	sparks       sparks
}

// moment is what is looked at: which snapshots are compared, and what is judged.
// It is not changed once it was made.
type moment struct {
	history          *snapshot.History // frozen
	current, newest  *snapshot.Entry   // nil before the first
	heap, goroutines pair
	verdicts         *verdicts
}

// compared is a comparison and the snapshots it is of. Its Comparison is nil
// where there is no profile.
type compared struct {
	*diff.Comparison
	pair
}

func newAnalyst(cfg Config) *analyst {
	return &analyst{table: cfg.Table, own: cfg.Own, finder: cfg.Handlers, ctx: context.Background(), cache: make(map[snapshot.Kind]compared), sumsOf: make(map[snapshot.Kind]throughOf)}
}

// stopped reports whether nobody wants the result of the task any more.
func (a *analyst) stopped() bool { return a.ctx.Err() != nil }

// compare lays the base and the current snapshot side by side. The result is
// kept until either changes. Its Comparison is nil before there is a profile.
func (a *analyst) compare(kind snapshot.Kind) compared {
	p := a.heap
	if kind == snapshot.Goroutine {
		p = a.goroutines
	}
	if p.current == nil {
		return compared{}
	}
	if c := a.cache[kind]; c.Comparison != nil && c.base.Seq == p.base.Seq && c.current.Seq == p.current.Seq {
		return c
	}
	c := compared{p.compare(a.history), p}
	a.cache[kind] = c
	return c
}

// byStack is [diff.Comparison.ByStack], kept for one column until another is
// asked for. The caller must not change it.
func (a *analyst) byStack(c compared, column int) []diff.Row {
	if a.stacksOf != c.Comparison || a.stacksColumn != column {
		a.stacksOf, a.stacksColumn, a.stacks = c.Comparison, column, c.ByStack(column, a.own)
	}
	return a.stacks
}

// throughOf is what the functions of a comparison changed by in one column.
type throughOf struct {
	comparison *diff.Comparison
	column     int
	sums       map[string]diff.Change
}

// through is what all stacks through each function changed by, kept until
// another comparison or column is asked for.
func (a *analyst) through(kind snapshot.Kind, c compared, column int) map[string]diff.Change {
	if have := a.sumsOf[kind]; have.comparison == c.Comparison && have.column == column {
		return have.sums
	}
	sums := make(map[string]diff.Change)
	for _, r := range c.ByFunction(column) {
		sums[r.Name] = r.Cum
	}
	a.sumsOf[kind] = throughOf{c.Comparison, column, sums}
	return sums
}

// groups returns the goroutine groups of the compared snapshots, kept until
// these change.
func (a *analyst) groups() []diff.Group {
	c := a.compare(snapshot.Goroutine)
	if c.Comparison == nil {
		return nil
	}
	if a.groupsOf != c.Comparison {
		a.groupsOf, a.groupsMade = c.Comparison, c.Groups()
	}
	return a.groupsMade
}

// seenFor is how long a group of goroutines had been there without a break when
// the current snapshot was taken, by our own clock: the minutes that the runtime
// reports may be far too few. It is a lower bound, since nobody looked before the
// first snapshot, and 0 where it is not known.
func (a *analyst) seenFor(k diff.GroupKey) time.Duration {
	since, ok := a.verdicts.since[k]
	if !ok || a.current == nil {
		return 0
	}
	return max(0, a.current.Time.Sub(since))
}
