package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
	"leaktop/diff/export"
)

// exportFlags say what of a session file is written.
type exportFlags struct {
	diffFlags
	base, current int // numbers of snapshots, 0 for the first and the last
	judge         judgeFlags
}

func newExport(std streams) *cobra.Command {
	var flags exportFlags
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Write what a session file, profile or dump holds, in any format",
		Long: `export writes the difference between two snapshots of a session file, the first
and the last unless others are named, with the findings and the curves of the run
where the format has room for them. It judges the run up to the current snapshot,
as the screens did then: with the settings of the recording, which the file holds,
except for --handler, --own and --warmup if they are given here.

Of a profile or dump it writes what leaktop show prints.

raw-heap, raw-goroutine, raw-goroutineleak and raw-dump write a profile of the current
snapshot as it was fetched, with all its names.`,
		Example: `leaktop export run.leaktop
leaktop export run.leaktop --format html -o report.html
leaktop export run.leaktop --base 3 --current 9 --format pprof -o diff.pb.gz
leaktop export run.leaktop --format csv --table curves
leaktop export run.leaktop --format raw-heap --current 9 -o heap.pb.gz
leaktop export run.leaktop --format markdown --anonymise`,
		Args: exactly(1, "a session file, a profile or a dump"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExport(cmd.Context(), std, args[0], flags)
		},
	}
	f := cmd.Flags()
	flags.add(f, "markdown", slices.Concat(formats(), rawFormats()))
	f.IntVar(&flags.base, "base", 0, "number of the snapshot to compare with; by default the first")
	f.IntVar(&flags.current, "current", 0, "number of the snapshot that is compared; by default the last")
	flags.judge.addWithoutLimit(f)
	f.Lookup("warmup").DefValue = recordedWarmup
	offer(cmd, slices.Concat(formats(), rawFormats()))
	return cmd
}

func (e *exportFlags) check() error {
	if err := e.diffFlags.check(); err != nil {
		return err
	}
	switch {
	case e.base < 0 || e.current < 0:
		return usageError{errors.New("--base and --current: they are numbers of snapshots, from 1; leave them out for the first and the last")}
	case e.base != 0 && e.base == e.current && e.raw() == "":
		return usageError{fmt.Errorf("--base %d --current %d: there is nothing to compare; name two snapshots", e.base, e.current)}
	case e.raw() != "" && e.anonymise:
		return usageError{fmt.Errorf("--format %s: a profile is written as it was fetched, names and all; leave --anonymise out, or choose another format", e.format)}
	case e.raw() != "" && e.base != 0:
		return usageError{fmt.Errorf("--format %s: it takes one snapshot; leave --base out, and name the snapshot with --current", e.format)}
	}
	return e.judge.check()
}

const rawPrefix = "raw-"

// rawFormats are the profiles of a snapshot as they were fetched.
func rawFormats() []string {
	return []string{"raw-heap", "raw-goroutine", "raw-goroutineleak", "raw-dump"}
}

// raw is the kind of profile that is to be written as it was fetched, "" for none.
func (e *exportFlags) raw() snapshot.Kind {
	name, ok := strings.CutPrefix(e.format, rawPrefix)
	switch {
	case !ok:
		return ""
	case name == "dump":
		return snapshot.GoroutineDump
	}
	return snapshot.Kind(name)
}

func runExport(ctx context.Context, std streams, path string, flags exportFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	ref, ok, err := sessionRefOf(path)
	switch {
	case err != nil:
		return err
	case !ok && isFile(path):
		return exportAlone(ctx, std, path, flags)
	case ok && !ref.whole():
		return usageError{fmt.Errorf("%s: it names one snapshot; give %s, and name snapshots with --base and --current", clean.Text(path), clean.Text(ref.path))}
	}
	out := outputTo(flags.output, flags.force, path)
	if err := out.check(); err != nil {
		return err
	}
	r, err := readRecording(ctx, path, flags)
	if err != nil {
		return err
	}
	for _, note := range r.notes {
		std.say(note)
	}
	write, err := r.writer(flags)
	if err != nil {
		return err
	}
	return out.write(ctx, std, write)
}

// exportAlone writes what a file holds that is no session file.
func exportAlone(ctx context.Context, std streams, path string, flags exportFlags) error {
	shown := target.Name(path)
	switch {
	case flags.raw() != "":
		return usageError{fmt.Errorf("--format %s: %s is not a session file, and only that keeps raw profiles; choose another format", flags.format, shown)}
	case flags.base != 0 || flags.current != 0:
		return usageError{fmt.Errorf("--base and --current: they are numbers of snapshots in a session file, and %s holds only one; leave them out, or compare it with leaktop diff", shown)}
	}
	limits := sizeLimits{}
	limits.add(pflag.NewFlagSet("", pflag.ContinueOnError))
	return runShow(ctx, std, path, showFlags{diffFlags: flags.diffFlags, limits: limits, judge: flags.judge})
}

// writer returns what writes the run, or one of its profiles.
func (r *recordedFile) writer(flags exportFlags) (func(io.Writer) error, error) {
	if kind := flags.raw(); kind != "" {
		raw := r.current.Raw[kind]
		return func(w io.Writer) error { _, err := w.Write(raw); return err }, nil
	}
	run, partial, err := r.run(flags)
	if err != nil {
		return nil, err
	}
	return diffWriter(run, partial, flags.diffFlags)
}

// chooseRaw takes the snapshot that is named, or the last that has a kind of
// profile as it was fetched.
func (r *recordedFile) chooseRaw(kind snapshot.Kind, seq int) error {
	has := r.raw[kind]
	if len(has) == 0 {
		return fmt.Errorf("%s: no raw %s is kept in it; export the difference with --format pprof", r.name, kind.Noun())
	}
	if seq == 0 {
		seq = has[len(has)-1].seq
		if last := r.shots[len(r.shots)-1].seq; seq != last {
			r.notes = append(r.notes, fmt.Sprintf("%s: the last snapshot, #%d, has no raw %s; that of #%d is used", r.name, last, kind.Noun(), seq))
		}
	}
	if _, ok := has.at(seq); !ok {
		return fmt.Errorf("%s: the raw %s of #%d is not kept; name one of %s with --current", r.name, kind.Noun(), seq, has.numbers())
	}
	r.current = r.kept[seq].Snapshot
	return nil
}

// marks are the snapshots as the curves show them.
func (r *recordedFile) marks() []export.Mark {
	marks := make([]export.Mark, 0, len(r.shots))
	for _, s := range r.shots {
		marks = append(marks, export.Mark{Seq: s.seq, Time: s.time, ForcedGC: r.forced[s.seq]})
	}
	return marks
}
