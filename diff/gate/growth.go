package gate

import (
	"fmt"
	"math"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/diff/trend"
	"leaktop/diff/units"
)

// The checks of the user's limits.
const (
	HeapGrowth      leak.Check = "heap-growth"
	GoroutineGrowth leak.Check = "goroutine-growth"
)

// One-sided and two-sided bounds of 95 % of a normal distribution, in standard
// errors.
const (
	oneSided = 1.644854
	twoSided = 1.959964
)

// growth keeps what a run is compared with: the first readings after its
// warm-up, and the newest.
type growth struct {
	table  *snapshot.Table
	warmup time.Duration

	run                   int
	begun                 time.Time // of the run's first snapshot
	firstHeap, newestHeap heapReading
	first, newest         reading
}

// heapReading is a heap profile and when it was taken; zero for none.
type heapReading struct {
	at   time.Time
	heap *snapshot.Profile
}

// reading is how many goroutines there were at a time; zero for none.
type reading struct {
	at time.Time
	n  int64
}

// add takes in the next snapshot.
func (g *growth) add(s *snapshot.Snapshot) {
	if g.begun.IsZero() || s.Run != g.run {
		*g = growth{table: g.table, warmup: g.warmup, run: s.Run, begun: s.Time}
	}
	if s.Time.Before(g.begun.Add(g.warmup)) {
		return
	}
	if s.Heap != nil && s.Advanced && s.Heap.Columns().LiveBytes >= 0 {
		g.newestHeap = heapReading{s.Time, s.Heap}
		if g.firstHeap.heap == nil {
			g.firstHeap = g.newestHeap
		}
	}
	n, known := s.Vitals.Get(snapshot.Goroutines)
	if s.Goroutines != nil {
		n, known = s.Goroutines.Total(0), true
	}
	if known {
		g.newest = reading{s.Time, n}
		if g.first.at.IsZero() {
			g.first = g.newest
		}
	}
}

// exceeded returns a finding for each limit that growth is surely beyond, and
// a clause for each limit that cannot be told about.
func (g *growth) exceeded(p *Policy) (findings []leak.Finding, unknown []string) {
	if limit, ok := p.MaxHeap.Get(); ok {
		switch c, span, ok := g.heap(); {
		case !ok:
			unknown = append(unknown, "how much the live heap grew is not known: that takes two snapshots after the warm-up that a GC completed before")
		case beyond(c, limit):
			findings = append(findings, heapFinding(c, span, limit))
		}
	}
	if limit, ok := p.MaxGoroutines.Get(); ok {
		switch c, span, ok := g.goroutines(); {
		case !ok:
			unknown = append(unknown, "how many goroutines were added is not known: that takes two snapshots after the warm-up that count them")
		case beyond(c, limit):
			findings = append(findings, goroutineFinding(c, span, limit))
		}
	}
	return findings, unknown
}

// heap is the growth of the live heap and over what time.
func (g *growth) heap() (diff.Change, time.Duration, bool) {
	if !g.newestHeap.at.After(g.firstHeap.at) {
		return diff.Change{}, 0, false
	}
	c := diff.Compare(g.table, g.firstHeap.heap, g.newestHeap.heap)
	return c.Total(g.newestHeap.heap.Columns().LiveBytes), g.newestHeap.at.Sub(g.firstHeap.at), true
}

// goroutines is the growth of their number and over what time.
func (g *growth) goroutines() (diff.Change, time.Duration, bool) {
	if !g.newest.at.After(g.first.at) {
		return diff.Change{}, 0, false
	}
	return diff.Change{Before: g.first.n, After: g.newest.n, Delta: g.newest.n - g.first.n}, g.newest.at.Sub(g.first.at), true
}

// beyond reports whether a change is larger than a limit for sure: all but one
// in twenty times, where it was sampled.
func beyond(c diff.Change, limit int64) bool {
	return float64(c.Delta)-oneSided*float64(max(c.Stderr, 0)) > float64(limit)
}

// heapFinding says that the live heap grew beyond the limit.
func heapFinding(c diff.Change, span time.Duration, limit int64) leak.Finding {
	f := limitFinding(HeapGrowth, c, span, limit)
	f.Unit = leak.Bytes
	f.Now.Bytes = snapshot.Known(max(c.After, 0))
	f.Summary = fmt.Sprintf("the live heap grew by %s, %s more than the limit of %s",
		units.Bytes(c.Delta), units.Bytes(c.Delta-limit), units.Bytes(limit))
	f.Evidence = []string{fmt.Sprintf("from %s to %s in %s", units.Bytes(c.Before), units.Bytes(c.After), units.Duration(span))}
	if c.Stderr > 0 {
		f.Evidence = append(f.Evidence, fmt.Sprintf("sampling makes an error of %s at most, 19 times of 20", units.Bytes(int64(twoSided*float64(c.Stderr)))))
	}
	f.Remedy = "Look at what grew most, with leaktop diff or on screen 2; where it is meant to grow so much, raise --max-heap-growth."
	return f
}

// goroutineFinding says that more goroutines were added than the limit allows.
func goroutineFinding(c diff.Change, span time.Duration, limit int64) leak.Finding {
	f := limitFinding(GoroutineGrowth, c, span, limit)
	f.Unit = leak.Goroutines
	f.Now.Goroutines = snapshot.Known(max(c.After, 0))
	f.Summary = fmt.Sprintf("the goroutines grew in number by %s, %s more than the limit of %s",
		units.Count(c.Delta), units.Count(c.Delta-limit), units.Count(limit))
	f.Evidence = []string{fmt.Sprintf("from %s to %s in %s", units.Count(c.Before), units.Count(c.After), units.Duration(span))}
	f.Remedy = "Look at the groups that grew most, with leaktop diff or on screen 3; where so many are meant, raise --max-goroutine-growth."
	return f
}

// limitFinding is what both have in common.
func limitFinding(check leak.Check, c diff.Change, span time.Duration, limit int64) leak.Finding {
	perMinute := func(n float64) float64 { return n / span.Minutes() }
	value, stderr := float64(c.Delta), float64(max(c.Stderr, 0))
	f := leak.Finding{
		ID:      string(leak.ProcessKind) + "-" + string(check),
		Kind:    leak.ProcessKind,
		Check:   check,
		Verdict: leak.Leak,
		Growth:  trend.Estimate{Value: perMinute(value), Low: perMinute(value - twoSided*stderr), High: perMinute(value + twoSided*stderr), Known: true},
	}
	switch {
	case c.Stderr == 0:
		f.Confidence = 1
	case c.Stderr > 0:
		sure := 0.5 * math.Erfc((float64(limit)-value)/(stderr*math.Sqrt2))
		f.Confidence = min(math.Round(100*sure)/100, 0.99) // what is sampled is never certain
	}
	if c.Stderr < 0 { // no error is known
		f.Growth.Low, f.Growth.High = math.Inf(-1), math.Inf(1)
	}
	return f
}
