package leak

import (
	"math"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
)

// Limits of what a heap stack is judged by.
const (
	// leakAfter is for how long the heap must have grown steadily to be a leak
	// rather than something that fills up: longer than caches, pools and tables
	// of a process that has just started take to fill. In a process that has been
	// up for long, mature, they have filled, and what gathers for a while is left
	// to be told from a leak.
	leakAfter       = 220 * time.Second
	leakAfterMature = 3 * time.Minute
	mature          = 30 * time.Minute
	// leakPoints is how many points a leak needs at least.
	leakPoints = 6
	// leakSure is from which probability of growth on it may be called a leak, and
	// leakLikely from which probability of a leak. For one object that is ever larger
	// that is leakLikelyBySize, since what grows so often has a bound.
	leakSure         = 0.9
	leakLikely       = 0.45
	leakLikelyBySize = 0.7
	leakClear        = 0.8 // where one look is enough
	// leakSureByGoal and leakClearByGoal are the same of growth that the heap goal confirms.
	leakSureByGoal  = 0.8
	leakClearByGoal = 0.6
	// goalSure is from which probability of growth on, by the goal, it confirms that, and
	// goalRoom by how much all places may have grown against the process.
	goalSure = 0.7
	goalRoom = 1.5
	// taskSure and taskLikely are the same of goroutines, of which one look is enough.
	taskSure   = 0.95
	taskLikely = 0.5
	// unmatchedLeaks is how likely growth is a leak that the process does not show, of
	// what it would be otherwise: something else may have been freed meanwhile.
	unmatchedLeaks = 0.25
	// plateauGoesOn is below which probability growth has ended.
	plateauGoesOn = 0.2
)

// elapsed is for how long something has grown without an end, up to now.
func elapsed(t *trend.Trend) time.Duration {
	if !t.GoesOn.Known {
		return 0
	}
	return t.To.Sub(t.GrewFrom)
}

// verdict says what growth of the heap is by the points alone; "" for what is
// no growth at all.
func (s *scene) verdict(g *growth) Verdict {
	t := &g.trend
	switch {
	case g.probability < grows, !t.GoesOn.Known, fellBack(&t.Trend):
		return ""
	case t.Returned.Known && t.Returned.Low > 0.5:
		return Plateau // it came back when the load ended
	case t.GoesOn.Value < plateauGoesOn:
		return Plateau
	case s.leaks(g) && !s.moved(g):
		return Leak
	}
	return Growing
}

// leaks reports whether growth is that of a leak: sure, steady to the end, and
// for longer than something takes to fill up.
func (s *scene) leaks(g *growth) bool {
	t := &g.trend
	likely, sure := leakLikely, leakSure
	if t.BySize {
		likely = leakLikelyBySize
	}
	if s.confirmed(g) {
		sure = leakSureByGoal
	}
	return g.probability >= sure && t.N >= leakPoints && elapsed(&t.Trend) >= s.heapNeed(g) && s.heapLeak(g) >= likely
}

// confirmed reports whether the heap goal shows that growth goes on: that of the process
// does, the place is most of it, and no other place claims it as well.
func (s *scene) confirmed(g *growth) bool {
	t := &g.trend
	return t.GoalGoesOn.Known && t.GoalGoesOn.Value >= goalSure && s.heapGrew <= goalRoom*t.GoalGrew.Value
}

// barely reports whether growth is a leak with a probability at which one look is not
// enough.
func (s *scene) barely(g *growth) bool {
	enough := leakClear
	if s.confirmed(g) {
		enough = leakClearByGoal
	}
	return s.heapLeak(g) < enough
}

// heapNeed is for how long the heap must have grown to be a leak.
func (s *scene) heapNeed(g *growth) time.Duration {
	need := s.leakAfter()
	if g.trend.BySize {
		return 2 * need // what is as large as the largest so far grows on, ever more rarely
	}
	return need
}

// leakAfter is for how long the heap of this process must have grown.
func (s *scene) leakAfter() time.Duration {
	if s.uptime >= mature {
		return leakAfterMature
	}
	return leakAfter
}

// heapLeak is the probability that growth is a leak: it is growth, it goes on,
// it will not end soon, and it is not what was freed elsewhere.
func (s *scene) heapLeak(g *growth) float64 {
	t := &g.trend.Trend
	p := g.probability * goesOn(t) * outlasts(elapsed(t), s.heapNeed(g))
	if g.trend.Unmatched {
		p *= unmatchedLeaks
	}
	return p
}

// fellBack reports whether most of a growth was given back, beyond what the
// series scatters by anyway. The end of a cycle gives back what came in that cycle.
func fellBack(t *trend.Trend) bool {
	peak := t.Growth.Value + t.Fall.Size - t.Fall.Regained
	if t.Fall.Size == 0 || t.Fall.Swing || t.Growth.Value > peak/2 {
		return false
	}
	each := 1.0
	if t.Count.Known && t.Count.Value > 0 {
		each = float64(t.Now) / t.Count.Value
	}
	return t.Fall.Size-t.Fall.Regained > 3*t.Scatter.Value*each
}

// heapFinding is what is said of growth; false for what is none.
func (s *scene) heapFinding(g *growth) (Finding, bool) {
	verdict := s.memory.hold(g.id, s.verdict(g), s.heapStanding(g))
	if verdict == "" {
		return Finding{}, false
	}
	speaks, _ := firstOf(heapDetectors(), s, g) // the last one takes all
	t := &g.trend
	f := Finding{
		ID:         g.id,
		Kind:       HeapKind,
		Verdict:    verdict,
		Confidence: s.heapConfidence(g, verdict),
		Where:      g.site.where,
		Stack:      g.main(),
		Stacks:     g.stacks,
		Now:        s.heapNow(g),
		Growth:     perMinute(t.Slope),
		Unit:       Bytes,
		Handler:    g.handler,
		HasHandler: g.hasHandler,
	}
	f.Holds = f.Now.Bytes
	speaks.speak(&f, s, g)
	switch verdict {
	case Plateau:
		f.Growth = trend.Estimate{} // what it was is no rate of now
		f.Claim = Fact{Kind: LevelledOff}
		if left, ok := s.memory.reason(g.id); ok {
			f.Claim.Words = []string{string(left.reason)}
		}
		f.Remedy = "nothing, unless the level is too high: then give it a lower bound"
	case Growing:
		f.Claim.Words = append(f.Claim.Words, mayFill)
		f.Facts = append([]Fact{leakOrFilling(g.probability, s.heapLeak(g))}, f.Facts...)
	}
	return f, true
}

func (s *scene) heapNow(g *growth) Amounts {
	a := Amounts{Bytes: snapshot.Known(g.trend.Now)}
	if g.trend.Objects.Known {
		a.Objects = snapshot.Known(int64(math.Round(g.trend.Objects.Value)))
	}
	return a
}

// perMinute is a rate by the second as one by the minute.
func perMinute(e trend.Estimate) trend.Estimate {
	e.Value, e.Low, e.High = 60*e.Value, 60*e.Low, 60*e.High
	return e
}
