package export_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"leaktop/capture/decode"
	"leaktop/capture/snapshot"
	"leaktop/diff/export"
)

// topRow is what one row says: of go tool pprof -top, and of our text.
type topRow struct {
	flat, cum int64
	function  string
}

// On two heap profiles of the Go compiler, compiling different packages, our
// text and our diff profile say row by row what go tool pprof says of the pair.
func TestRowsEqualPprof(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the Go compiler")
	}
	base, current := compilerHeap(t, "go/parser"), compilerHeap(t, "encoding/json")
	pprof := goToolPprof(t)
	d := readDiff(t, base, current)
	ours := filepath.Join(t.TempDir(), "diff.pb.gz")
	if err := os.WriteFile(ours, write(t, func(w *bytes.Buffer) error { return export.Pprof(w, d.Heap) }), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sampleType := range []string{"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"} {
		t.Run(sampleType, func(t *testing.T) {
			t.Parallel()
			want := pprofTop(t, pprof, sampleType, "-diff_base", base, current)
			if len(want) < 1000 {
				t.Fatalf("only %d functions changed; the test needs 1,000", len(want))
			}
			sameRows(t, "diff profile", pprofTop(t, pprof, sampleType, ours), want)
			sameRows(t, "text", textTop(t, d, sampleType), want)
		})
	}
}

// compilerHeap compiles a package of the standard library and returns the path
// of the heap profile that the compiler wrote. The path of the profile is part
// of the build's flags, so a new folder makes the compiler run again.
func compilerHeap(t *testing.T, pkg string) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("go", "build", "-gcflags="+pkg+"=-memprofile="+dir+"/ -memprofilerate=1024", pkg).CombinedOutput()
	if err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.memprof"))
	if err != nil || len(found) != 1 {
		t.Fatalf("go build %s wrote the profiles %v, %v; want one", pkg, found, err)
	}
	return found[0]
}

func readDiff(t *testing.T, base, current string) export.Diff {
	t.Helper()
	tab := snapshot.NewTable()
	var profiles [2]*snapshot.Profile
	for i, path := range []string{base, current} {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if profiles[i], err = decode.Profile(raw, path, tab, decode.DefaultLimits()); err != nil {
			t.Fatal(err)
		}
	}
	return newDiff(tab, "base", profiles[0], "current", profiles[1])
}

// goToolPprof is the path of the program that go tool pprof runs. By way of the go
// command each run of it would take ten times as long.
func goToolPprof(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "tool", "-n", "pprof").Output()
	if err != nil {
		t.Fatalf("go tool -n pprof: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// pprofTop runs pprof -top, with exact values, and reads its rows.
// Nothing there needs symbols, and without them pprof leaves names alone: it
// takes a Go name with an interface among its type arguments for C++, and drops
// the parentheses of the interface's methods.
func pprofTop(t *testing.T, pprof, sampleType string, args ...string) []topRow {
	t.Helper()
	args = append([]string{"-top", "-nodefraction=0", "-symbolize=none", "-unit=B", "-sample_index=" + sampleType}, args...)
	cmd := exec.Command(pprof, args...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, complaints.String())
	}
	_, table, ok := strings.Cut(string(out), "flat%   sum%        cum   cum%\n")
	if !ok {
		t.Fatalf("%s printed no table:\n%s", cmd, out)
	}
	// flat flat% sum% cum cum% function [(inline)|(partial-inline)]
	return rows(t, table, 0, 3, 5)
}

// textTop reads the rows of our text in exact units.
func textTop(t *testing.T, d export.Diff, sampleType string) []topRow {
	t.Helper()
	out := write(t, func(w *bytes.Buffer) error {
		return export.Text(w, d, export.Options{SampleType: sampleType, Exact: true})
	})
	_, table, ok := strings.Cut(string(out), "  function\n")
	if !ok {
		t.Fatalf("the text has no table:\n%s", out)
	}
	// flat Δ, ±, flat now, cum Δ, status, function
	return rows(t, table, 0, 3, 5)
}

// rows reads a table by the positions of its words; the function is the rest of the line.
func rows(t *testing.T, table string, flat, cum, function int) []topRow {
	t.Helper()
	var out []topRow
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		if len(words) <= function {
			t.Fatalf("no row: %q", line)
		}
		name := strings.Join(words[function:], " ")
		name = strings.TrimSuffix(strings.TrimSuffix(name, " (inline)"), " (partial-inline)")
		out = append(out, topRow{flat: number(t, words[flat]), cum: number(t, words[cum]), function: name})
	}
	return out
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimSuffix(s, "B"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func sameRows(t *testing.T, what string, got, want []topRow) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
	}
	wrong := 0
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: row %d: got %s, want %s", what, i+1, fmt.Sprintf("%+v", got[i]), fmt.Sprintf("%+v", want[i]))
			}
		}
	}
	if wrong > 5 {
		t.Errorf("%s: and %d more rows differ", what, wrong-5)
	}
}
