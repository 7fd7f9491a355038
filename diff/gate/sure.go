package gate

import (
	"time"

	"leaktop/diff/leak"
)

const (
	// sureLeak is the confidence from which on a verdict counts as final.
	sureLeak = 0.95
	// surePoints and sureSpan are what a clean run must have seen: twice the
	// points and four times the time without which nothing is called a leak.
	surePoints = 12
	sureSpan   = 2 * time.Minute
)

// Sure reports whether more snapshots can hardly change the outcome:
//
//   - of a run that leaks, once every finding that fails it is 95 % sure, and
//     none is merely growing, which may become a leak yet;
//   - of a clean run, once 12 snapshots with a new GC and two minutes were seen,
//     so that each test had more than it needs. A leak so slow that it shows
//     only after that is missed.
//
// A run that grows, or that is inconclusive, is not sure. Nor is a clean one
// whose growth the user has limited: it may exceed the limit yet.
func (j *Judged) Sure() bool {
	switch j.Outcome {
	case leak.Leaks:
		for i := range j.Findings {
			f := &j.Findings[i]
			if f.Verdict == leak.Growing || f.Verdict.Fails() && f.Confidence < sureLeak {
				return false
			}
		}
		return true
	case leak.Clean:
		return !j.limited && j.Advanced >= surePoints && j.To.Sub(j.From) >= sureSpan
	}
	return false
}
