package leak

import (
	"math"
	"time"

	"leaktop/diff/trend"
)

// heapConfidence is how sure a verdict on the heap is.
func (s *scene) heapConfidence(g *growth, v Verdict) float64 {
	switch v {
	case Plateau:
		return clamp(1 - g.probability*goesOn(&g.trend.Trend))
	case Leak:
		return leakConfidence(s.heapLeak(g))
	}
	return growthConfidence(g.probability)
}

// growthConfidence is how often growth of such a posterior holds. The posterior
// takes what comes in clumps for less evidence than it is, and what was named
// once is named until something speaks against it, so that it errs on the side
// of doubt: of simulated programs six in ten of the least sure hold and nineteen
// in twenty of the surest, and between them it is about a straight line (see
// fixtures/lab).
func growthConfidence(p float64) float64 { return clamp(0.58 + 0.37*p) }

// leakConfidence is that of leaks. In the laboratory ninety-nine in a hundred
// hold, whatever their posterior; half of that is left to what it cannot know: how
// long things take to fill in programs that nobody simulated.
func leakConfidence(p float64) float64 { return clamp((1 + p) / 2) }

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
	case Leak:
		return leakConfidence(taskLeak(t))
	case Plateau:
		return clamp(1 - t.probability*goesOn(&t.trend.Trend))
	case Stuck: // which their number does not show
		return clamp(stuckSure)
	}
	return growthConfidence(t.probability)
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

// leakOrFilling says what growth may be that is not told apart yet, by its
// posterior and that of a leak.
func leakOrFilling(growth, leak float64) Fact {
	sure := growthConfidence(growth)
	ofIt := leak / max(growth, 1e-9)
	return Fact{Kind: LeakOrFilling}.With("leak", sure*ofIt, Probability).With("fills", sure*(1-ofIt), Probability).With("neither", 1-sure, Probability)
}
