package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
)

// recordedFile is all that a session file has for a report: two of its
// snapshots, the curves, and what is judged of the run.
type recordedFile struct {
	path, name string
	table      *snapshot.Table
	shots      shotIndex
	forced     map[int]bool                // by number: its heap was fetched with a GC
	raw        map[snapshot.Kind]shotIndex // the snapshots that have it as it was fetched

	base, current         *snapshot.Snapshot // with the profiles that stand in for those they lack
	baseInfo, currentInfo snapshot.Info
	kept                  map[int]keptShot      // that may be one of the two, or stand in
	firstWith, lastWith   map[snapshot.Kind]int // the numbers of those that have it

	history *snapshot.History // of all but the snapshots
	judging *judging
	notes   []string
}

// readRecording reads a session file once.
func readRecording(ctx context.Context, path string, flags exportFlags) (*recordedFile, error) {
	r := &recordedFile{
		path: path, name: clean.Text(path), table: snapshot.NewTable(),
		forced: make(map[int]bool), raw: make(map[snapshot.Kind]shotIndex), kept: make(map[int]keptShot),
		firstWith: make(map[snapshot.Kind]int), lastWith: make(map[snapshot.Kind]int),
	}
	r.history = snapshot.NewHistory(r.table)
	begin := func(file *session.Reader) (err error) {
		r.judging, err = newJudging(r.table, flags.judge.over(file.Header().Judge), gate.Policy{})
		return err
	}
	damage, err := eachEvent(ctx, path, r.table, begin, func(e snapshot.Event) error {
		r.take(e, flags)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(r.shots) == 0 {
		return nil, noShots(path, damage)
	}
	if damage != "" {
		r.notes = append(r.notes, r.name+": "+damage)
	}
	return r, r.choose(flags)
}

// take takes in one event.
func (r *recordedFile) take(e snapshot.Event, flags exportFlags) {
	// What came after the snapshot that is looked at was not known then.
	if flags.current == 0 || !r.has(flags.current) {
		r.judging.Apply(e)
	}
	taken, ok := e.(snapshot.Taken)
	if !ok {
		r.history.Apply(e)
		return
	}
	s := taken.Snapshot
	r.shots.add(s)
	r.forced[s.Seq] = s.ForcedGC
	for kind := range s.Raw {
		index := r.raw[kind]
		index.add(s)
		r.raw[kind] = index
	}
	r.keep(s, flags)
}

// keptShot is a snapshot, and what was known of its target then.
type keptShot struct {
	*snapshot.Snapshot
	info snapshot.Info
}

// has reports whether a snapshot was met.
func (r *recordedFile) has(seq int) bool {
	_, ok := r.shots.at(seq)
	return ok
}

// keep keeps a snapshot, and of the earlier ones those alone that may still be
// wanted: the named ones, and of each kind of profile the first and the last.
func (r *recordedFile) keep(s *snapshot.Snapshot, flags exportFlags) {
	r.kept[s.Seq] = keptShot{s, r.history.Info}
	for _, kind := range comparedKinds() {
		if s.Profile(kind) != nil {
			r.firstWith[kind] = cmp.Or(r.firstWith[kind], s.Seq)
			r.lastWith[kind] = s.Seq
		}
	}
	if kind := flags.raw(); s.Raw[kind] != nil {
		r.lastWith[kind] = s.Seq
	}
	wanted := append(slices.Collect(maps.Values(r.firstWith)), flags.base, flags.current)
	wanted = slices.AppendSeq(wanted, maps.Values(r.lastWith))
	maps.DeleteFunc(r.kept, func(seq int, _ keptShot) bool { return !slices.Contains(wanted, seq) })
}

// choose takes the two snapshots that are compared, or the one of which a
// profile is written as it was fetched.
func (r *recordedFile) choose(flags exportFlags) error {
	for _, seq := range []int{flags.base, flags.current} {
		ref := sessionRef{path: r.path, seq: seq}
		if _, _, err := r.shots.find(ref); err != nil {
			return err
		}
	}
	if kind := flags.raw(); kind != "" {
		return r.chooseRaw(kind, flags.current)
	}
	base, current, notes, err := r.shots.ends(r.path, flags.base, flags.current)
	if err != nil {
		return err
	}
	r.notes = append(r.notes, notes...)
	r.base, r.baseInfo = base.of(r.kept), r.kept[base.seq].info
	r.current, r.currentInfo = current.of(r.kept), r.kept[current.seq].info
	return nil
}

// run is what is exported, and how many of its two snapshots are not whole.
func (r *recordedFile) run(flags exportFlags) (export.Run, int, error) {
	base := shotInput(fmt.Sprintf("#%d", r.base.Seq), r.baseInfo, r.base)
	current := shotInput(fmt.Sprintf("#%d", r.current.Seq), r.currentInfo, r.current)
	d, err := compareInputs(r.table, base, current)
	if err != nil {
		return export.Run{}, 0, fmt.Errorf("%s: %w", r.name, err)
	}
	d.Target = export.NewTarget(r.currentInfo.Address, r.currentInfo.StartTime, r.currentInfo.GoVersion)
	d.Notes = append(d.Notes, r.notes...)
	if r.base.Run != r.current.Run {
		d.Notes = append(d.Notes, fmt.Sprintf("the target was restarted in between: %s and %s are from two processes", base.name, current.name))
	}
	if flags.current != 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("the verdict is on the run up to %s", current.name))
	}
	d.Said = export.Said(r.history.Notes(), r.base.Seq, r.current.Seq)
	run := export.Run{
		Diff: d.Diff, Table: r.table, Root: sourceTree(),
		Judged: r.judging.judged(),
		Seen:   r.seen(),
		Curves: export.Curves{Points: r.history.Vitals(), Source: r.history.Info.CurveSource, Snapshots: r.marks()},
	}
	for _, restart := range r.history.Restarts() {
		run.Curves.Restarts = append(run.Curves.Restarts, restart.At)
	}
	return run, d.partial, nil
}

// between reports whether a snapshot is one of the two, or lies between them.
func (r *recordedFile) between(seq int) bool {
	return seq >= min(r.base.Seq, r.current.Seq) && seq <= max(r.base.Seq, r.current.Seq)
}

// seen is what lies between the two snapshots.
func (r *recordedFile) seen() *export.Seen {
	out := &export.Seen{Restarts: max(r.base.Run, r.current.Run) - min(r.base.Run, r.current.Run)}
	var tally snapshot.Tally
	for _, s := range r.shots {
		tally.Add(s.heap, s.goroutines, r.between(s.seq))
	}
	out.Snapshots = tally.Whole()
	before, a := r.base.Vitals.Get(snapshot.NumGC)
	after, b := r.current.Vitals.Get(snapshot.NumGC)
	if a && b && after >= before && out.Restarts == 0 {
		cycles := after - before
		out.GCCycles = &cycles
	}
	return out
}
