package leak

import (
	"math"
	"time"

	"leaktop/diff/trend"
)

// heapConfidence is how sure a verdict on the heap is.
func (s *scene) heapConfidence(g *growth, v Verdict) float64 {
	t := &g.trend
	switch v {
	case Plateau:
		return clamp(g.probability * (1 - t.GoesOn.Value))
	case Leak:
		return clamp(s.heapLeak(g))
	}
	return clamp(g.probability)
}

// outlasts is the probability that what grew steadily for so long goes on: with
// no idea of how long something takes to fill up, twice as long a window leaves
// half of the doubt. What has grown for a time that a verdict needs is doubted
// one time in twelve.
func outlasts(seen, needed time.Duration) float64 {
	return 1 - math.Min(0.5, needed.Seconds()/math.Max(seen.Seconds(), 1)/12)
}

// taskConfidence is how sure it is that there will be ever more goroutines.
func taskConfidence(t *task, v Verdict) float64 {
	switch v {
	case Stuck: // which their number does not show
		return clamp(stuckSure)
	case Leak:
	default:
		return clamp(t.probability)
	}
	return clamp(taskLeak(t))
}

// taskLeak is the probability that ever more goroutines are a leak.
func taskLeak(t *task) float64 {
	trend := &t.trend.Trend
	return t.probability * goesOn(trend) * outlasts(elapsed(trend), needed(t))
}

func goesOn(t *trend.Trend) float64 {
	if !t.GoesOn.Known {
		return 0
	}
	return t.GoesOn.Value
}

// clamp keeps a confidence short of certainty, and rounds it to what it means.
func clamp(p float64) float64 {
	return math.Round(100*math.Min(math.Max(p, 0.01), 0.99)) / 100
}
