package main

import (
	"fmt"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

// judgeInputs judges two snapshots by what a check would say of a target that
// gave no others: little but what the runtime itself has proved.
func judgeInputs(table *snapshot.Table, base, current input, failOn string) (*gate.Judged, error) {
	handlers, err := handler.New(table, nil, nil)
	if err != nil {
		return nil, err
	}
	judge := leak.NewJudge(leak.Config{Table: table, Handlers: handlers})
	first, second := base.snapshot(), current.snapshot()
	first.Seq, second.Seq = 1, 2
	if !sameProcess(base, current) {
		second.Run++
	}
	var heaps snapshot.Observations
	first.Advanced = heaps.Advances(first)
	second.Advanced = heaps.Advances(second)
	judge.Apply(snapshot.Taken{Snapshot: first})
	judge.Apply(snapshot.Taken{Snapshot: second})
	return gate.New(table, 0, gate.Policy{FailOnGrowing: failOn == failOnGrowing}).Judge(judge.Result()), nil
}

// snapshot is an input as a sampler would have taken it. A file may be the
// goroutineleak profile, which lists goroutines, too: those that are leaked.
func (in input) snapshot() *snapshot.Snapshot {
	s := &snapshot.Snapshot{Time: in.time, Missing: in.missing, Heap: in.profiles[snapshot.Heap], Goroutines: in.profiles[snapshot.Goroutine]}
	if s.Goroutines != nil && s.Goroutines.Column(string(snapshot.GoroutineLeak)) >= 0 {
		s.Leaked = s.Goroutines
	}
	if in.leaked != nil {
		s.Leaked = in.leaked
	}
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
