package export_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/export"
)

func TestCSV(t *testing.T) {
	for name, run := range map[string]export.Run{"watched": watched(), "two files": twoFiles(level()), "dumps": twoFiles(dumps()), "nothing": {}} {
		for _, table := range export.Tables() {
			t.Run(name+" "+string(table), func(t *testing.T) {
				out := write(t, func(w *bytes.Buffer) error { return export.CSV(w, run, table, export.Options{}) })
				rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll() // as many fields in every row
				if err != nil {
					t.Fatal(err)
				}
				if n := bytes.Count(out, []byte("\r\n")); n != len(rows) {
					t.Errorf("%d lines end in CR LF, want %d", n, len(rows))
				}
				if run.Has(table) != (len(rows) > 1) && name != "two files" {
					t.Errorf("it has %d rows, and that there is such a table is %t", len(rows), run.Has(table))
				}
				golden.RequireEqual(t, bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n")))
			})
		}
	}
}

func TestCSVLimit(t *testing.T) {
	for _, table := range []export.Table{export.HeapTable, export.GoroutinesTable, export.LabelsTable, export.FindingsTable} {
		out := write(t, func(w *bytes.Buffer) error { return export.CSV(w, watched(), table, export.Options{Limit: 1}) })
		if n := bytes.Count(out, []byte("\r\n")); n != 2 {
			t.Errorf("%s: %d lines, want the head and one row", table, n)
		}
	}
}

// A spreadsheet opens what was named by somebody else: nothing of it may run.
func TestCSVHoldsNoFormula(t *testing.T) {
	run := watched()
	table := snapshot.NewTable()
	var stack []snapshot.Frame
	for _, name := range []string{"=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\"\n=1"} {
		stack = append(stack, snapshot.Frame{Function: name, File: name, Line: 1})
	}
	for i := range stack {
		p := heapOf(table, 0, record{stack: stack[i:], values: []int64{1, 1, 1, 1}})
		g := goroutinesOf(table, 0, record{stack: stack[i:], values: []int64{1}})
		run.Heap, run.Goroutines = diff.Compare(table, nil, p), diff.Compare(table, nil, g)
		for _, of := range export.Tables() {
			out := write(t, func(w *bytes.Buffer) error { return export.CSV(w, run, of, export.Options{}) })
			rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				for _, field := range row {
					if field != "" && strings.ContainsRune("=+@\t\r\n", rune(field[0])) || strings.HasPrefix(field, "-2") {
						t.Errorf("%s: the field %q", of, field)
					}
				}
			}
		}
	}
}

func TestCSVRefuses(t *testing.T) {
	var out bytes.Buffer
	err := export.CSV(&out, watched(), "rows", export.Options{})
	if err == nil || !strings.Contains(err.Error(), "use heap, goroutines, labels, findings, curves") || out.Len() > 0 {
		t.Errorf("got %v and %d bytes", err, out.Len())
	}
}
