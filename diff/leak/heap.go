package leak

import (
	"fmt"
	"math"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
	"leaktop/diff/units"
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
	check := heapCheckOf(g)
	t := &g.trend
	f := Finding{
		ID:         idOf(HeapKind, g.site.where.Function, s.sites.entry(g.main())),
		Kind:       HeapKind,
		Check:      check.check,
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
		Evidence:   s.heapEvidence(g),
		Remedy:     check.remedy.in(g.site.where.Function),
	}
	f.Holds = f.Now.Bytes
	switch verdict {
	case Plateau:
		f.Summary = "grew, and has levelled off"
		f.Remedy = "nothing, unless the level is too high: then give it a lower bound"
	case Growing:
		f.Summary = check.says(g) + "; may still be filling up"
		f.Recheck = s.heapRecheck(g)
	default:
		f.Summary = check.says(g)
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

// heapEvidence is what speaks for and against a leak, in numbers.
func (s *scene) heapEvidence(g *growth) []string {
	t := &g.trend
	var out []string
	out = append(out, fmt.Sprintf("rose in %d of %d steps between GC-advanced snapshots in %s", t.Rises, t.N-1, units.Duration(span(&t.Trend))))
	if t.P.Known {
		out = append(out, "a level stack would show such growth with a chance of "+odds(t.P.Value))
	}
	if t.Saturation.Known {
		out = append(out, fmt.Sprintf("the second half grew %s times as fast as the first", factor(t.Saturation)))
	}
	if t.AllocatedObjects.Known && t.FreedObjects.Known && t.AllocatedObjects.Value > 0 {
		out = append(out, fmt.Sprintf("%s of %s objects allocated since the first snapshot were freed",
			units.Count(int64(max(t.FreedObjects.Value, 0))), units.Count(int64(t.AllocatedObjects.Value))))
	}
	if t.Floor.Rising {
		out = append(out, fmt.Sprintf("the floor rose from %s to %s", bytesOf(max(t.Floor.First, 0)), bytesOf(t.Floor.Last)))
	}
	p := s.report.Process
	switch {
	case !p.LoadEnded.IsZero() && t.Returned.Known:
		out = append(out, percent(max(t.Returned.Value, 0))+" of it was given back since the load ended")
	case p.Early.Known && p.Late.Known && p.Early.Value > 0:
		out = append(out, loadWords(p.Late.Value/p.Early.Value))
	}
	if len(g.stacks) > 1 {
		out = append(out, fmt.Sprintf("over %d paths", len(g.stacks)))
	}
	return out
}

// loadWords says how the load moved, for which allocated bytes stand.
func loadWords(ratio float64) string {
	switch {
	case ratio > 1.25:
		return fmt.Sprintf("meanwhile the load rose: the process allocated %.1f times as much in the second half", ratio)
	case ratio < 0.8:
		return fmt.Sprintf("meanwhile the load fell: the process allocated %.1f times as much in the second half", ratio)
	}
	return "the load was level"
}

// heapRecheck says what would tell a leak from something that fills up.
func (s *scene) heapRecheck(g *growth) string {
	t := &g.trend
	switch {
	case t.N < leakPoints || span(&t.Trend) < leakSpan:
		return "watch for longer: a leak is told from something that fills up by whether it goes on"
	case t.Shape == trend.Unclear:
		return "watch for longer: whether it slows down cannot be told yet"
	}
	return "look again after as long once more, or let the load end and see whether it comes back"
}
