package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leaktop/capture/clean"
	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/sampler"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
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
		Use:   "diff BASE CURRENT",
		Short: "Compare two profiles, or two running processes",
		Long: `diff compares two snapshots. BASE and CURRENT are pprof files, heap or goroutine,
or addresses as leaktop takes them, of which a snapshot is taken now.

With --fail-on it judges them, too, and exits with 1 for a leak, 0 for none, and 4
where two snapshots do not tell, which is nearly always: leaktop check looks at many.`,
		Example: `leaktop diff before.pb.gz after.pb.gz
leaktop diff before.pb.gz after.pb.gz --sample_index=alloc_space
leaktop diff before.pb.gz after.pb.gz --format pprof -o diff.pb.gz
leaktop diff canary:6060 stable:6060 --format markdown`,
		Args: exactly(2, "BASE and CURRENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd.Context(), std, args[0], args[1], reach, flags)
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

func runDiff(ctx context.Context, std streams, base, current string, reach reachFlags, flags diffFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	table := snapshot.NewTable()
	inputs, err := readInputs(ctx, table, reach, base, current)
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

// input is what one of the two arguments led to: a file's profile, or all
// that a snapshot of an address holds.
type input struct {
	name     string
	time     time.Time
	info     snapshot.Info
	missing  []string // why a profile of an address could not be had
	profiles map[snapshot.Kind]*snapshot.Profile
}

// readInputs reads the arguments, one after the other: two large profiles that
// are decoded at the same time need twice the memory.
func readInputs(ctx context.Context, table *snapshot.Table, reach reachFlags, args ...string) ([]input, error) {
	inputs := make([]input, 0, len(args))
	for _, arg := range args {
		in, err := readInput(ctx, table, reach, arg)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}

// readInput takes a file where there is one of this name, else a snapshot of
// the address.
func readInput(ctx context.Context, table *snapshot.Table, reach reachFlags, arg string) (input, error) {
	if isFile(arg) {
		return readProfile(ctx, table, reach.limits, arg)
	}
	t, err := target.Parse(arg)
	if err != nil {
		why := "it is no address"
		var usage *target.UsageError
		if errors.As(err, &usage) {
			why += " (" + usage.Why + ")"
		}
		return input{}, fmt.Errorf("%s: there is no such file, and %s; name a pprof file, or a target such as 6060 or host:6060", clean.Text(arg), why)
	}
	client, err := reach.client(t)
	if err != nil {
		return input{}, err
	}
	defer client.Close()
	s := sampler.New(sampler.Config{Target: t, Client: client, Table: table, Limits: reach.limits.decode(), AttachTimeout: reach.options.Timeout / 2})
	shot, info, err := s.One(ctx)
	if err != nil {
		return input{}, err
	}
	in := input{name: info.Address, time: shot.Time, info: info, missing: shot.Missing, profiles: make(map[snapshot.Kind]*snapshot.Profile)}
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		if p := shot.Profile(kind); p != nil {
			in.profiles[kind] = p
		}
	}
	return in, nil
}

// isFile reports whether an argument names a file rather than an address: one
// that is there, or that only a path can look like.
func isFile(arg string) bool {
	if strings.Contains(arg, "://") {
		return false
	}
	if _, err := os.Stat(arg); err == nil {
		return true
	}
	return strings.ContainsAny(arg, `/\`) || strings.HasSuffix(arg, ".gz") || strings.HasSuffix(arg, ".pb") || strings.HasSuffix(arg, ".pprof")
}

func readProfile(ctx context.Context, table *snapshot.Table, limits sizeLimits, path string) (input, error) {
	data, err := fetch.File(ctx, path, int64(limits.sent))
	if err != nil {
		return input{}, err
	}
	profile, err := decode.Profile(data, path, table, limits.decode())
	if err != nil {
		return input{}, err
	}
	return input{name: clean.Text(path), time: profile.Time, profiles: map[snapshot.Kind]*snapshot.Profile{profile.Kind: profile}}, nil
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
		if len(in.missing) > 0 {
			d.partial++
		}
	}
	d.Notes = append(slices.Clone(base.missing), current.missing...)
	for kind, p := range current.profiles {
		before := base.profiles[kind]
		if before == nil {
			continue
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
