package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"leaktop/capture/session"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// showFlags say how one snapshot is shown.
type showFlags struct {
	diffFlags
	limits sizeLimits
	judge  judgeFlags
}

func newShow(std streams) *cobra.Command {
	var flags showFlags
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Print what one profile, dump or snapshot holds, and the verdict it allows",
		Long: `show prints what one file holds, without a terminal: of a profile the table
of go tool pprof -top, row by row; of goroutines their groups, with states and
stacks; of a full dump also the waits that the runtime reports and the lines
that started them. Of a session file it is the last snapshot; FILE#3 is snapshot 3,
and FILE@12:03:10 the one at or before that time.

Of several dumps in one log the last is taken, and FILE#1 is the first.

FILE may be compressed with gzip, xz or zstd. Of a zip or tar the only profile or dump
is taken, or the one that is named, as bundle.zip:goroutines.txt. - is standard input.

One snapshot says little about what grows. With --fail-on the exit code is 1 if
something is stuck or leaks, 4 if that cannot be told, and 0 if neither is so.`,
		Example: `leaktop show heap.pb.gz
leaktop show heap.pb.gz --sample_index=alloc_space
leaktop show goroutines.txt --fail-on stuck
leaktop show bundle.zip:logs/goroutines.txt --format markdown
kubectl logs orders-7f9 --previous | leaktop show -
leaktop show run.leaktop#3 --format html -o snapshot.html`,
		Args: exactly(1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShow(cmd.Context(), std, args[0], flags)
		},
	}
	f := cmd.Flags()
	flags.add(f, "text", formats())
	f.StringVar(&flags.failOn, "fail-on", "", "exit with 1 for this `VERDICT`: leak or stuck, which mean the same; or growing, which includes all that grows")
	flags.limits.add(f)
	flags.judge.addWithoutLimit(f)
	f.Lookup("warmup").DefValue = recordedWarmup
	offer(cmd, formats())
	return cmd
}

// runShow writes what one file holds.
func runShow(ctx context.Context, std streams, arg string, flags showFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	if err := flags.judge.check(); err != nil {
		return err
	}
	if err := thereToShow(arg); err != nil {
		return err
	}
	out := outputTo(flags.output, flags.force, filesOf([]string{arg})...)
	if err := out.check(); err != nil {
		return err
	}
	table := snapshot.NewTable()
	in, err := readInput(ctx, std.in, table, reachFlags{limits: flags.limits}, arg)
	if err != nil {
		return err
	}
	policy := gate.Policy{FailOnGrowing: flags.failOn == failOnGrowing}
	judged, err := judgeAlone(ctx, table, in, flags.judge, policy)
	if err != nil {
		return err
	}
	run := export.Run{Diff: alone(table, in), Table: table, Root: sourceTree(), Judged: judged}
	for _, note := range run.Notes {
		std.say(note)
	}
	partial := 0
	if in.partial {
		partial = 1
	}
	write, err := diffWriter(run, partial, flags.diffFlags)
	if err != nil {
		return err
	}
	if err := out.write(ctx, std, write); err != nil || flags.failOn == "" {
		return err
	}
	return tellJudged(std, run, flags.format)
}

// thereToShow refuses what is no file, before it is taken for an address.
func thereToShow(arg string) error {
	if arg == standardInput || fileRefOf(arg).there() {
		return nil
	}
	if _, recorded, err := sessionRefOf(arg); recorded || err != nil {
		return err
	}
	shown := target.Name(arg)
	return fmt.Errorf("%s: there is no such file; name a profile, a goroutine dump or a session file, or watch a process with leaktop %s", shown, shown)
}

// alone is what an input holds, by itself.
func alone(table *snapshot.Table, in input) export.Diff {
	d := export.Diff{
		Alone:   true,
		Target:  export.NewTarget(in.info.Address, in.info.StartTime, in.info.GoVersion),
		Current: export.Input{Name: in.name, Time: in.time},
	}
	d.Notes = append(append(d.Notes, in.missing...), in.notes...)
	for kind, p := range in.profiles {
		if c := diff.Compare(table, nil, in.told(table, p)); kind == snapshot.Goroutine {
			d.Goroutines = c
		} else {
			d.Heap = c
		}
	}
	return d
}

// judgeAlone judges a snapshot by itself; one of a session file by all of the run
// up to it.
func judgeAlone(ctx context.Context, table *snapshot.Table, in input, flags judgeFlags, policy gate.Policy) (*gate.Judged, error) {
	if at := in.recorded; at.path != "" {
		return judgeRecording(ctx, at.path, table, flags, policy, at.seq)
	}
	j, err := newJudging(table, flags.over(session.Settings{}), policy)
	if err != nil {
		return nil, err
	}
	s := in.snapshot()
	s.Seq = 1
	j.Apply(snapshot.VitalsTaken{Vitals: s.Vitals})
	j.Apply(snapshot.Taken{Snapshot: s})
	judged := j.judged()
	// What a run would have to be watched for longer is no matter of one snapshot.
	judged.Needs, judged.Detection = nil, leak.Detection{HeapLeakIn: -1, GoroutineLeakIn: -1}
	return judged, nil
}

// isWholeSession reports whether an argument is a session file, and not one of
// its snapshots.
func isWholeSession(arg string) bool {
	ref, ok, err := sessionRefOf(arg)
	return err == nil && ok && ref.whole()
}

// showInstead shows a file without a terminal, as open was asked to.
func showInstead(ctx context.Context, std streams, path string, flags openFlags) error {
	d := diffFlags{formats: formats(), format: "text", folded: export.Both, unit: unitAuto}
	if flags.base == "" {
		return runShow(ctx, std, path, showFlags{diffFlags: d, limits: flags.limits, judge: flags.judge})
	}
	if path == standardInput && flags.base == standardInput {
		return usageError{errors.New("-: there is only one standard input; name a file for one of the two")}
	}
	return runDiff(ctx, std, []string{flags.base, path}, reachFlags{limits: flags.limits}, d)
}
