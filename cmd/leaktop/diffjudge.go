package main

import (
	"fmt"
	"io"

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
	first.Seq, first.Advanced = 1, first.Heap != nil
	second.Seq, second.Advanced = 2, second.Heap != nil && !second.Heap.SameValues(first.Heap)
	if !sameProcess(base, current) {
		second.Run++
	}
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

// writeJudged writes a diff with the verdict on it, and ends with its code.
func writeJudged(std streams, table *snapshot.Table, d comparedInputs, inputs []input, flags diffFlags) error {
	judged, err := judgeInputs(table, inputs[0], inputs[1], flags.failOn)
	if err != nil {
		return err
	}
	c := export.Check{Target: d.Target, Table: table, Judged: judged, Root: sourceTree()}
	write, err := judgedWriter(d, c, flags)
	if err != nil {
		return err
	}
	if err := writeReport(std.out, flags.output, flags.force, write); err != nil {
		return err
	}
	if flags.format == "pprof" { // a profile has no room for a verdict
		fmt.Fprintln(std.err, "leaktop: "+export.Headline(c))
	}
	return codeOf(judgedCode(judged))
}

// judgedWriter returns what writes a diff in the format asked for, and the
// verdict with it where the format has room for one.
func judgedWriter(d comparedInputs, c export.Check, flags diffFlags) (func(io.Writer) error, error) {
	write, err := diffWriter(d, flags)
	if err != nil {
		return nil, err
	}
	switch flags.format {
	case "pprof":
		return write, nil
	case "json":
		r := d.report(flags.limit)
		judged := export.NewCheckReport(c)
		r.Verdict, r.Reason, r.Findings = judged.Verdict, judged.Reason, judged.Findings
		return func(w io.Writer) error { return export.JSON(w, r) }, nil
	}
	return func(w io.Writer) error {
		if err := write(w); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		return writeCheck(w, flags.format, c)
	}, nil
}
