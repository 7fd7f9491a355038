package trend_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/trend"
)

// poisson is how many events of such a mean happened.
func poisson(r *rand.Rand, mean float64) int64 {
	n := int64(0)
	for t := r.ExpFloat64(); t < mean; t += r.ExpFloat64() {
		n++
	}
	return n
}

// crowds are groups of goroutines, each by its number at every snapshot.
var crowds = []struct {
	name  string
	grows bool
	next  func(r *rand.Rand, i int, before int64) int64
}{
	{"leak, 4 each 15 s", true, func(r *rand.Rand, _ int, before int64) int64 { return max(before, 3) + poisson(r, 4) }},
	{"leak, 1 each 15 s", true, func(r *rand.Rand, _ int, before int64) int64 { return before + poisson(r, 1) }},
	{"constant", false, func(*rand.Rand, int, int64) int64 { return 12 }},
	{"requests in flight", false, func(r *rand.Rand, _ int, _ int64) int64 { return poisson(r, 40) }},
	{"connections that come and go", false, func(r *rand.Rand, i int, before int64) int64 {
		if i == 0 {
			return 100
		}
		return max(before+poisson(r, 20)-poisson(r, 0.2*float64(before)), 0)
	}},
	{"ten more, once", false, func(_ *rand.Rand, i int, _ int64) int64 { return 10 + 10*int64(min(i/9, 1)) }},
	{"shrinking", false, func(_ *rand.Rand, i int, _ int64) int64 { return int64(max(200-3*i, 0)) }},
}

func crowd(tab *snapshot.Table, i int) snapshot.StackID {
	return stackOf(tab, fmt.Sprintf("app.wait%d app.start%d", i, i))
}

func goroutines(tab *snapshot.Table, at float64, numbers []int64) *snapshot.Snapshot {
	b := snapshot.NewBuilder(snapshot.Profile{Kind: snapshot.Goroutine, Types: []snapshot.SampleType{{Name: "goroutine", Unit: "count"}}, DefaultType: -1})
	for i, n := range numbers {
		b.Add(snapshot.Key{Stack: crowd(tab, i)}, []int64{n})
	}
	return &snapshot.Snapshot{Time: start.Add(seconds(at)), Goroutines: b.Profile()}
}

func TestGroupTrends(t *testing.T) {
	const runs, points = 100, 21 // five minutes
	grow := make([]int, len(crowds))
	for seed := range runs {
		r := rand.New(rand.NewPCG(uint64(seed), 61))
		tab := snapshot.NewTable()
		o := trend.NewObserver(tab, 0)
		numbers := make([]int64, len(crowds))
		for i := range points {
			for c := range crowds {
				numbers[c] = crowds[c].next(r, i, numbers[c])
			}
			o.Add(goroutines(tab, float64(i)*15, numbers))
		}
		for key := range o.Standing() {
			g, _ := o.Group(key)
			if g.Factor.Value < tellable || g.Shape == trend.Levelled || g.Shape == trend.Step {
				continue
			}
			var c int
			fmt.Sscanf(key.Entry, "app.start%d", &c)
			grow[c]++
			if c == 0 && (g.Falls > 0 || !g.Held.Equal(start) || g.Slope.Low > 0.35 || g.Slope.High < 0.2 || g.Growth.Low != g.Growth.High) {
				t.Errorf("%s: %+v", crowds[c].name, g)
			}
		}
	}
	for c, n := range grow {
		if crowds[c].grows && n < 90 || !crowds[c].grows && n > 4 {
			t.Errorf("%s: found to grow in %d of %d", crowds[c].name, n, runs)
		}
	}
}

func TestGroupSinceWhen(t *testing.T) {
	tab := snapshot.NewTable()
	o := trend.NewObserver(tab, 0)
	for i, n := range []int64{3, 4, 0, 2, 5, 4, 4, 6} {
		o.Add(goroutines(tab, float64(i)*30, []int64{n, 1}))
	}
	// Without goroutines, a snapshot says nothing of them.
	o.Add(&snapshot.Snapshot{Time: start.Add(time.Hour)})
	key := diff.Groups(tab, nil, goroutines(tab, 0, []int64{1}).Goroutines)[0].Key
	g, ok := o.Group(key)
	if !ok || g.N != 8 || g.First != 3 || g.Now != 6 || g.Falls != 2 || g.Rises != 4 {
		t.Errorf("got %+v, %v", g, ok)
	}
	equal(t, "since", g.Since, start.Add(90*time.Second))
	equal(t, "not shrunk since", g.Held, start.Add(150*time.Second))
	points := o.GroupPoints(key)
	equal(t, "points", len(points), 8)
	equal(t, "last point", points[7], trend.Point{Time: start.Add(210 * time.Second), Value: 6})
}
