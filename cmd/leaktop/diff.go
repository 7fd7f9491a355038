package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
)

// diffFlags say what a diff shows and where it goes.
type diffFlags struct {
	format     string
	output     string
	force      bool
	limit      int
	sampleType string
	unit       string
	failOn     string // "" to judge nothing
}

func newDiff(std streams) *cobra.Command {
	var reach reachFlags
	var flags diffFlags
	cmd := &cobra.Command{
		Use:   "diff BASE [CURRENT]",
		Short: "Compare two profiles, dumps, recorded snapshots, or running processes",
		Long: `diff compares two snapshots. BASE and CURRENT are pprof files, heap or goroutine,
full goroutine dumps (goroutine?debug=2, or what a panic or SIGQUIT left in a log),
snapshots of session files, or addresses as leaktop takes them, of which a snapshot
is taken now. A file may be packed with gzip, and - is the standard input.

FILE#3 is snapshot 3 of a session file, FILE@12:03:10 the one at that time or before,
with its date as FILE@2026-03-01T12:03:10, and FILE the last. A session file alone
is compared with itself, the first snapshot with the last.

Two builds of one program are matched by what their code does, and what moved is said.

With --fail-on it judges them, too, and exits with 1 for a leak, 0 for none, and 4
where two snapshots do not tell, which is nearly always: leaktop check looks at many.`,
		Example: `leaktop diff before.pb.gz after.pb.gz
leaktop diff before.pb.gz after.pb.gz --sample_index=alloc_space
leaktop diff before.pb.gz after.pb.gz --format pprof -o diff.pb.gz
leaktop diff before.txt after.txt
leaktop diff run.leaktop
leaktop diff run.leaktop#3 run.leaktop@12:03:10
leaktop diff canary:6060 stable:6060 --format markdown`,
		Args: twoSides,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd.Context(), std, args, reach, flags)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.format, "format", "text", "text, json, markdown or pprof")
	f.StringVarP(&flags.output, "output", "o", "", "write to this file instead of standard output")
	f.BoolVar(&flags.force, "force", false, "replace the file if it exists")
	f.IntVar(&flags.limit, "limit", 0, "at most so many rows of each kind, the largest changes first; 0 for all")
	f.StringVar(&flags.sampleType, "sample_index", "", "what text and markdown count, as with go tool pprof: inuse_space, inuse_objects, alloc_space, …")
	f.StringVar(&flags.unit, "unit", "auto", "auto, or exact: plain integers")
	f.StringVar(&flags.failOn, "fail-on", "", "judge the two, and exit with 1 for a leak, or for what is growing, too: leak or growing")
	reach.add(f)
	return cmd
}

// formats are those of a diff.
func formats() []string { return []string{"text", "json", "markdown", "pprof"} }

func (d *diffFlags) check() error {
	switch {
	case !slices.Contains(formats(), d.format):
		return usageError{fmt.Errorf("--format %q: there is no such format; use %s", d.format, strings.Join(formats(), ", "))}
	case d.unit != "auto" && d.unit != "exact":
		return usageError{fmt.Errorf("--unit %q: there is no such unit; use auto or exact", d.unit)}
	case d.limit < 0:
		return usageError{fmt.Errorf("--limit %d: it cannot be negative; give 0 for all", d.limit)}
	case d.failOn != "":
		return checkFailOn(d.failOn)
	}
	return nil
}

func runDiff(ctx context.Context, std streams, sides []string, reach reachFlags, flags diffFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	if len(sides) == 1 {
		var err error
		if sides, err = firstAndLast(ctx, sides[0]); err != nil {
			return err
		}
	}
	if sides[0] == standardInput && sides[1] == standardInput {
		return usageError{errors.New("- -: there is one standard input; name a file for one of the two")}
	}
	table := snapshot.NewTable()
	inputs, err := readInputs(ctx, std.in, table, reach, sides...)
	if err != nil {
		return err
	}
	d, err := compareInputs(table, inputs[0], inputs[1])
	if err != nil {
		return err
	}
	for _, note := range d.Notes {
		fmt.Fprintln(std.err, "leaktop: "+note)
	}
	if flags.failOn != "" {
		return writeJudged(std, table, d, inputs, flags)
	}
	write, err := diffWriter(d, flags)
	if err != nil {
		return err
	}
	return writeReport(std.out, flags.output, flags.force, write)
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
		if in.partial {
			d.partial++
		}
		for _, note := range slices.Concat(in.missing, in.notes) {
			if !slices.Contains(d.Notes, note) { // both may be of one file
				d.Notes = append(d.Notes, note)
			}
		}
	}
	for kind, p := range current.profiles {
		before := base.profiles[kind]
		if before == nil {
			continue
		}
		if before.Form != p.Form {
			d.Notes = append(d.Notes, formsDiffer)
			before, p = diff.Alike(table, before, p)
		}
		if c := diff.Compare(table, before, p); kind == snapshot.Goroutine {
			d.Goroutines = c
		} else {
			d.Heap = c
		}
	}
	if d.Heap == nil && d.Goroutines == nil {
		return d, fmt.Errorf("%s and %s: one holds %s, the other %s; compare two profiles of one kind",
			base.name, current.name, kinds(base), kinds(current))
	}
	return d, nil
}

// formsDiffer is said where a dump is compared with a profile.
const formsDiffer = "the two tell stacks in different ways, as a goroutine dump and a profile do: they are matched by the frames outside the runtime"

// kinds names the profiles of an input.
func kinds(in input) string {
	var names []string
	for kind := range in.profiles {
		names = append(names, "a "+string(kind)+" profile")
	}
	slices.Sort(names)
	return strings.Join(names, " and ")
}

// report is the diff by the JSON contract.
func (d comparedInputs) report(limit int) export.Report {
	r := export.NewReport(d.Diff, limit)
	r.Window.Snapshots -= d.partial
	return r
}

// diffWriter returns what writes a diff in the format asked for.
func diffWriter(d comparedInputs, flags diffFlags) (func(io.Writer) error, error) {
	options := export.Options{SampleType: flags.sampleType, Exact: flags.unit == "exact", Limit: flags.limit}
	c := d.Heap
	if c == nil {
		c = d.Goroutines
	}
	if _, err := c.SampleIndex(flags.sampleType); err != nil {
		return nil, usageError{fmt.Errorf("--sample_index: %w", err)}
	}
	switch flags.format {
	case "json":
		r := d.report(flags.limit)
		return func(w io.Writer) error { return export.JSON(w, r) }, nil
	case "markdown":
		return func(w io.Writer) error { return export.Markdown(w, d.Diff, options) }, nil
	case "pprof":
		return func(w io.Writer) error { return export.Pprof(w, c) }, nil
	}
	return func(w io.Writer) error { return export.Text(w, d.Diff, options) }, nil
}
