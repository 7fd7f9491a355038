package export_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"leaktop/diff/export"
)

// validate checks a report against the schema that leaktop ships.
func validate(t *testing.T, report []byte) error {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(export.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.schema.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(instance)
}

func TestReportsOfDiffs(t *testing.T) {
	for _, c := range []struct {
		name  string
		diff  export.Diff
		limit int
	}{
		{"growing", growing(), 0},
		{"growing by one row", growing(), 1},
		{"identical", level(), 0},
		{"goroutines that did not change", goroutinesOnly(), 0},
		{"nothing", nothing(), 0},
		{"dumps", dumps(), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := write(t, func(w *bytes.Buffer) error { return export.JSON(w, export.NewReport(c.diff, c.limit)) })
			if lines := bytes.Count(out, []byte("\n")); lines != 1 {
				t.Errorf("the report takes %d lines, want 1", lines)
			}
			if err := validate(t, out); err != nil {
				t.Error(err)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, out, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, pretty.Bytes())
		})
	}
}

func ptr[T any](v T) *T { return &v }

// A report with every field filled in, and one with none, keep the contract.
func TestReportsOfChecks(t *testing.T) {
	at := time.Date(2026, 3, 1, 13, 0, 0, 0, time.FixedZone("", 3600))
	whole := export.Report{
		Target:  export.Target{Address: ptr("http://127.0.0.1:6060/debug/pprof/"), StartTime: &at, GoVersion: ptr("go1.26.8")},
		Window:  export.Window{From: &at, To: &at, Snapshots: 9, GCCycles: ptr(int64(31)), Restarts: ptr(0)},
		Verdict: ptr("leak"),
		Reason:  ptr("because"),
		Findings: []export.Finding{{
			ID: "heap-1", Kind: "heap", Check: "state-kept", Verdict: "leak", Confidence: ptr(0.97), Summary: "Grows.",
			Stack:   []export.Frame{{Function: "main.main", File: ptr("main.go"), Line: ptr(1)}},
			Related: []export.Related{{Kind: "goroutine", Now: export.Amounts{Goroutines: ptr(int64(1))}}},
			Now:     export.Amounts{Bytes: ptr(int64(1))},
			Growth:  &export.Growth{Value: 60.8, Low: ptr(60.0), High: ptr(61.0), Unit: "bytes"},
			Handler: ptr("POST /orders"), HoldsBytes: ptr(int64(1)), Evidence: []string{"13 of 13"}, Remedy: ptr("Bound it."),
		}},
		Changes: export.NewChanges(growing(), 0),
	}
	empty := export.Report{Findings: []export.Finding{{ID: "x", Kind: "process", Check: "off-heap", Verdict: "growing"}}}
	for name, r := range map[string]export.Report{"whole": whole, "empty": empty, "zero": {}} {
		out := write(t, func(w *bytes.Buffer) error { return export.JSON(w, r) })
		if err := validate(t, out); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	out := string(write(t, func(w *bytes.Buffer) error { return export.JSON(w, whole) }))
	if want := `"start_time":"2026-03-01T12:00:00Z"`; !strings.Contains(out, want) {
		t.Errorf("no %s in %s", want, out)
	}

	// The schema refuses what the contract does.
	for _, broken := range []struct{ from, to string }{
		{`"findings":[`, `"findings":null,"x":[`},
		{`"verdict":"leak","reason"`, `"verdict":"maybe","reason"`},
		{`"snapshots":9`, `"snapshots":9.5`},
		{`"2026-03-01T12:00:00Z"`, `"yesterday"`},
		{`"bytes":1,`, ``},
		{`"status":"changed"`, `"status":"same"`},
	} {
		if !strings.Contains(out, broken.from) {
			t.Fatalf("no %s in %s", broken.from, out)
		}
		if validate(t, []byte(strings.Replace(out, broken.from, broken.to, 1))) == nil {
			t.Errorf("a report with %s for %s is valid", broken.to, broken.from)
		}
	}
}
