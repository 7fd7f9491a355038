package tui

import (
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
)

// data is what all screens look at: what was seen, what is judged of it, and
// which two snapshots are compared. It is the update loop's alone; what is worked
// out beside that gets a [moment] of it.
type data struct {
	history  *snapshot.History
	own      []string // prefixes of own code
	schedule snapshot.Scheduled
	outage   *snapshot.Unreachable // nil while the target answers
	ended    bool                  // the source has ended
	// restarted says that what was seen last is of a process that is no more.
	restarted bool

	base    int // number of the base that the user chose; 0: the first of the newest run
	current int // number of the snapshot that the user looks at; 0: the newest
	follow  int // the base stays so many snapshots behind the current one; 0: off

	outside *outside // the base where the user chose none; nil for the first of the run

	firstSeen, lastSeen time.Time // when the run begins and ends, as far as it was seen

	latest   *verdicts // as of the last judgement
	verdicts *verdicts // of what is looked at: the latest, or those of an earlier snapshot
}

// pair is two snapshots that are compared.
type pair struct {
	kind          snapshot.Kind
	base, current *snapshot.Entry // both nil before there is a profile
	// from and to are when what is compared was first seen: a heap profile
	// without a GC since the one before it is the same observation again.
	from, to time.Time
	outside  *outside // that base is of; nil for one of the run
	dump     dumpAt   // of goroutines: what says more of them
}

// dumpAt is a full dump and the number of its snapshot, 0 for none.
type dumpAt struct {
	*snapshot.Dump
	seq int
}

// dumpUpTo is the newest full dump of a run that is no later than a snapshot.
func dumpUpTo(run []*snapshot.Entry, s *snapshot.Entry) dumpAt {
	for i := len(run) - 1; i >= 0; i-- {
		if run[i].Seq <= s.Seq && run[i].Dump != nil {
			return dumpAt{run[i].Dump, run[i].Seq}
		}
	}
	return dumpAt{}
}

// compare lays the two profiles side by side as a history has them, nil where
// there are none.
func (c pair) compare(h *snapshot.History) *diff.Comparison {
	if c.current == nil {
		return nil
	}
	current := h.Profile(c.current, c.kind)
	if c.dump.Dump != nil {
		current = current.ToldBy(c.dump.Told(), h.Table)
	}
	if c.outside != nil {
		return c.outside.compare(h.Table, c.kind, current)
	}
	return diff.Compare(h.Table, h.Profile(c.base, c.kind), current)
}

// alone is the current profile with nothing beside it, nil where there is none.
func (c pair) alone(h *snapshot.History) *diff.Comparison {
	if c.current == nil {
		return nil
	}
	return diff.Compare(h.Table, nil, h.Profile(c.current, c.kind))
}

func newData(cfg Config) *data {
	none := newVerdicts(&leak.Result{}, nil)
	return &data{history: snapshot.NewHistory(cfg.Table), own: cfg.Own, outside: newOutside(cfg), latest: none, verdicts: none}
}

// apply takes one event of the source.
func (d *data) apply(e snapshot.Event) {
	d.history.Apply(e)
	d.seen(timeOf(e))
	switch e := e.(type) {
	case snapshot.Scheduled:
		d.schedule = e
	case snapshot.Unreachable:
		d.outage = &e
	case snapshot.VitalsTaken:
		d.outage = nil
	case snapshot.Taken:
		d.outage, d.restarted = nil, false
	case snapshot.Restarted:
		// What was chosen is of a process that is no more.
		d.base, d.current, d.restarted = 0, 0, true
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
// of the same run, since two processes have nothing to compare; or that from
// elsewhere which the user named.
func (d *data) Base() *snapshot.Entry {
	current := d.Current()
	if current == nil {
		return nil
	}
	if d.outside != nil && d.base == 0 && d.follow == 0 {
		return d.outside.entry
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

// newestWith is the newest snapshot of any run that has a profile of this kind,
// nil where none has.
func (d *data) newestWith(kind snapshot.Kind) *snapshot.Entry {
	for _, s := range slices.Backward(d.history.Snapshots()) {
		if s.Has(kind) {
			return s
		}
	}
	return nil
}

// pair is which snapshots have the profiles of a kind that are compared: the
// base and the current one, or what stands in for them.
func (d *data) pair(kind snapshot.Kind) pair {
	base, current := d.with(kind, d.Base()), d.with(kind, d.Current())
	if current == nil {
		return pair{}
	}
	var dump dumpAt
	if kind == snapshot.Goroutine {
		dump = dumpUpTo(d.history.RunOf(current), current)
	}
	if out := d.outside; out != nil && d.Base() == out.entry && out.entry.Has(kind) {
		return pair{kind: kind, base: out.entry, current: current, from: out.entry.Time, to: d.observed(kind, current), outside: out, dump: dump}
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
	return pair{kind: kind, base: base, current: current, from: d.observed(kind, base), to: d.observed(kind, current), dump: dump}
}

// moment is what is looked at now. What it holds does not change any more. The
// one before, whose history nobody reads any more, hands over what it unpacked.
func (d *data) moment(before moment) moment {
	m := moment{
		history: d.history.Freeze(before.history), current: d.Current(), newest: d.history.Newest(),
		heap: d.pair(snapshot.Heap), goroutines: d.pair(snapshot.Goroutine), verdicts: d.verdicts,
	}
	return m
}

// records is about how many records the compared profiles have.
func (d *data) records(kinds ...snapshot.Kind) int {
	n := 0
	for _, kind := range kinds {
		if p := d.pair(kind); p.current != nil {
			n += max(p.base.Records(kind), p.current.Records(kind))
		}
	}
	return n
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
	var tally snapshot.Tally
	for _, s := range d.history.RunOf(current) {
		between := s.Seq >= min(base.Seq, current.Seq) && s.Seq <= max(base.Seq, current.Seq)
		tally.Add(s.Has(snapshot.Heap), s.Has(snapshot.Goroutine), between)
	}
	return tally.Whole()
}

// past reports whether an earlier snapshot than the newest is looked at.
func (d *data) past() bool {
	newest := d.history.Newest()
	return d.current != 0 && newest != nil && d.Current() != newest
}

// span is the time from the base to the current snapshot; negative where the
// user chose a base that is the later one.
func (c pair) span() time.Duration {
	if !c.timed() {
		return 0
	}
	return c.current.Time.Sub(c.base.Time)
}

// timed reports whether it is known when both snapshots were taken.
func (c pair) timed() bool {
	return c.base != nil && !c.base.Time.IsZero() && !c.current.Time.IsZero()
}

// perMinute is a change as a rate over the time between what was observed; ok
// is false where there is none.
func (c pair) perMinute(delta int64) (rate float64, ok bool) {
	minutes := c.elapsed().Minutes()
	if minutes <= 0 {
		return 0, false
	}
	return float64(delta) / minutes, true
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
