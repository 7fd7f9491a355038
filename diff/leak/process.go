package leak

import (
	"time"

	"leaktop/diff/trend"
)

// rising is a curve of the process, as the detector that looks at it fills it in.
type rising struct {
	from time.Time // what came before is not looked at
	// explained says that there are ever more goroutines, which explains what
	// their stacks take.
	explained bool

	curve   binned
	what    string  // the vital that the curve was read from
	least   float64 // the smallest share that was seen
	verdict Verdict
	now     Amounts
	holds   bool // all of it would be freed
}

// processFindings are those about the process, from a time on.
func (s *scene) processFindings(from time.Time, stacksExplained bool) []Finding {
	var out []Finding
	for _, d := range processDetectors() {
		r := &rising{from: from, explained: stacksExplained, verdict: Leak}
		if !d.finds(s, r) {
			continue
		}
		f := processFinding(d.check, r)
		d.speak(&f, s, r)
		out = append(out, f)
	}
	return out
}

// processFinding is a finding about the whole process.
func processFinding(check Check, r *rising) Finding {
	rate, reach := r.curve.perMinute(), r.curve.reach()
	f := Finding{
		ID:         idOf(ProcessKind, string(check)),
		Kind:       ProcessKind,
		Verdict:    r.verdict,
		Confidence: clamp(outlasts(r.curve.span) * 0.98),
		Growth:     trend.Estimate{Value: rate, Low: rate - reach, High: rate + reach, Known: true},
		Unit:       Bytes,
		Now:        r.now,
	}
	if r.holds {
		f.Holds = r.now.Bytes
	}
	return f
}
