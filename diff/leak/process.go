package leak

import (
	"cmp"
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
	unit    Unit    // of the curve; "" for bytes
	exact   bool    // it counts nothing but what the check is about
	least   float64 // the smallest share that was seen
	verdict Verdict // "" for that of a curve that rises
	most    float64 // how sure it can be at the most; 0 for no bound
	now     Amounts
	holds   bool // all of it would be freed
}

// risenTo claims how many bytes a curve has come to.
func (s *scene) risenTo(r *rising) Fact {
	return Fact{}.With(claimNow, r.curve.medians[bins-1], Bytes)
}

// processVerdict is that of a curve that rises: for long enough it is a leak.
func (s *scene) processVerdict(check Check, b binned) Verdict {
	points := Growing
	if b.span >= s.leakAfter()*(bins-1)/bins {
		points = Leak
	}
	return s.memory.hold(idOf(ProcessKind, string(check)), points, standing{at: s.at})
}

// processConfidence is how sure a verdict on a curve is.
func (s *scene) processConfidence(b binned) float64 {
	return clamp(0.98 * outlasts(b.span, s.leakAfter()))
}

// limitNears says how many there may be of what rises, and when that is reached.
func (r *rising) limitNears(limit int64) Fact {
	left := max(float64(limit)-r.curve.medians[bins-1], 0) / r.curve.perMinute() * 60
	return Fact{Kind: LimitNears}.With("limit", float64(limit), r.unit).With("left", left, Seconds)
}

// processFindings are those about the process, from a time on.
func (s *scene) processFindings(from time.Time, stacksExplained bool) []Finding {
	var out []Finding
	for _, d := range processDetectors() {
		r := &rising{from: from, explained: stacksExplained}
		if !d.finds(s, r) {
			continue
		}
		f := s.processFinding(d.check, r)
		d.speak(&f, s, r)
		out = append(out, f)
	}
	return out
}

// processFinding is a finding about the whole process.
func (s *scene) processFinding(check Check, r *rising) Finding {
	rate, reach := r.curve.perMinute(), r.curve.reach()
	f := Finding{
		ID:         idOf(ProcessKind, string(check)),
		Kind:       ProcessKind,
		Verdict:    r.verdict,
		Confidence: s.processConfidence(r.curve),
		Growth:     trend.Estimate{Value: rate, Low: rate - reach, High: rate + reach, Known: true},
		Unit:       cmp.Or(r.unit, Bytes),
		Now:        r.now,
	}
	if f.Verdict == "" {
		f.Verdict = s.processVerdict(check, r.curve)
	}
	if r.most > 0 {
		f.Confidence = min(f.Confidence, r.most)
	}
	if r.holds {
		f.Holds = r.now.Bytes
	}
	return f
}
