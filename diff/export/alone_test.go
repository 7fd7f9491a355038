package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/pprof/profile"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// alone is the current side of a diff by itself, judged as one snapshot is.
func alone(d export.Diff) export.Run {
	d.Alone, d.Base = true, export.Input{}
	var table *snapshot.Table
	for _, c := range []**diff.Comparison{&d.Heap, &d.Goroutines} {
		if *c != nil {
			table = (*c).Table
			*c = diff.Compare(table, nil, (*c).Current)
		}
	}
	judged := &gate.Judged{Result: leak.Result{Outcome: leak.Inconclusive, Reason: "one snapshot tells little"}}
	return export.Run{Diff: d, Table: table, Judged: judged}
}

func TestAlone(t *testing.T) {
	unknown := goroutinesOnly()
	for _, c := range []struct {
		name string
		run  export.Run
		o    export.Options
	}{
		{"heap and goroutines", alone(growing()), export.Options{}},
		{"one row in objects", alone(growing()), export.Options{SampleType: "inuse_objects", Limit: 1, Exact: true}},
		{"a dump", alone(dumps()), export.Options{}},
		{"goroutines of an unknown time", alone(unknown), export.Options{}},
		{"nothing", alone(nothing()), export.Options{}},
	} {
		for format, write := range map[string]func(*bytes.Buffer) error{
			"text":     func(w *bytes.Buffer) error { return export.RunText(w, c.run, c.o) },
			"markdown": func(w *bytes.Buffer) error { return export.RunMarkdown(w, c.run, c.o) },
			"html":     func(w *bytes.Buffer) error { return export.HTML(w, c.run, c.o) },
			"svg":      func(w *bytes.Buffer) error { return export.SVG(w, c.run.Diff, c.o) },
			"folded":   func(w *bytes.Buffer) error { return export.Folded(w, c.run.Diff, c.o, export.Both) },
			"heap csv": func(w *bytes.Buffer) error { return export.CSV(w, c.run, export.HeapTable, c.o) },
			"group csv": func(w *bytes.Buffer) error {
				return export.CSV(w, c.run, export.GoroutinesTable, c.o)
			},
			"json": func(w *bytes.Buffer) error { return export.JSON(w, export.NewRunReport(c.run, c.o)) },
		} {
			t.Run(c.name+" as "+format, func(t *testing.T) {
				var out bytes.Buffer
				if err := write(&out); err != nil {
					t.Fatal(err)
				}
				got := out.Bytes()
				switch format {
				case "html":
					got = withoutAssets(t, got)
				case "json":
					if err := validate(t, got); err != nil {
						t.Error(err)
					}
					var pretty bytes.Buffer
					if err := json.Indent(&pretty, got, "", "  "); err != nil {
						t.Fatal(err)
					}
					got = pretty.Bytes()
				case "heap csv", "group csv":
					if _, err := csv.NewReader(bytes.NewReader(got)).ReadAll(); err != nil {
						t.Error(err)
					}
				}
				golden.RequireEqual(t, got)
			})
		}
	}
}

// No format speaks of a change where there is one snapshot.
func TestAloneIsNoDifference(t *testing.T) {
	run := alone(growing())
	for format, write := range map[string]func(*bytes.Buffer) error{
		"text":     func(w *bytes.Buffer) error { return export.RunText(w, run, export.Options{}) },
		"markdown": func(w *bytes.Buffer) error { return export.RunMarkdown(w, run, export.Options{}) },
		"svg":      func(w *bytes.Buffer) error { return export.SVG(w, run.Diff, export.Options{}) },
		"speedscope": func(w *bytes.Buffer) error {
			return export.Speedscope(w, run.Diff, export.Options{})
		},
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Δ", "base", "NEW", "→", "diff", "before", "grew"} {
			if strings.Contains(out.String(), word) {
				t.Errorf("the %s says %q of one snapshot", format, word)
			}
		}
	}
}

// The profile that is written of one file has the rows of that file, its time
// and its default.
func TestAloneAsPprof(t *testing.T) {
	run := aloneFile(t, filepath.Join(fixtures, "go-allocs.pb.gz"))
	var out bytes.Buffer
	if err := export.PprofAlone(&out, run.Heap); err != nil {
		t.Fatal(err)
	}
	p, err := profile.ParseData(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if p.DefaultSampleType != "alloc_space" || p.TimeNanos != run.Current.Time.UnixNano() {
		t.Errorf("the default is %q and the time %d", p.DefaultSampleType, p.TimeNanos)
	}
	path := filepath.Join(t.TempDir(), "again.pb.gz")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	pprof := goToolPprof(t)
	if got, want := topOf(t, pprof, path), topOf(t, pprof, filepath.Join(fixtures, "go-allocs.pb.gz")); got != want {
		t.Errorf("pprof prints of it\n%s\nwant\n%s", got, want)
	}
}

const fixtures = "../../fixtures/profiles"

// aloneFile is what one file holds.
func aloneFile(t *testing.T, path string) export.Run {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	table := snapshot.NewTable()
	p, err := decode.Profile(raw, path, table, decode.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return alone(newDiff(table, "", nil, filepath.Base(path), p))
}

// topOf is the table that pprof -top prints, byte for byte. Without
// symbols it leaves names alone, see pprofTop.
func topOf(t *testing.T, pprof, path string, args ...string) string {
	t.Helper()
	cmd := exec.Command(pprof, append(append([]string{"-top", "-symbolize=none"}, args...), path)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	_, table, ok := strings.Cut(string(out), "flat%   sum%        cum   cum%\n")
	if !ok {
		t.Fatalf("%s printed no table:\n%s", cmd, out)
	}
	return table
}

// tableOf is our table of the same.
func tableOf(t *testing.T, run export.Run, o export.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := export.RunText(&out, run, o); err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(out.String(), "flat%   sum%        cum   cum%\n")
	if !ok {
		t.Fatalf("the text has no table:\n%s", out.String())
	}
	table, _, _ = strings.Cut(table, "\n\n") // the groups of goroutines
	return strings.TrimSuffix(table, "\n") + "\n"
}

// Of every profile our table is that of go tool pprof -top, byte for byte: which
// rows there are, their order, units, shares and marks, for the default sample
// type, and of the fixtures for every one.
func TestTableEqualsPprof(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(fixtures, "*.pb.gz"))
	if err != nil || len(paths) < 5 {
		t.Fatalf("the fixtures are %v, %v; want five profiles", paths, err)
	}
	reported, err := filepath.Glob("../../cmd/leaktop/testdata/onefile/*.pb.gz")
	if err != nil || len(reported) < 16 {
		t.Fatalf("the reported profiles are %v, %v; want 16", reported, err)
	}
	paths = append(append(paths, reported...), "../../cmd/leaktop/testdata/onefile/cpu-binary.pprof")
	if !testing.Short() {
		paths = append(paths, compilerHeap(t, "go/scanner")) // large enough for rows to be left out, and for calls that are partly inlined
	}
	pprof := goToolPprof(t)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			run := aloneFile(t, path)
			if got, want := tableOf(t, run, export.Options{}), topOf(t, pprof, path); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if slices.Contains(reported, path) {
				return // whose types are all alike
			}
			of, err := run.Of("")
			if err != nil {
				t.Fatal(err)
			}
			for _, sampleType := range of.Types {
				got, want := tableOf(t, run, export.Options{SampleType: sampleType.Name}), topOf(t, pprof, path, "-sample_index="+sampleType.Name)
				if got != want {
					t.Errorf("%s: got\n%s\nwant\n%s", sampleType.Name, got, want)
				}
			}
		})
	}
}
