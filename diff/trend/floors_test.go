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
		{"a batch that leaves nothing", batches(36, 64, 0), false},
		{"a sawtooth", sawtooth, false},
		{"five lows from 5 to 35, as a walk at random may have", withLows(5, 15, 17, 27, 35), false},
		{"nine from 5 to 71", withLows(5, 15, 17, 27, 35, 42, 50, 63, 71), true},
		{"too few lows", withLows(5, 15), false},
	} {
		if got := floorsFactor(test.counts); (got > 2) != test.rises {
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

// Whatever does not grow, its floors say so: a factor of 20 is met in one series of
// 20 at most, and where the level is kept to the mean of the factor is one at most.
// That of a walk at random is above one, since few lows do not tell how it scatters.
func TestFloorsOfALevel(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for _, test := range []struct {
		name string
		kept bool // to the level
		next func(before float64) float64
	}{
		{"drawn anew", true, func(float64) float64 { return poissonOf(r, 20) }},
		{"walks at random", false, func(before float64) float64 { return max(before+poissonOf(r, 2)-poissonOf(r, 2), 0) }},
		{"comes and goes", true, func(before float64) float64 { return poissonOf(r, 8) + binomialOf(r, before, 0.6) }},
	} {
		const runs = 1500
		sum, above := 0.0, 0
		for range runs {
			counts := []float64{20}
			for len(counts) < 40 {
				counts = append(counts, test.next(counts[len(counts)-1]))
			}
			factor := math.Exp(floorsFactor(counts))
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
