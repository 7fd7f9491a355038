package export

import (
	"encoding/json"
	"io"
	"math"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
)

// NewFinding is a finding as the JSON contract has it. The stacks are of the table.
func NewFinding(table *snapshot.Table, f leak.Finding) Finding {
	return newFinding(newStacks(table), listed{Finding: f})
}

func newFinding(stacks *stacks, l listed) Finding {
	out := Finding{
		ID:         l.ID,
		Kind:       string(l.Kind),
		Check:      string(l.Check),
		Verdict:    string(l.Verdict),
		Summary:    l.Summary(),
		Stack:      slices.Clone(stacks.of(l.Stack)),
		Now:        newAmounts(l.Now),
		Growth:     newGrowth(l.Growth, l.Unit),
		HoldsBytes: pointer(l.Holds),
	}
	for _, f := range l.allFacts() {
		fact := newFact(f)
		out.Evidence, out.Facts = append(out.Evidence, fact.Text), append(out.Facts, fact)
	}
	if l.Confidence > 0 {
		out.Confidence = &l.Confidence
	}
	if l.HasHandler {
		out.Handler = &l.Handler.Name
	}
	if l.Remedy != "" {
		out.Remedy = &l.Remedy
	}
	for _, to := range l.Related {
		out.Related = append(out.Related, Related{Kind: string(to.Kind), Stack: slices.Clone(stacks.of(to.Stack)), Now: newAmounts(to.Now)})
	}
	return out
}

// allFacts are what speaks for a finding, and first of all that it is no news.
func (l listed) allFacts() []leak.Fact {
	if !l.known {
		return l.Facts
	}
	return slices.Concat([]leak.Fact{{Kind: leak.InBaseline}}, l.Facts)
}

// evidence are those facts in words.
func (l listed) evidence() []string {
	l.Facts = l.allFacts()
	return l.Evidence()
}

func newAmounts(a leak.Amounts) Amounts {
	return Amounts{Bytes: pointer(a.Bytes), Objects: pointer(a.Objects), Goroutines: pointer(a.Goroutines)}
}

// pointer is nil for an unknown value.
func pointer(v snapshot.Value) *int64 {
	n, known := v.Get()
	if !known {
		return nil
	}
	return &n
}

// newGrowth rounds a rate to what it can mean, whole bytes or thousandths of what is
// counted, so that it is the same on every machine. A bound that the data do
// not give is unknown.
func newGrowth(e trend.Estimate, unit leak.Unit) *Growth {
	if !e.Known {
		return nil
	}
	scale := 1000.0
	if unit == leak.Bytes {
		scale = 1
	}
	round := func(v float64) float64 { return math.Round(v*scale) / scale }
	bound := func(v float64) *float64 {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil
		}
		v = round(v)
		return &v
	}
	return &Growth{Value: round(e.Value), Low: bound(e.Low), High: bound(e.High), Unit: string(unit)}
}

// FindingJSON writes a finding of a report by itself, as one object on one line.
func FindingJSON(w io.Writer, f Finding) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(wholeFinding(f))
}
