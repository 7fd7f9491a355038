package gate

import "leaktop/diff/leak"

const (
	// sureLeak is the confidence from which on a verdict counts as final: nothing
	// that is called a leak or stuck is less sure, unless its growth itself is
	// doubtful.
	sureLeak = 0.9
	// surePoints is how many snapshots a clean run must have, at least.
	surePoints = 12
	// sureBytes and sureGoroutines are the leaks that a clean run may miss at
	// most: 4 GiB and some 9,000 goroutines a day.
	sureBytes      = 50 << 10 // a second
	sureGoroutines = 6        // a minute
)

// Sure reports whether more snapshots can hardly change the outcome:
//
//   - of a run that leaks, once every finding that fails it is 90 % sure, and
//     none is merely growing, which may become a leak yet;
//   - of a clean run, once its detection limit is 50 KiB/s and 6 goroutines a
//     minute at most, in 12 snapshots with a new GC. A slower leak may be missed.
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
		heap, goroutines := j.Detection.BytesPerSecond, j.Detection.GoroutinesPerMinute
		return !j.limited && j.Advanced >= surePoints && heap.Known && heap.Value <= sureBytes && goroutines.Known && goroutines.Value <= sureGoroutines
	}
	return false
}
