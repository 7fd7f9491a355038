package leak

import (
	"math"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
)

// Limits of what a heap stack is judged by.
const (
	// leakPoints and leakSpan are how many points and how long a window a leak
	// needs at least: what was seen for less is growing.
	leakPoints = 6
	leakSpan   = 15 * time.Second
	// leakEnded is up to which probability that growth has ended it may still
	// be called a leak, and drainEnded that of what is freed all the while: what
	// only fills up frees nothing until it is full.
	leakEnded  = 0.4
	drainEnded = 0.5
	// leakEvents is how many sampled objects a leak rests on at least.
	leakEvents = 10
	// leakSaturation is how fast the second half must grow, against the first.
	leakSaturation = 0.45
)

// verdict says what growth of the heap is; "" for what is no growth at all.
func (s *scene) verdict(g *growth) Verdict {
	t := &g.trend
	if t.Shape == trend.Sawtooth || t.Growth.Value <= 0 {
		return ""
	}
	likely, sure := s.moved(g)
	switch {
	case sure:
		return ""
	case t.Returned.Known && t.Returned.Value > 0.5:
		return Plateau // it came back when the load ended
	case s.heldAfterLoad(g):
		return Growing
	case over(&t.Trend):
		return Plateau
	case !likely && s.leaks(g):
		return Leak
	}
	return Growing
}

// leaks reports whether growth is that of a leak: steady to the end, on a floor
// that rises, seen long enough.
func (s *scene) leaks(g *growth) bool {
	t := &g.trend
	ended := leakEnded
	if g.drains() && survivesLate(t, t.LateSurvival.Value) {
		ended = drainEnded
	}
	return t.N >= leakPoints && span(&t.Trend) >= leakSpan &&
		(!t.Events.Known || t.Events.Value >= leakEvents) &&
		t.Floor.Rising && t.Fall.Share < 0.5 && steady(&t.Trend) && t.Ended.Value <= ended &&
		goesOn(t) && survivesLate(t, t.LateSurvival.High)
}

// survivesLate reports whether of what was allocated in the last half of the
// window about as large a share lives on as of all: what is full frees as much
// as it takes in. The late share may be given as its upper bound.
func survivesLate(t *trend.HeapTrend, late float64) bool {
	return !t.Survival.Known || !t.LateSurvival.Known || late >= t.Survival.Value/2
}

// goesOn reports whether the second half grew about as fast as the first one,
// by time or by what was allocated meanwhile: a leak whose load falls is one.
func goesOn(t *trend.HeapTrend) bool {
	for _, saturation := range []trend.Estimate{t.Saturation, t.Load.Saturation} {
		if !saturation.Known || saturation.Value >= leakSaturation {
			return true
		}
	}
	return false
}

// heldAfterLoad reports whether it grew as long as there was load, as fast by
// what was allocated, and gave nothing back since.
func (s *scene) heldAfterLoad(g *growth) bool {
	t := &g.trend
	return !s.report.Process.LoadEnded.IsZero() && t.Returned.Known && t.Returned.High < 0.3 &&
		t.Load.Saturation.Known && t.Load.Saturation.Value > leakSaturation
}

// heapFinding is what is said of growth; false for what is none.
func (s *scene) heapFinding(g *growth) (Finding, bool) {
	verdict := s.verdict(g)
	if verdict == "" {
		return Finding{}, false
	}
	speaks, _ := firstOf(heapDetectors(), s, g) // the last one takes all
	t := &g.trend
	f := Finding{
		ID:         idOf(HeapKind, g.site.where.Function, s.sites.entry(g.main())),
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
		f.Claim = Fact{Kind: LevelledOff}
		f.Remedy = "nothing, unless the level is too high: then give it a lower bound"
	case Growing:
		f.Claim.Words = append(f.Claim.Words, mayFill)
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
