package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff"
	"leaktop/diff/export"
	"leaktop/diff/gate"
)

// diffFlags say what a diff shows and where it goes.
type diffFlags struct {
	formats    []string // that there are
	format     string
	output     string
	force      bool
	limit      int
	sampleType string
	unit       string
	failOn     string // "" to judge a diff by nothing
	folded     string // what is written of folded stacks
	table      string // of CSV; "" is the first that there is
	anonymise  bool
	saltFile   string // "" for a salt that nobody knows
}

func newDiff(std streams) *cobra.Command {
	var reach reachFlags
	var flags diffFlags
	cmd := &cobra.Command{
		Use:   "diff BASE [CURRENT]",
		Short: "Compare two profiles, dumps, recorded snapshots, or running processes",
		Long: `diff compares two snapshots. BASE and CURRENT are pprof files, heap or goroutine,
full goroutine dumps (goroutine?debug=2, or what a panic or SIGQUIT left in a log),
snapshots of session files, or targets, of which a snapshot is taken now. A file may
be compressed with gzip, xz or zstd, or be in a zip or tar, as
bundle.zip:goroutines.txt; - is standard input, and /dev/null no snapshot at all.

FILE#3 is snapshot 3 of a session file, FILE@12:03:10 the one at or before that time
(with a date, FILE@2026-03-01T12:03:10), and FILE the last. A session file alone
is compared with itself, the first snapshot with the last; so is a log
with several dumps, of which FILE#1 is the first and FILE the last. Any other file alone
is printed as by leaktop show.

Two builds of one program are matched by what their code does, and the report notes
what moved.

With --fail-on it also judges, and exits with 1 for a leak, 0 for none, and 4 if
that cannot be told. Of two snapshots of one session file it judges the whole run up
to CURRENT. Two snapshots alone are rarely enough to tell: leaktop check takes many.`,
		Example: `leaktop diff before.pb.gz after.pb.gz
leaktop diff before.pb.gz after.pb.gz --sample_index=alloc_space
leaktop diff before.pb.gz after.pb.gz --format pprof -o diff.pb.gz
leaktop diff before.txt after.txt
leaktop diff run.leaktop
leaktop diff run.leaktop#3 run.leaktop@12:03:10
leaktop diff canary:6060 stable:6060 --format markdown
leaktop diff before.pb.gz after.pb.gz --format html -o report.html --anonymise`,
		Args: twoSides,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd.Context(), std, args, reach, flags)
		},
	}
	f := cmd.Flags()
	flags.add(f, "text", formats())
	f.StringVar(&flags.failOn, "fail-on", "", "judge them, and exit with 1 for this `VERDICT`: leak or stuck, which mean the same; or growing, which includes all that grows")
	reach.add(f)
	offer(cmd, formats())
	return cmd
}

func runDiff(ctx context.Context, std streams, sides []string, reach reachFlags, flags diffFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	if len(sides) == 1 && !isWholeSession(sides[0]) {
		several, err := holdsSeveral(ctx, sides[0], reach)
		switch {
		case err != nil:
			return err
		case several: // dumps of one log, say
			sides = []string{sides[0] + "#1", sides[0]}
		default:
			std.say(target.Name(sides[0]) + ": it is shown by itself; name a second file to compare it with")
			return runShow(ctx, std, sides[0], showFlags{diffFlags: flags, limits: reach.limits})
		}
	}
	out := outputTo(flags.output, flags.force, filesOf(sides)...)
	if err := out.check(); err != nil {
		return err
	}
	if len(sides) == 2 && sides[0] == standardInput && sides[1] == standardInput {
		return usageError{errors.New("- -: there is only one standard input; name a file for one of the two")}
	}
	table := snapshot.NewTable()
	inputs, err := readSides(ctx, std.in, table, reach, sides)
	if err != nil {
		return err
	}
	d, err := compareInputs(table, inputs[0], inputs[1])
	if err != nil {
		return err
	}
	var judged *gate.Judged
	if flags.failOn != "" {
		var note string
		judged, note, err = judgeSides(ctx, table, inputs[0], inputs[1], flags.failOn)
		if err != nil {
			return err
		}
		if note != "" {
			d.Notes = append(d.Notes, note)
		}
	}
	for _, note := range d.Notes {
		std.say(note)
	}
	run := export.Run{Diff: d.Diff, Table: table, Root: sourceTree(), Judged: judged}
	write, err := diffWriter(run, d.partial, flags)
	if err != nil {
		return err
	}
	if err := out.write(ctx, std, write); err != nil || run.Judged == nil {
		return err
	}
	return tellJudged(std, run, flags.format)
}

// readSides reads what is compared: two arguments, or the ends of one session file.
func readSides(ctx context.Context, stdin io.Reader, table *snapshot.Table, reach reachFlags, sides []string) ([]input, error) {
	if len(sides) == 1 {
		return readEnds(ctx, table, sides[0])
	}
	return readInputs(ctx, stdin, table, reach, sides...)
}

// holdsSeveral reports whether a file holds several dumps or profiles, of which
// none is named.
func holdsSeveral(ctx context.Context, arg string, reach reachFlags) (bool, error) {
	if ref := fileRefOf(arg); arg == standardInput || ref.nth != 0 || !ref.lasts() {
		return false, nil // the standard input and a pipe are read once
	}
	in, err := readInput(ctx, nil, snapshot.NewTable(), reach, arg)
	return in.several > 1, err
}

// comparedInputs is a diff and how many of its snapshots were not fetched whole.
type comparedInputs struct {
	export.Diff
	partial int
}

// compareInputs lays every kind of profile side by side that both inputs have.
func compareInputs(table *snapshot.Table, base, current input) (comparedInputs, error) {
	d := comparedInputs{Diff: export.Diff{
		Target:  export.NewTarget(current.info.Address, current.info.StartTime, current.info.GoVersion),
		Base:    export.Input{Name: base.name, Time: base.time},
		Current: export.Input{Name: current.name, Time: current.time},
	}}
	for _, in := range []input{base, current} {
		// A kind that neither has is none that the target gives.
		given := func(kind snapshot.Kind) bool { return base.profiles[kind] != nil || current.profiles[kind] != nil }
		if in.partial || slices.ContainsFunc(in.lacks, given) {
			d.partial++
		}
		for _, note := range slices.Concat(in.missing, in.notes) {
			if !slices.Contains(d.Notes, note) { // both may be of one file
				d.Notes = append(d.Notes, note)
			}
		}
	}
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine, snapshot.Other} {
		before, p := base.profiles[kind], current.profiles[kind]
		switch {
		case before == nil && p == nil, before == nil && !base.nothing, p == nil && !current.nothing:
			continue
		}
		before, p = base.told(table, before), current.told(table, p)
		if before != nil && p != nil && nothingInCommon(before, p) {
			continue
		}
		if before != nil && p != nil && before.Form != p.Form {
			d.Notes = append(d.Notes, formsDiffer)
			before, p = diff.Alike(table, before, p)
		}
		if c := diff.Compare(table, before, p); kind == snapshot.Goroutine {
			d.Goroutines = c
		} else {
			d.Heap = c
		}
	}
	switch {
	case base.nothing && current.nothing:
		return d, fmt.Errorf("%s and %s: there is nothing in either; name two files, or print one with leaktop show", base.name, current.name)
	case d.Heap == nil && d.Goroutines == nil:
		return d, nothingToCompare(base, current)
	}
	return d, nil
}

// formsDiffer is said where a dump is compared with a profile.
const formsDiffer = "the two describe stacks differently, as a goroutine dump and a profile do: they are matched by the frames outside the runtime"
