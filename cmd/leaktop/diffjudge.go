package main

import (
	"context"
	"fmt"
	"os"

	"leaktop/capture/clean"
	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// judgeSides judges the current side of a diff. Where both are snapshots of one
// recorded run, all that the run was up to the current one tells of it, and the
// note says so.
func judgeSides(ctx context.Context, table *snapshot.Table, base, current input, failOn string) (judged *gate.Judged, note string, err error) {
	policy := gate.Policy{FailOnGrowing: failOn == failOnGrowing}
	if at := current.recorded; at.path != "" && sameFile(base.recorded.path, at.path) {
		judged, err = judgeRecording(ctx, at.path, table, judgeFlags{}, policy, at.seq)
		return judged, fmt.Sprintf("the verdict is on the run up to %s#%d", clean.Text(at.path), at.seq), err
	}
	judged, err = judgeInputs(ctx, table, base, current, policy)
	return judged, "", err
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// judgeInputs judges two snapshots by what a check would say of a target that
// gave no others: little but what the runtime itself has proved.
func judgeInputs(ctx context.Context, table *snapshot.Table, base, current input, policy gate.Policy) (*gate.Judged, error) {
	switch {
	case base.nothing:
		return judgeAlone(ctx, table, current, judgeFlags{}, policy)
	case current.nothing:
		return judgeAlone(ctx, table, base, judgeFlags{}, policy)
	}
	first, second := base.snapshot(), current.snapshot()
	if why := untimed(base, current); why != "" {
		// Nothing is known of how fast anything grew: what one of them shows remains.
		judged, err := judgeAlone(ctx, table, current, judgeFlags{}, policy)
		if err == nil && judged.Outcome == leak.Inconclusive {
			judged.Reason = why
		}
		if err == nil {
			var tally snapshot.Tally
			for _, s := range []*snapshot.Snapshot{first, second} {
				tally.Add(s.Heap != nil, s.Goroutines != nil, true)
			}
			judged.Snapshots = tally.Whole()
		}
		return judged, err
	}
	j, err := newJudging(table, session.Settings{}, policy)
	if err != nil {
		return nil, err
	}
	first.Seq, second.Seq = 1, 2
	if !sameProcess(base, current) {
		second.Run++
	}
	var heaps snapshot.Observations
	first.Advanced = heaps.Advances(first)
	second.Advanced = heaps.Advances(second)
	for _, s := range []*snapshot.Snapshot{first, second} {
		j.Apply(snapshot.VitalsTaken{Vitals: s.Vitals})
		j.Apply(snapshot.Taken{Snapshot: s})
	}
	return j.judged(), nil
}

// untimed says why the time between two inputs is not known, "" where it is.
func untimed(base, current input) string {
	const rest = ", so what grew is not judged, and nothing in the later one hangs for certain; watch the process with leaktop check"
	switch {
	case base.time.IsZero() && current.time.IsZero():
		return "neither of the two says when it was taken" + rest
	case base.time.IsZero():
		return base.name + " does not say when it was taken" + rest
	case current.time.IsZero():
		return current.name + " does not say when it was taken" + rest
	case base.time.Equal(current.time):
		return "both say that they were taken at the same time" + rest
	}
	return ""
}

// snapshot is an input as a sampler would have taken it. A file may be the
// goroutineleak profile, which lists goroutines, too: those that are leaked.
func (in input) snapshot() *snapshot.Snapshot {
	s := &snapshot.Snapshot{Time: in.time, Alone: true, Missing: in.missing, Heap: in.profiles[snapshot.Heap], Goroutines: in.profiles[snapshot.Goroutine]}
	if s.Heap == nil { // what it counts has other names, as in other languages
		s.Heap = in.profiles[snapshot.Other]
	}
	if s.Goroutines != nil && s.Goroutines.Column(string(snapshot.GoroutineLeak)) >= 0 {
		s.Leaked = s.Goroutines
	}
	if in.leaked != nil {
		s.Leaked = in.leaked
	}
	s.Vitals = in.figures
	s.Vitals.Time = in.time
	return s
}

// sameProcess reports whether two inputs can be of one process: what two have
// done has no common trend.
func sameProcess(a, b input) bool {
	if a.info.Address != b.info.Address {
		return false
	}
	for kind, p := range a.profiles {
		q := b.profiles[kind]
		if q != nil && p.Mappings != "" && q.Mappings != "" && p.Mappings != q.Mappings {
			return false
		}
	}
	return true
}

// tellJudged ends with the code of what was judged, and says the verdict where
// the format has no room for one.
func tellJudged(std streams, run export.Run, format string) error {
	switch format {
	case "pprof", "svg", "folded", "speedscope", "csv":
		fmt.Fprintln(std.err, "leaktop: "+export.Headline(export.Check{Table: run.Table, Judged: run.Judged}))
	}
	return codeOf(judgedCode(run.Judged))
}
