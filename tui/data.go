package tui

import (
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
)

// data is what all screens look at: what was seen, and which two snapshots
// are compared.
type data struct {
	history  *snapshot.History
	ages     *diff.Ages
	judge    Judge
	finder   *handler.Finder // of request handlers
	own      []string        // prefixes of own code
	schedule snapshot.Scheduled
	outage   *snapshot.Unreachable // nil while the target answers
	ended    bool                  // the source has ended
	// restarted says that what was seen last is of a process that is no more.
	restarted bool

	base    int // number of the base that the user chose; 0: the first of the newest run
	current int // number of the snapshot that the user looks at; 0: the newest
	follow  int // the base stays so many snapshots behind the current one; 0: off

	cache      map[snapshot.Kind]compared
	followed   []followed // the newest first
	sparks     sparks
	groupsOf   *diff.Comparison // what groupsMade are of
	groupsMade []diff.Group
	verdicts   *verdicts // nil until they are asked for again
	handled    handled
}

// compared is a comparison and the snapshots it is of.
type compared struct {
	*diff.Comparison
	kind          snapshot.Kind
	base, current *snapshot.Entry
	// from and to are when what is compared was first seen: a heap profile
	// without a GC since the one before it is the same observation again.
	from, to time.Time
}

func newData(cfg Config) *data {
	return &data{
		history: snapshot.NewHistory(cfg.Table),
		ages:    diff.NewAges(cfg.Table),
		judge:   cfg.Judge,
		finder:  cfg.Handlers,
		own:     cfg.Own,
		cache:   make(map[snapshot.Kind]compared),
	}
}

// apply takes one event of the source.
func (d *data) apply(e snapshot.Event) {
	d.history.Apply(e)
	d.judge.Apply(e)
	switch e := e.(type) {
	case snapshot.Scheduled:
		d.schedule = e
	case snapshot.Unreachable:
		d.outage = &e
	case snapshot.VitalsTaken:
		d.outage = nil
	case snapshot.Taken:
		d.outage, d.restarted, d.verdicts = nil, false, nil
		d.ages.Observe(e.Snapshot)
	case snapshot.Restarted:
		// What was chosen is of a process that is no more.
		d.base, d.current, d.restarted, d.verdicts = 0, 0, true, nil
		d.history.Keep()
	}
}

// Current is the snapshot that is looked at, nil before the first.
func (d *data) Current() *snapshot.Entry {
	if s := d.history.Find(d.current); s != nil {
		return s
	}
	return d.history.Newest()
}

// Base is the snapshot that it is compared with, nil before the first. It is
// of the same run: two processes have nothing to compare.
func (d *data) Base() *snapshot.Entry {
	current := d.Current()
	if current == nil {
		return nil
	}
	run := d.history.RunOf(current)
	if d.follow > 0 {
		i := slices.Index(run, current)
		return run[max(0, i-d.follow)]
	}
	if s := d.history.Find(d.base); s != nil && s.Run == current.Run {
		return s
	}
	return run[0]
}

// setBase makes a snapshot the base; 0 goes back to the first of the run.
func (d *data) setBase(seq int) {
	d.base, d.follow = seq, 0
	d.history.Keep(d.base, d.current)
}

// setCurrent looks at a snapshot; 0 goes back to the newest.
func (d *data) setCurrent(seq int) {
	d.current = seq
	d.history.Keep(d.base, d.current)
}

// with returns the snapshot itself or, where it lacks a profile of this kind,
// the newest one before it in its run that has one; nil where none has.
func (d *data) with(kind snapshot.Kind, s *snapshot.Entry) *snapshot.Entry {
	if s == nil {
		return nil
	}
	run := d.history.RunOf(s)
	for i := slices.Index(run, s); i >= 0; i-- {
		if run[i].Has(kind) {
			return run[i]
		}
	}
	return nil
}

// compare lays the base and the current snapshot side by side. The result is
// kept until either changes. Its Comparison is nil before there is a profile.
func (d *data) compare(kind snapshot.Kind) compared {
	base, current := d.with(kind, d.Base()), d.with(kind, d.Current())
	if current == nil {
		return compared{}
	}
	if base == nil {
		// The base lacks this profile: begin with the first that has it.
		for _, s := range d.history.RunOf(current) {
			if s.Has(kind) {
				base = s
				break
			}
		}
	}
	if c := d.cache[kind]; c.Comparison != nil && c.base.Seq == base.Seq && c.current.Seq == current.Seq {
		return c
	}
	c := compared{
		Comparison: diff.Compare(d.history.Table, d.history.Profile(base, kind), d.history.Profile(current, kind)),
		kind:       kind,
		base:       base,
		current:    current,
		from:       d.observed(kind, base),
		to:         d.observed(kind, current),
	}
	d.cache[kind] = c
	return c
}

// observed is when a profile of a snapshot was first seen as it is.
func (d *data) observed(kind snapshot.Kind, s *snapshot.Entry) time.Time {
	if kind == snapshot.Heap {
		return d.history.Observed(s)
	}
	return s.Time
}

// whole counts the snapshots from one to another of its run that were fetched whole.
func (d *data) whole(base, current *snapshot.Entry) int {
	n := 0
	for _, s := range d.history.RunOf(current) {
		between := s.Seq >= min(base.Seq, current.Seq) && s.Seq <= max(base.Seq, current.Seq)
		if between && s.Has(snapshot.Heap) && s.Has(snapshot.Goroutine) {
			n++
		}
	}
	return n
}

// past reports whether an earlier snapshot than the newest is looked at.
func (d *data) past() bool {
	newest := d.history.Newest()
	return d.current != 0 && newest != nil && d.Current() != newest
}

// seenFor is how long a group of goroutines had been there without a break when
// the current snapshot was taken, by our own clock: the minutes that the runtime
// reports cannot be trusted. It is a lower bound, since nobody looked before the
// first snapshot, and 0 where it is not known.
func (d *data) seenFor(k diff.GroupKey) time.Duration {
	since, ok := d.ages.Since(k)
	current := d.Current()
	if !ok || current == nil {
		return 0
	}
	return max(0, current.Time.Sub(since))
}

// span is the time from the base to the current snapshot; negative where the
// user chose a base that is the later one.
func (c compared) span() time.Duration {
	if c.Comparison == nil {
		return 0
	}
	return c.current.Time.Sub(c.base.Time)
}

// perMinute is a change as a rate over the time between what was observed; ok
// is false where there is none.
func (c compared) perMinute(delta int64) (rate float64, ok bool) {
	minutes := c.to.Sub(c.from).Minutes()
	if minutes <= 0 {
		return 0, false
	}
	return float64(delta) / minutes, true
}

// trend returns the values of some stacks in one column over the snapshots of
// the run up to the current one, oldest first.
func (d *data) trend(kind snapshot.Kind, stacks []snapshot.StackID, column string) ([]*snapshot.Entry, []int64) {
	return d.valuesUpTo(d.Current(), kind, stacks, column)
}

// followed is what some stacks held over a run, as it was read last: a page asks
// for the same with every picture.
type followed struct {
	kind         snapshot.Kind
	stacks       []snapshot.StackID
	column       string
	upTo, newest int // snapshots
	entries      []*snapshot.Entry
	values       []int64
}

// keptFollowed is how many of them are kept: a page shows one, and the Overview
// another.
const keptFollowed = 2

// valuesUpTo is trend up to any snapshot of a run.
func (d *data) valuesUpTo(upTo *snapshot.Entry, kind snapshot.Kind, stacks []snapshot.StackID, column string) ([]*snapshot.Entry, []int64) {
	if upTo == nil {
		return nil, nil
	}
	newest := d.history.Newest().Seq
	for _, f := range d.followed {
		if f.kind == kind && f.column == column && f.upTo == upTo.Seq && f.newest == newest && slices.Equal(f.stacks, stacks) {
			return f.entries, f.values
		}
	}
	f := followed{kind: kind, stacks: slices.Clone(stacks), column: column, upTo: upTo.Seq, newest: newest}
	f.entries, f.values = d.history.Follow(kind, stacks, column, upTo)
	d.followed = append([]followed{f}, d.followed[:min(len(d.followed), keptFollowed-1)]...)
	return f.entries, f.values
}

// stackTotal adds up one column of a profile over some stacks, which costs a
// binary search each: the keys are in order of stacks.
func stackTotal(p *snapshot.Profile, stacks []snapshot.StackID, column int) int64 {
	var sum int64
	for _, id := range stacks {
		sum = snapshot.AddSaturating(sum, p.StackTotal(id, column))
	}
	return sum
}

// groups returns the goroutine groups of the compared snapshots, kept until
// these change.
func (d *data) groups() []diff.Group {
	c := d.compare(snapshot.Goroutine)
	if c.Comparison == nil {
		return nil
	}
	if d.groupsOf != c.Comparison {
		d.groupsOf, d.groupsMade = c.Comparison, c.Groups()
	}
	return d.groupsMade
}

// startTime is when the target's process began, zero where unknown.
func (d *data) startTime() time.Time {
	if !d.history.Info.StartTime.IsZero() {
		return d.history.Info.StartTime
	}
	vs := d.history.Vitals()
	if len(vs) == 0 {
		return time.Time{}
	}
	if n, known := vs[len(vs)-1].Get(snapshot.StartTime); known {
		return time.Unix(0, n)
	}
	return time.Time{}
}
