package tui

import (
	"slices"
	"sort"
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
	groupsOf   *diff.Comparison // what groupsMade are of
	groupsMade []diff.Group
	verdicts   *verdicts // nil until they are asked for again
	handled    handled
}

// compared is a comparison and the snapshots it is of.
type compared struct {
	*diff.Comparison
	base, current *snapshot.Snapshot
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
	}
}

// Current is the snapshot that is looked at, nil before the first.
func (d *data) Current() *snapshot.Snapshot {
	if s := d.history.Find(d.current); s != nil {
		return s
	}
	return d.history.Newest()
}

// Base is the snapshot that it is compared with, nil before the first. It is
// of the same run: two processes have nothing to compare.
func (d *data) Base() *snapshot.Snapshot {
	current := d.Current()
	if current == nil {
		return nil
	}
	run := d.runOf(current)
	if d.follow > 0 {
		i := slices.Index(run, current)
		return run[max(0, i-d.follow)]
	}
	if s := d.history.Find(d.base); s != nil && s.Run == current.Run {
		return s
	}
	return run[0]
}

// runOf returns all snapshots of the run that s is of, oldest first.
func (d *data) runOf(s *snapshot.Snapshot) []*snapshot.Snapshot {
	all := d.history.Snapshots()
	from := sort.Search(len(all), func(i int) bool { return all[i].Run >= s.Run })
	to := sort.Search(len(all), func(i int) bool { return all[i].Run > s.Run })
	return all[from:to]
}

// setBase makes a snapshot the base; 0 goes back to the first of the run.
func (d *data) setBase(seq int) {
	d.base, d.follow = seq, 0
	d.history.Keep(seq)
}

// with returns the snapshot itself or, where it lacks a profile of this kind,
// the newest one before it in its run that has one; nil where none has.
func (d *data) with(kind snapshot.Kind, s *snapshot.Snapshot) *snapshot.Snapshot {
	if s == nil {
		return nil
	}
	run := d.runOf(s)
	for i := slices.Index(run, s); i >= 0; i-- {
		if run[i].Profile(kind) != nil {
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
		for _, s := range d.runOf(current) {
			if s.Profile(kind) != nil {
				base = s
				break
			}
		}
	}
	if c := d.cache[kind]; c.Comparison != nil && c.base.Seq == base.Seq && c.current.Seq == current.Seq {
		return c
	}
	c := compared{
		Comparison: diff.Compare(d.history.Table, base.Profile(kind), current.Profile(kind)),
		base:       base,
		current:    current,
		from:       d.observed(kind, base),
		to:         d.observed(kind, current),
	}
	d.cache[kind] = c
	return c
}

// observed is when a profile of a snapshot was first seen as it is.
func (d *data) observed(kind snapshot.Kind, s *snapshot.Snapshot) time.Time {
	if kind == snapshot.Heap {
		return d.history.Observed(s)
	}
	return s.Time
}

// whole counts the snapshots from one to another of its run that were fetched whole.
func (d *data) whole(base, current *snapshot.Snapshot) int {
	n := 0
	for _, s := range d.runOf(current) {
		between := s.Seq >= min(base.Seq, current.Seq) && s.Seq <= max(base.Seq, current.Seq)
		if between && s.Heap != nil && s.Goroutines != nil {
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
func (d *data) trend(kind snapshot.Kind, stacks []snapshot.StackID, column string) ([]*snapshot.Snapshot, []int64) {
	current := d.Current()
	if current == nil {
		return nil, nil
	}
	var shots []*snapshot.Snapshot
	var values []int64
	for _, s := range d.runOf(current) {
		p := s.Profile(kind)
		if p == nil || s.Seq > current.Seq {
			continue
		}
		shots = append(shots, s)
		values = append(values, stackTotal(p, stacks, p.Column(column)))
	}
	return shots, values
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
