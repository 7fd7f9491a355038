package leak

import (
	"math"
	"time"

	"leaktop/diff/trend"
)

// heapConfidence is how sure a verdict on the heap is. What can be wrong with a
// LEAK is that it is none of the kind (the chance), that growth had ended, or
// that it ends after the window: something that fills up at a steady rate. The
// longer it has gone on the less likely is the last. The prior was fitted to the
// fixtures' table of confidence against how often it was right.
func (s *scene) heapConfidence(g *growth, v Verdict) float64 {
	t := &g.trend
	real := 1 - g.chance
	goesOn := 1 - t.Ended.Value
	switch v {
	case Plateau:
		return clamp(real * t.Ended.Value)
	case Leak:
		return clamp(real * goesOn * outlasts(span(&t.Trend)))
	}
	return clamp(real)
}

// shortSpan is up to which window nothing tells what goes on from what ends soon.
const shortSpan = 30 * time.Second

// outlasts is the probability that what grew at a steady rate for a while goes
// on: with no idea of how long something takes to fill up, twice as long a
// window leaves half of the doubt.
func outlasts(seen time.Duration) float64 {
	return 1 - 0.12*math.Min(1, shortSpan.Seconds()/math.Max(seen.Seconds(), 1))
}

// taskConfidence is how sure it is that there will be ever more goroutines.
func taskConfidence(t *task, v Verdict) float64 {
	real := 1 - t.chance
	if v == Growing {
		return clamp(real)
	}
	return clamp(real * (1 - ended(&t.trend.Trend)) * outlasts(span(&t.trend.Trend)))
}

func ended(t *trend.Trend) float64 {
	if !t.Ended.Known {
		return 0
	}
	return t.Ended.Value
}

// clamp keeps a confidence short of certainty, and rounds it to what it means.
func clamp(p float64) float64 {
	return math.Round(100*math.Min(math.Max(p, 0.01), 0.99)) / 100
}
