package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"leaktop/diff/export"
)

// assertCleanJSON checks a report against its schema, and every string in it,
// as a program would read it.
func assertCleanJSON(t *testing.T, report []byte) {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(export.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("report.schema.json", schema); err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.MustCompile("report.schema.json").Validate(instance); err != nil {
		t.Error(err)
	}
	assertCleanValue(t, instance)
}

func assertCleanValue(t *testing.T, value any) {
	t.Helper()
	switch value := value.(type) {
	case string:
		assertPrintable(t, value)
		if strings.Contains(value, "\n") {
			t.Errorf("a newline in %q", value)
		}
	case []any:
		for _, v := range value {
			assertCleanValue(t, v)
		}
	case map[string]any:
		for k, v := range value {
			assertPrintable(t, k)
			assertCleanValue(t, v)
		}
	}
}

// pprofTop reads a profile with go tool pprof.
func pprofTop(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "tool", "pprof", "-top", "-nodefraction=0", path)
	cmd.Env = append(os.Environ(), "PPROF_TMPDIR="+t.TempDir())
	out, err := cmd.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		t.Fatalf("go tool pprof: %v: %s", err, failed.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// namesIn returns all text of a profile that came from outside.
func namesIn(t *testing.T, data []byte) []string {
	t.Helper()
	p, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	names := append([]string(nil), p.Comments...)
	for _, f := range p.Function {
		names = append(names, f.Name, f.SystemName, f.Filename)
	}
	for _, m := range p.Mapping {
		names = append(names, m.File, m.BuildID)
	}
	for _, st := range p.SampleType {
		names = append(names, st.Type, st.Unit)
	}
	for _, s := range p.Sample {
		for key, values := range s.Label {
			names = append(append(names, key), values...)
		}
	}
	return names
}
