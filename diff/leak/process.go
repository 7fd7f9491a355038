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
		Verdict:    Leak,
		Confidence: clamp(outlasts(b.span) * 0.98),
		Growth:     trend.Estimate{Value: rate, Low: rate - reach, High: rate + reach, Known: true},
		Unit:       Bytes,
	}
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
