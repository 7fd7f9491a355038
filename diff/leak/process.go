package leak

import (
	"time"

	"leaktop/diff/trend"
)

// processFinding is a finding about the whole process, whose curve rises.
func (s *scene) processFinding(check Check, b binned) Finding {
	rate, reach := b.perMinute(), b.reach()
	return Finding{
		ID:         idOf(ProcessKind, string(check)),
		Kind:       ProcessKind,
		Check:      check,
		Verdict:    s.processVerdict(check, b),
		Confidence: processConfidence(b),
		Growth:     trend.Estimate{Value: rate, Low: rate - reach, High: rate + reach, Known: true},
		Unit:       Bytes,
	}
}

// processVerdict is that of a curve that rises: for long enough it is a leak.
func (s *scene) processVerdict(check Check, b binned) Verdict {
	points := Growing
	if b.span >= leakAfter*(bins-1)/bins {
		points = Leak
	}
	return s.memory.hold(idOf(ProcessKind, string(check)), points, standing{at: s.to})
}

// processConfidence is how sure a verdict on a curve is.
func processConfidence(b binned) float64 {
	return clamp(0.98 * outlasts(b.span, leakAfter))
}

// processFindings are those about the process, from a time on.
func (s *scene) processFindings(from time.Time, stacksExplained bool) []Finding {
	var out []Finding
	if f, ok := s.offHeap(from); ok {
		out = append(out, f)
	}
	if f, ok := s.goroutineStacks(from); ok && !stacksExplained {
		out = append(out, f)
	}
	if f, ok := s.fragmentation(from); ok {
		out = append(out, f)
	}
	return out
}
