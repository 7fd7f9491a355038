package trend

import (
	"cmp"
	"slices"
)

// FalseDiscovery is the share of false ones among the series found to grow that
// is put up with. It is a bound: most level series stay far below it.
const FalseDiscovery = 0.05

// candidate is a series that passed the gate.
type candidate struct {
	place int // among the stacks or groups
	evidence
}

// Report says what has grown up to the newest snapshot.
func (o *Observer) Report() *Report {
	r := &Report{
		Run:         o.run,
		HeapPoints:  len(o.heap.times),
		GroupPoints: len(o.groups.times),
		Missing:     o.missing(),
		Process:     o.heap.asProcess(),
	}
	o.heap.report(r)
	o.groups.report(r)
	return r
}

func (h *heap) report(r *Report) {
	if len(h.times) < fewestPoints {
		return
	}
	read := newReader(h.timeline)
	var found []candidate
	for i := range h.stacks {
		at := &h.stacks[i]
		if !tellable(at.churn, int(at.count)) {
			continue
		}
		r.HeapTested++
		if !at.churn.passes() {
			continue
		}
		if e := weigh(read.curve(&at.series), at.churn, at.churn, read.turnover(&at.series)); e.rank <= gateRank {
			found = append(found, candidate{i, e})
		}
	}
	load := read.load(&h.process)
	for i, q := range rates(found, r.HeapTested) {
		at := &h.stacks[found[i].place]
		t := h.trend(read, []*stack{at}, found[i].evidence, load, q <= FalseDiscovery)
		t.Stack, t.Q = at.id, number(q)
		r.Stacks = append(r.Stacks, t)
	}
	slices.SortFunc(r.Stacks, func(a, b HeapTrend) int {
		return cmp.Or(surer(&a.Trend, &b.Trend), cmp.Compare(a.Stack, b.Stack))
	})
}

func (g *groups) report(r *Report) {
	if len(g.times) < fewestPoints {
		return
	}
	read := newReader(g.timeline)
	var found []candidate
	for i := range g.all {
		at := &g.all[i]
		if !tellable(at.moved, int(at.count)) {
			continue
		}
		r.GroupTested++
		if !at.moved.passes() {
			continue
		}
		if e := weigh(read.curve(&at.series), at.moved, at.ends(), 0); e.rank <= gateRank {
			found = append(found, candidate{i, e})
		}
	}
	for i, q := range rates(found, r.GroupTested) {
		t := g.trend(read, &g.all[found[i].place], found[i].evidence, q <= FalseDiscovery)
		t.Q = number(q)
		r.Groups = append(r.Groups, t)
	}
	slices.SortStableFunc(r.Groups, func(a, b GroupTrend) int { return surer(&a.Trend, &b.Trend) })
}

func rates(found []candidate, tested int) []float64 {
	chances := make([]float64, len(found))
	for i, c := range found {
		chances[i] = c.chance
	}
	return discoveries(chances, tested)
}

// surer orders trends: those found to grow first, then the larger growth.
func surer(a, b *Trend) int {
	switch {
	case a.Grows() && !b.Grows():
		return -1
	case b.Grows() && !a.Grows():
		return 1
	}
	return cmp.Compare(b.Growth.Value, a.Growth.Value)
}
