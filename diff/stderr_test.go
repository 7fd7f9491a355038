package diff_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Sampled profiles of a known heap scatter around the truth as the standard
// error says. Objects of one size are allocated, some survive from the base to
// the current snapshot, some are freed, some are new.
func TestStderrMatchesSimulation(t *testing.T) {
	table := snapshot.NewTable()
	const rate, size, runs = 4096, 512, 400
	random := rand.New(rand.NewPCG(1, 2))
	p := 1 - math.Exp(-float64(size)/rate)
	sampled := func(n int) (k float64) {
		for range n {
			if random.Float64() < p {
				k++
			}
		}
		return k
	}
	for _, c := range []struct {
		name                  string
		survive, freed, fresh int
		dead                  int // allocated and freed between the snapshots
	}{
		{name: "growth alone", survive: 3000, fresh: 2000},
		{name: "shrinking alone", survive: 3000, freed: 2000},
		{name: "level under churn", survive: 1000, freed: 2000, fresh: 2000},
		{name: "growth under churn that dies at once", survive: 1000, freed: 100, fresh: 900, dead: 2000},
	} {
		var sum, squares, stderr float64
		for range runs {
			survive, freed, fresh, dead := sampled(c.survive), sampled(c.freed), sampled(c.fresh), sampled(c.dead)
			profile := func(alloc, inuse float64) *snapshot.Profile {
				round := func(v float64) int64 { return int64(math.Round(v)) }
				return build(table, snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: rate}, sample{
					stack: "a.f", size: size,
					values: []int64{round(alloc / p), round(alloc / p * size), round(inuse / p), round(inuse / p * size)},
				})
			}
			base := profile(survive+freed, survive+freed)
			current := profile(survive+freed+fresh+dead, survive+fresh)
			got := diff.Compare(table, base, current).Total(inuseSpace)
			sum += float64(got.Delta)
			squares += float64(got.Delta) * float64(got.Delta)
			stderr += float64(got.Stderr)
		}
		mean := sum / runs
		observed := math.Sqrt(squares/runs - mean*mean)
		stated := stderr / runs
		// It bounds the error from above: what died at once might have survived.
		upper := 1.15
		if c.dead > 0 {
			upper = 2
		}
		if ratio := stated / observed; ratio < 0.87 || ratio > upper {
			t.Errorf("%s: stated %.0f, observed %.0f (ratio %.2f)", c.name, stated, observed, ratio)
		}
	}
}

func TestStderrWhereNothingIsSampled(t *testing.T) {
	table := snapshot.NewTable()
	inuse := []snapshot.SampleType{{Name: "inuse_space", Unit: "bytes"}}
	one := func(kind snapshot.Kind, period, size, value int64, types ...snapshot.SampleType) *snapshot.Profile {
		return build(table, snapshot.Profile{Kind: kind, Types: types, DefaultType: -1, Period: period},
			sample{stack: "a.f", size: size, values: []int64{value}})
	}
	for _, c := range []struct {
		name          string
		base, current *snapshot.Profile
		want          int64
	}{
		{"rate unknown", one(snapshot.Heap, 0, 64, 6400, inuse...), one(snapshot.Heap, 0, 64, 12800, inuse...), -1},
		{"rate of one side unknown", one(snapshot.Heap, 0, 64, 6400, inuse...), one(snapshot.Heap, 512, 64, 12800, inuse...), -1},
		{"size unknown", one(snapshot.Heap, 512, 0, 6400, inuse...), one(snapshot.Heap, 512, 0, 12800, inuse...), -1},
		{"every allocation sampled", one(snapshot.Heap, 1, 64, 6400, inuse...), one(snapshot.Heap, 1, 64, 12800, inuse...), 0},
		{"the same observation twice", one(snapshot.Heap, 512, 64, 6400, inuse...), one(snapshot.Heap, 512, 64, 6400, inuse...), 0},
		{"no objects on either side", one(snapshot.Heap, 0, 64, 0, inuse...), one(snapshot.Heap, 0, 64, 0, inuse...), 0},
		{
			"goroutines are counted", one(snapshot.Goroutine, 1, 0, 5, snapshot.SampleType{Name: "goroutine", Unit: "count"}),
			one(snapshot.Goroutine, 1, 0, 9, snapshot.SampleType{Name: "goroutine", Unit: "count"}), 0,
		},
		{
			"another kind of profile", one(snapshot.Other, 0, 0, 5, snapshot.SampleType{Name: "delay", Unit: "nanoseconds"}),
			one(snapshot.Other, 0, 0, 9, snapshot.SampleType{Name: "delay", Unit: "nanoseconds"}), -1,
		},
		// Without the allocations both sides' objects may all be others: 300 of
		// 64 bytes at 1/(e^(64/512)−1) = 7.51 each.
		{"allocations unknown", one(snapshot.Heap, 512, 64, 6400, inuse...), one(snapshot.Heap, 512, 64, 12800, inuse...), 3038},
		{"no base", nil, one(snapshot.Heap, 512, 64, 19200, inuse...), 3038},
	} {
		equal(t, c.name, diff.Compare(table, c.base, c.current).Total(0).Stderr, c.want)
	}
}

// Between two processes nothing survives, whatever the allocations say.
func TestStderrOfDifferentProcesses(t *testing.T) {
	table := snapshot.NewTable()
	of := func(mappings string) *snapshot.Profile {
		return build(table, snapshot.Profile{Kind: snapshot.Heap, Types: heapTypes, DefaultType: -1, Period: 512, Mappings: mappings},
			live("a.f", 64, 100), live("a.g", 64, int64(len(mappings))))
	}
	same := diff.Compare(table, of("one"), of("one")).Total(inuseSpace).Stderr
	other := diff.Compare(table, of("one"), of("three")).Total(inuseSpace).Stderr
	if same != 0 || other < 2400 {
		t.Errorf("within a process: got %d, want 0; between two: got %d, want about 2500", same, other)
	}
}
