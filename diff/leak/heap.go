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
	// leakAfter is for how long the heap must have grown steadily to be a leak
	// rather than something that fills up: longer than caches, pools and tables
	// of a process that has just started take to fill. In a process that is up
	// for long, matureAfter, they have filled, and half of that is enough.
	leakAfter       = 4 * time.Minute
	leakAfterMature = 2 * time.Minute
	mature          = 30 * time.Minute
	// leakPoints is how many points a leak needs at least.
	leakPoints = 6
	// leakSure is from which probability of growth on it may be called a leak, and
	// leakLikely from which probability of a leak.
	leakSure   = 0.95
	leakLikely = 0.5
	leakClear  = 0.8 // where one look is enough
	// plateauGoesOn is below which probability growth has ended.
	plateauGoesOn = 0.2
)

// leakSpan is for how long anything must have grown to be called a leak.
const leakSpan = blockedAfter

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
	case s.leaks(g):
		return Leak
	}
	return Growing
}

// leaks reports whether growth is that of a leak: sure, steady to the end, and
// for longer than something takes to fill up.
func (s *scene) leaks(g *growth) bool {
	t := &g.trend
	return g.probability >= leakSure && t.N >= leakPoints && elapsed(&t.Trend) >= s.heapNeed(g) && s.heapLeak(g) >= leakLikely
}

// heapNeed is for how long the heap must have grown to be a leak.
func (s *scene) heapNeed(g *growth) time.Duration {
	need := leakAfter
	if s.uptime >= mature {
		need = leakAfterMature
	}
	if g.trend.BySize {
		return 2 * need // what is as large as the largest so far grows on, ever more rarely
	}
	return need
}

// heapLeak is the probability that growth is a leak: it is growth, it goes on,
// and it will not end soon.
func (s *scene) heapLeak(g *growth) float64 {
	t := &g.trend.Trend
	return g.probability * goesOn(t) * outlasts(elapsed(t), s.heapNeed(g))
}

// fellBack reports whether most of a growth was given back, beyond what the
// series scatters by anyway.
func fellBack(t *trend.Trend) bool {
	peak := t.Growth.Value + t.Fall.Size - t.Fall.Regained
	if t.Fall.Size == 0 || t.Growth.Value > peak/2 {
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
	check := heapCheckOf(g)
	t := &g.trend
	f := Finding{
		ID:         g.id,
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
	p := s.process
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
	if left := leakAfter - elapsed(&t.Trend); left > 0 {
		return fmt.Sprintf("watch for %s more: a leak is told from something that fills up by whether it goes on", units.Duration(left.Round(time.Second)))
	}
	return "look again after as long once more, or let the load end and see whether it comes back"
}
