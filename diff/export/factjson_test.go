package export_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/export"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
)

// The JSON has each fact with its numbers rounded to what they mean, and in
// words; the evidence is those words.
func TestFactsInJSON(t *testing.T) {
	table, f := snapshot.NewTable(), leak.Finding{ID: "heap-1", Kind: leak.HeapKind, Check: leak.StateKept, Verdict: leak.Leak}
	f.Facts = []leak.Fact{
		leak.Fact{Kind: leak.GrowthProbable}.With("p", 0.000123456, leak.Probability),
		leak.Fact{Kind: leak.SecondHalf}.With("ratio", 0.98765, leak.Ratio),
		leak.Fact{Kind: leak.FloorRose}.With("from", 1048576.4, leak.Bytes).With("to", 2097151.7, leak.Bytes),
		leak.Fact{Kind: leak.SameByID, Times: []time.Time{baseTime.In(time.FixedZone("", 3600))}}.With("survived", 3, leak.Goroutines).With("before", 3, leak.Goroutines),
		{Kind: leak.StartedIn, Functions: []string{"shop/orders.(*Desk).Open"}},
		{Kind: leak.HeapGrowsWithThem},
	}
	c := checkOf(table, gate.Judged{Result: leak.Result{Outcome: leak.Leaks, Findings: []leak.Finding{f}}, Known: []leak.Finding{f}})
	out := write(t, func(w *bytes.Buffer) error { return export.JSON(w, export.NewCheckReport(c)) })
	if err := validate(t, out); err != nil {
		t.Error(err)
	}
	var report struct {
		Findings []struct {
			Evidence []string
			Facts    []struct {
				Kind      string
				Values    []export.Value
				Functions []string
				Times     []string
				Text      string
			}
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	facts := report.Findings[0].Facts
	for i, want := range [][]export.Value{
		{{"p", 0.000123, "probability"}},
		{{"ratio", 0.988, "ratio"}},
		{{"from", 1048576, "bytes"}, {"to", 2097152, "bytes"}},
		{{"survived", 3, "goroutines"}, {"before", 3, "goroutines"}},
		{},
		{},
	} {
		if !reflect.DeepEqual(facts[i].Values, want) || facts[i].Functions == nil {
			t.Errorf("%s has %+v of %v, want %+v", facts[i].Kind, facts[i].Values, facts[i].Functions, want)
		}
		if got := report.Findings[0].Evidence[i]; got != facts[i].Text || got != f.Facts[i].Text() {
			t.Errorf("%s reads %q in the evidence and %q in the facts", facts[i].Kind, got, facts[i].Text)
		}
	}
	if !slices.Equal(facts[3].Times, []string{"2026-03-01T12:00:00Z"}) || !slices.Equal(facts[4].Functions, []string{"shop/orders.(*Desk).Open"}) {
		t.Errorf("the dump is of %v, and they were started in %v", facts[3].Times, facts[4].Functions)
	}
	if known := report.Findings[1].Facts; len(known) != len(facts)+1 || known[0].Kind != string(leak.InBaseline) {
		t.Errorf("a known finding begins with %+v", known[0])
	}
}
