package trend

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// batches is what lives of a batch each 17 seconds, seen each 5: so many objects
// come, and all but what is left of them are gone after some seconds.
func batches(points int, objects, left float64) []float64 {
	var counts []float64
	for i := range points {
		at := float64(i) * 5
		done := math.Floor(at / 17)
		live := 3 + left*done
		if at-17*done < 9 {
			live += objects
		}
		counts = append(counts, live)
	}
	return counts
}

// withLows is counts of which each third is a low.
func withLows(lows ...float64) []float64 {
	var counts []float64
	for i, low := range lows {
		counts = append(counts, low, 60+5*float64(i), 66+4*float64(i%3))
	}
	return counts
}

// secondsOf are times that are one second apart.
func secondsOf(counts []float64) []float64 {
	seconds := make([]float64, len(counts))
	for i := range seconds {
		seconds[i] = float64(i)
	}
	return seconds
}

func TestFloors(t *testing.T) {
	sawtooth := make([]float64, 48)
	for i := range sawtooth {
		sawtooth[i] = 4 + 5*float64(i%9)
	}
	for _, test := range []struct {
		name   string
		counts []float64
		rises  bool
	}{
		{"a batch that leaves a sixteenth", batches(36, 64, 4), true},
		{"the same batch over two minutes", batches(24, 64, 4), true},
		{"a batch that leaves nothing", batches(36, 64, 0), false},
		// Sampled objects of a run each 17 s over 64 MiB, as a heap profile showed them
		// each 5 s. GCs were such that the profile shows some runs only in part.
		{"runs as a profile sampled them", []float64{0, 22, 112, 12, 12, 83, 18, 18, 42, 24, 24, 24, 108, 33, 33, 79, 39, 39, 39, 123, 42, 42}, true},
		{"runs, one of them barely sampled", []float64{0, 7, 72, 15, 15, 43, 23, 23, 23, 117, 34, 34, 89, 41, 41, 51, 47, 47, 47, 107, 55, 55, 74}, true},
		{"a sawtooth", sawtooth, false},
		{"five lows from 5 to 35, as a walk at random may have", withLows(5, 15, 17, 27, 35), false},
		{"nine from 5 to 71", withLows(5, 15, 17, 27, 35, 42, 50, 63, 71), true},
		{"too few lows", withLows(5, 15), false},
	} {
		if got := floorsFactor(secondsOf(test.counts), test.counts); (got > 2) != test.rises {
			t.Errorf("%s: factor %.1f", test.name, got)
		}
	}
}

func TestLowsOf(t *testing.T) {
	// What is left over counts to the first, so that the newest cycle is whole.
	if got := lowsOf([]float64{7, 1, 9, 4, 5, 6, 3, 8}, 3); !slices.Equal(got, []float64{1, 3}) {
		t.Errorf("lows %v", got)
	}
}

func TestTroughs(t *testing.T) {
	for _, test := range []struct {
		name       string
		counts     []float64
		places, is []float64
	}{
		{"nothing", nil, nil, nil},
		{"what only rises has none", []float64{1, 5, 9, 20, 40}, nil, nil},
		{"the start is none, and what has fallen since the last peak is one", []float64{0, 30, 60, 12, 10, 50, 20, 18, 22}, []float64{4, 7}, []float64{10, 18}},
		{"of equal lows the first", []float64{9, 50, 4, 4, 4, 50, 9}, []float64{2, 6}, []float64{4, 9}},
		{"small swings are chance", []float64{20, 23, 18, 22, 17, 24, 19}, nil, nil},
		{"small swings beside large ones", []float64{20, 200, 20, 35, 20, 200, 30}, []float64{2, 6}, []float64{20, 30}},
	} {
		at, lows := troughs(secondsOf(test.counts), test.counts)
		if !slices.Equal(at, test.places) || !slices.Equal(lows, test.is) {
			t.Errorf("%s: %v at %v, want %v at %v", test.name, lows, at, test.is, test.places)
		}
	}
}

func TestLowsThatHold(t *testing.T) {
	runs := []float64{0, 22, 112, 12, 12, 83, 18, 18, 42, 24, 24, 24, 108, 33, 33, 79, 39}
	for _, test := range []struct {
		name   string
		counts []float64
		holds  bool
	}{
		{"runs that leave a sixteenth", runs, true},
		{"the same, in the middle of one", append(slices.Clone(runs), 90), true},
		{"the same, and then nothing is left", append(slices.Clone(runs), 80, 3), false},
		{"runs that leave nothing", batches(36, 64, 0), false},
		{"what grew and was freed", []float64{0, 20, 40, 60, 80, 100, 30}, false},
		{"too few runs", runs[:9], false},
		{"nothing", nil, false},
	} {
		if got := (curve{seconds: secondsOf(test.counts), values: test.counts, counts: test.counts}).lowsHold(); got != test.holds {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// batchesOver is a batch each five places over lows that are drawn from the one before.
func batchesOver(place *int, low func(before float64) float64) func(float64) float64 {
	const batch = 60
	return func(before float64) float64 {
		*place++
		switch *place % 5 {
		case 1:
			return before + batch
		case 3:
			return low(before - batch)
		}
		return before
	}
}

// Whatever does not grow, its floors say so: a factor of 20 is met in one series of
// 20 at most, and where the level is kept to the mean of the factor is one at most.
// That of a walk at random is above one, since few lows do not tell how it scatters.
func TestFloorsOfALevel(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	place := 0 // in a series
	for _, test := range []struct {
		name string
		kept bool // to the level
		next func(before float64) float64
	}{
		{"drawn anew", true, func(float64) float64 { return poissonOf(r, 20) }},
		{"walks at random", false, func(before float64) float64 { return max(before+poissonOf(r, 2)-poissonOf(r, 2), 0) }},
		{"comes and goes", true, func(before float64) float64 { return poissonOf(r, 8) + binomialOf(r, before, 0.6) }},
		{"comes in lots that go one by one", true, func(before float64) float64 {
			if r.IntN(8) == 0 {
				before += poissonOf(r, 30)
			}
			return binomialOf(r, before, 0.9)
		}},
		{"batches over lows that are drawn anew", true, batchesOver(&place, func(float64) float64 { return poissonOf(r, 20) })},
		{"batches on a level that comes and goes", true, batchesOver(&place, func(low float64) float64 { return poissonOf(r, 4) + binomialOf(r, low, 0.8) })},
		{"batches on a level that walks", true, batchesOver(&place, func(low float64) float64 { return max(low+poissonOf(r, 4)-poissonOf(r, 4), 0) })},
	} {
		const runs = 1500
		sum, above := 0.0, 0
		for range runs {
			place = 0
			counts := []float64{20}
			for len(counts) < 40 {
				counts = append(counts, test.next(counts[len(counts)-1]))
			}
			factor := math.Exp(floorsFactor(secondsOf(counts), counts))
			sum += factor
			if factor > 20 {
				above++
			}
		}
		if mean := sum / runs; test.kept && mean > 1.15 || above > runs/20 {
			t.Errorf("%s: mean factor %.2f, %d of %d above 20", test.name, mean, above, runs)
		}
	}
}

// A curve that begins in the middle of a batch begins at the low after it, if cycles
// show; a fall of another kind is left as it is.
func TestBeginLow(t *testing.T) {
	cycles := []float64{110, 0, 22, 112, 12, 12, 83, 18, 18, 60, 24, 24, 108, 33, 33, 79, 39}
	for _, test := range []struct {
		name         string
		counts, want []float64
	}{
		{"a batch, and others after it", cycles, append([]float64{0}, cycles[1:]...)},
		{"what was freed once", []float64{110, 60, 0, 2, 4, 6, 8, 10, 12}, nil},
		{"a small fall", append([]float64{20, 12, 9}, cycles[2:]...), nil},
		{"a fall later on", append([]float64{60, 60, 60, 60, 60}, cycles[1:]...), nil},
	} {
		c := curve{seconds: secondsOf(test.counts), values: slices.Clone(test.counts), counts: slices.Clone(test.counts)}
		c.beginLow()
		want := test.want
		if want == nil {
			want = test.counts
		}
		if !slices.Equal(c.counts, want) || !slices.Equal(c.values, want) {
			t.Errorf("%s: %v", test.name, c.counts)
		}
	}
}
