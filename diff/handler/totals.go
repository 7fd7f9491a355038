package handler

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Row is what one handler, or the rest, allocates, keeps and leaves running.
type Row struct {
	// Handler is OnStack whatever hangs together with it, unless nothing but
	// labels names it.
	Handler Handler
	// Allocated is what was allocated between the two heap profiles, in bytes,
	// and AllocRate that in bytes per second.
	Allocated int64
	AllocRate float64
	// Kept is live bytes before and now, with the sampling error of the change.
	Kept diff.Change
	// Goroutines is their number before and now, those it started included.
	Goroutines diff.Change
	// Guessed says that some of it belongs to the handler by a guess; see [Guessed].
	Guessed bool

	variance float64 // of Kept.Delta
}

// Totals adds up two comparisons by handler. Either may be nil, and counts as
// nothing. The span is the time between the heap profiles; without one there
// are no rates. The largest growth of what is kept comes first, and last of all
// what belongs to no handler, if anything does: the rows add up to the totals
// of the comparisons. The finder observes their profiles.
func Totals(heap, goroutines *diff.Comparison, span time.Duration, f *Finder) []Row {
	for _, c := range []*diff.Comparison{heap, goroutines} {
		if c != nil {
			f.Observe(c.Base, c.Current)
		}
	}
	t := totals{finder: f, rows: make(map[string]*Row)}
	t.heap(heap)
	t.goroutines(goroutines)
	return t.sorted(span)
}

type totals struct {
	finder *Finder
	rows   map[string]*Row // by the handler's key
}

func (t *totals) row(h Handler) *Row {
	r := t.rows[h.key]
	if r == nil {
		r = &Row{Handler: h}
		if r.Handler.Function != "" {
			r.Handler.Link = OnStack
		}
		t.rows[h.key] = r
	}
	r.Guessed = r.Guessed || h.Link == Guessed
	return r
}

func (t *totals) heap(c *diff.Comparison) {
	if c == nil {
		return
	}
	columns := c.Columns()
	for _, stack := range c.ByStack(columns.LiveBytes, nil) {
		h, _ := t.finder.Of(stack.Stack)
		r := t.row(h)
		add(&r.Kept, stack.Flat.Before, stack.Flat.After)
		if stack.Flat.Stderr < 0 {
			r.variance = math.NaN()
		}
		r.variance += float64(stack.Flat.Stderr) * float64(stack.Flat.Stderr)
	}
	if columns.AllocBytes < 0 {
		return
	}
	for k, delta := range c.Deltas() {
		if n := delta[columns.AllocBytes]; n != 0 {
			h, _ := t.finder.Of(k.Stack)
			r := t.row(h)
			r.Allocated = snapshot.AddSaturating(r.Allocated, n)
		}
	}
}

func (t *totals) goroutines(c *diff.Comparison) {
	if c == nil || c.DefaultColumn() < 0 {
		return
	}
	name := c.Types[c.DefaultColumn()].Name
	t.count(c.Base, name, func(r *Row, n int64) { add(&r.Goroutines, n, 0) })
	t.count(c.Current, name, func(r *Row, n int64) { add(&r.Goroutines, 0, n) })
}

// count hands every goroutine record of a profile to its row.
func (t *totals) count(p *snapshot.Profile, column string, to func(*Row, int64)) {
	if p == nil || p.Column(column) < 0 {
		return
	}
	at := p.Column(column)
	for i, k := range p.Keys {
		h, _ := t.finder.OfRecord(k)
		to(t.row(h), p.Vector(i)[at])
	}
}

func add(c *diff.Change, before, after int64) {
	c.Before = snapshot.AddSaturating(c.Before, before)
	c.After = snapshot.AddSaturating(c.After, after)
}

// sorted returns the rows that hold anything, finished and in order.
func (t *totals) sorted(span time.Duration) []Row {
	rows := make([]Row, 0, len(t.rows))
	for _, r := range t.rows {
		r.Kept.Delta = snapshot.SubSaturating(r.Kept.After, r.Kept.Before)
		r.Kept.Stderr = deviation(r.variance)
		r.Goroutines.Delta = snapshot.SubSaturating(r.Goroutines.After, r.Goroutines.Before)
		if span > 0 {
			r.AllocRate = float64(r.Allocated) / span.Seconds()
		}
		if r.Allocated != 0 || r.Kept != (diff.Change{}) || r.Goroutines != (diff.Change{}) {
			rows = append(rows, *r)
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			cmp.Compare(b.Kept.Delta, a.Kept.Delta),
			cmp.Compare(b.Allocated, a.Allocated),
			cmp.Compare(b.Goroutines.Delta, a.Goroutines.Delta),
			cmp.Compare(b.Goroutines.After, a.Goroutines.After),
			strings.Compare(a.Handler.Name, b.Handler.Name),
			strings.Compare(a.Handler.key, b.Handler.key),
		)
	})
	return rows
}

// rank puts the rest after the handlers.
func rank(r Row) int {
	if r.Handler.key == "" {
		return 1
	}
	return 0
}

// deviation is the rounded square root of a variance, -1 for an unknown one, as
// in [diff.Change].
func deviation(variance float64) int64 {
	switch root := math.Round(math.Sqrt(variance)); {
	case math.IsNaN(root):
		return -1
	case root >= math.MaxInt64:
		return math.MaxInt64
	default:
		return int64(root)
	}
}
