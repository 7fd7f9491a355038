package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"leaktop/capture/snapshot"
)

// Table names one of the tables that [CSV] writes.
type Table string

// The tables.
const (
	HeapTable       Table = "heap"       // a row a stack that changed
	GoroutinesTable Table = "goroutines" // a row a group of goroutines
	LabelsTable     Table = "labels"     // a row a value of a label
	FindingsTable   Table = "findings"   // a row a finding
	CurvesTable     Table = "curves"     // a row a point in time
)

// Tables are all that there are.
func Tables() []Table {
	return []Table{HeapTable, GoroutinesTable, LabelsTable, FindingsTable, CurvesTable}
}

// Has reports whether a run knows anything that belongs in a table. [CSV] of
// one that it does not know has the head alone.
func (r Run) Has(t Table) bool {
	switch t {
	case HeapTable:
		return r.Heap != nil
	case GoroutinesTable:
		return r.Goroutines != nil
	case LabelsTable:
		return r.hasLabels()
	case FindingsTable:
		return r.Judged != nil
	case CurvesTable:
		return len(r.Curves.Points) > 0
	}
	return false
}

// CSV writes one table by RFC 4180: a row with the names of the columns, then
// as many fields in each row, lines that end in CR LF. Numbers are plain
// integers in the unit of the sample type, times are RFC 3339 in UTC, and an
// empty field is unknown. A text from outside that a spreadsheet would take for
// a formula has an apostrophe before it. The limit of the options counts rows;
// 0 writes all. A table that there is not is an error, before anything is written.
func CSV(w io.Writer, r Run, t Table, o Options) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	heap, goroutines := csvHeap, csvGoroutines
	if r.Alone {
		heap, goroutines = csvHeld, csvHeldGoroutines
	}
	switch t {
	case HeapTable:
		heap(out, r, o)
	case GoroutinesTable:
		goroutines(out, r, o)
	case LabelsTable:
		csvLabels(out, r, o)
	case FindingsTable:
		csvFindings(out, r, o)
	case CurvesTable:
		csvCurves(out, r)
	default:
		var names []string
		for _, t := range Tables() {
			names = append(names, string(t))
		}
		return fmt.Errorf("table %q: there is no such table; use %s", string(t), strings.Join(names, ", "))
	}
	out.Flush() // errors of the writer stay until here
	return out.Error()
}

// outside makes a text from outside safe for a spreadsheet: what begins with
// one of these is a formula to it, whatever the quotes.
func outside(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// known is a number, empty where it is not known.
func known(v snapshot.Value) string {
	if n, ok := v.Get(); ok {
		return number(n)
	}
	return ""
}

// line is the number of a line, empty where it is not known.
func line(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
