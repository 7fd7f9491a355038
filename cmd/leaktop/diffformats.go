package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"leaktop/capture/target"
	"leaktop/diff/export"
)

// formats are those of a diff.
func formats() []string {
	return []string{"text", "json", "markdown", "pprof", "html", "svg", "folded", "speedscope", "csv"}
}

// What --unit takes.
const (
	unitAuto  = "auto"
	unitExact = "exact" // plain integers
)

// add adds the flags of what is written, with one of the formats as the default.
func (d *diffFlags) add(f *pflag.FlagSet, format string, formats []string) {
	d.formats = formats
	f.StringVar(&d.format, "format", format, "the `FORMAT`: "+strings.Join(formats, ", "))
	f.StringVarP(&d.output, "output", "o", "", "write to this `FILE` instead of standard output")
	f.BoolVar(&d.force, "force", false, "replace the file if it exists")
	f.IntVar(&d.limit, "limit", 0, "at most this many rows of each kind, the largest changes first; 0 for all")
	f.StringVar(&d.sampleType, "sample_index", "", "the `TYPE` that is counted, as with go tool pprof: inuse_space, inuse_objects, alloc_space, goroutine, …")
	f.StringVar(&d.unit, "unit", unitAuto, "the `UNIT`: auto, or exact for plain integers")
	f.StringVar(&d.folded, "folded", export.Both, "the `VALUES` of folded stacks: both (before and after, as difffolded.pl has them), before, after, growth or shrink")
	f.StringVar(&d.table, "table", "", "the `TABLE` of csv: "+joined(export.Tables())+"; by default the first that exists")
	f.BoolVar(&d.anonymise, "anonymise", false, "replace names of functions, files, labels and targets with pseudonyms, for a file that may leave the company")
	f.StringVar(&d.saltFile, "salt-file", "", "make the same pseudonyms wherever this secret `FILE` is given; without it they differ every time")
}

func (d *diffFlags) check() error {
	switch {
	case !slices.Contains(d.formats, d.format):
		return usageError{fmt.Errorf("--format %s: there is no such format; use %s", target.Quote(d.format), strings.Join(d.formats, ", "))}
	case d.unit != unitAuto && d.unit != unitExact:
		return usageError{fmt.Errorf("--unit %s: there is no such unit; use auto or exact", target.Quote(d.unit))}
	case d.limit < 0:
		return usageError{fmt.Errorf("--limit %d: it cannot be negative; give 0 for all", d.limit)}
	case !slices.Contains(export.FoldedValues(), d.folded):
		return usageError{fmt.Errorf("--folded %s: there is no such value; use %s", target.Quote(d.folded), strings.Join(export.FoldedValues(), ", "))}
	case d.table != "" && !slices.Contains(export.Tables(), export.Table(d.table)):
		return usageError{fmt.Errorf("--table %s: there is no such table; use %s", target.Quote(d.table), joined(export.Tables()))}
	case d.saltFile != "" && !d.anonymise:
		return usageError{errors.New("--salt-file: it is only for pseudonyms; give --anonymise as well")}
	case d.failOn != "":
		return checkFailOn(d.failOn)
	}
	return nil
}

// diffWriter returns what writes a run in the format asked for. So many of its
// two snapshots were not fetched whole.
func diffWriter(run export.Run, partial int, flags diffFlags) (func(io.Writer) error, error) {
	options := export.Options{SampleType: flags.sampleType, Exact: flags.unit == unitExact, Limit: flags.limit}
	if err := flags.checkSampleType(run.Diff); err != nil {
		return nil, usageError{fmt.Errorf("--sample_index: %w", err)}
	}
	table, err := flags.tableOf(run)
	if err != nil {
		return nil, usageError{err}
	}
	if flags.anonymise {
		salt, err := readSalt(flags.saltFile)
		if err != nil {
			return nil, err
		}
		run, options = export.Anonymise(run, options, salt)
	}
	switch flags.format {
	case "json":
		r := export.NewRunReport(run, options)
		if run.Seen == nil { // where it is told, only whole ones are counted
			r.Window.Snapshots -= partial
		}
		return func(w io.Writer) error { return export.JSON(w, r) }, nil
	case "markdown":
		return func(w io.Writer) error { return export.RunMarkdown(w, run, options) }, nil
	case "pprof":
		c, _ := run.Of(options.SampleType) // was checked above
		if run.Alone {
			return func(w io.Writer) error { return export.PprofAlone(w, c) }, nil
		}
		return func(w io.Writer) error { return export.Pprof(w, c) }, nil
	case "html":
		return func(w io.Writer) error { return export.HTML(w, run, options) }, nil
	case "svg":
		return func(w io.Writer) error { return export.SVG(w, run.Diff, options) }, nil
	case "folded":
		return func(w io.Writer) error { return export.Folded(w, run.Diff, options, flags.folded) }, nil
	case "speedscope":
		return func(w io.Writer) error { return export.Speedscope(w, run.Diff, options) }, nil
	case "csv":
		return func(w io.Writer) error { return export.CSV(w, run, table, options) }, nil
	}
	return func(w io.Writer) error { return export.RunText(w, run, options) }, nil
}

// checkSampleType refuses a sample type that the profiles do not have. A table
// for people is of the heap where there is one, and counts the goroutines beside.
func (d *diffFlags) checkSampleType(of export.Diff) error {
	if (d.format == "text" || d.format == "markdown") && of.Heap != nil {
		_, err := of.Heap.SampleIndex(d.sampleType)
		return err
	}
	_, err := of.Of(d.sampleType)
	return err
}

// tableOf is the table that was asked for, else the first that there is.
func (d *diffFlags) tableOf(run export.Run) (export.Table, error) {
	has := slices.DeleteFunc(export.Tables(), func(t export.Table) bool { return !run.Has(t) })
	switch {
	case d.table == "":
		return has[0], nil // something is compared
	case !slices.Contains(has, export.Table(d.table)):
		why := ""
		if export.Table(d.table) == export.FindingsTable {
			why = ", or judge them with --fail-on"
		}
		return "", fmt.Errorf("--table %s: these two snapshots have no such table; use %s%s", d.table, joined(has), why)
	}
	return export.Table(d.table), nil
}

func joined(tables []export.Table) string {
	var names []string
	for _, t := range tables {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// Bounds of a salt file, in bytes: what is shorter can be guessed, and nobody
// needs a longer one.
const (
	leastSalt = 16
	mostSalt  = 64 << 10
)

// readSalt reads the secret that pseudonyms depend on. Without a file it is a
// random one, which nobody learns.
func readSalt(path string) ([]byte, error) {
	if path == "" {
		return randomSalt(), nil
	}
	const do = "name a file of at least 16 bytes that nobody can guess, such as from head -c 32 /dev/urandom"
	f, err := os.Open(path)
	var salt []byte
	if err == nil {
		defer f.Close()
		salt, err = io.ReadAll(io.LimitReader(f, mostSalt+1))
	}
	var inPath *os.PathError
	switch {
	case errors.As(err, &inPath):
		return nil, fmt.Errorf("%s: the salt cannot be read (%w); %s", target.Name(path), inPath.Err, do)
	case err != nil:
		return nil, fmt.Errorf("%s: the salt cannot be read (%w); %s", target.Name(path), err, do)
	case len(salt) < leastSalt || len(salt) > mostSalt:
		return nil, fmt.Errorf("%s: it holds too few bytes for a salt, or more than %d; %s", target.Name(path), mostSalt, do)
	}
	return salt, nil
}

func randomSalt() []byte {
	salt := make([]byte, 32)
	rand.Read(salt) // never fails
	return salt
}
