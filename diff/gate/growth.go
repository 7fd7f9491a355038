package gate

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
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
		if c, span, ok := g.heap(); !ok {
			unknown = append(unknown, "how much the live heap grew is not known: that takes two snapshots after the warm-up, with a GC before each")
		} else if f, beyond := leak.Exceeded(excess(leak.Bytes, c, span, limit)); beyond {
			findings = append(findings, f)
		}
	}
	if limit, ok := p.MaxGoroutines.Get(); ok {
		if c, span, ok := g.goroutines(); !ok {
			unknown = append(unknown, "how many goroutines were added is not known: that takes two snapshots after the warm-up that count them")
		} else if f, beyond := leak.Exceeded(excess(leak.Goroutines, c, span, limit)); beyond {
			findings = append(findings, f)
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

// excess is a change with the limit that the user set to it.
func excess(unit leak.Unit, c diff.Change, span time.Duration, limit int64) leak.Excess {
	return leak.Excess{Unit: unit, Before: c.Before, After: c.After, Stderr: c.Stderr, Span: span, Limit: limit}
}
