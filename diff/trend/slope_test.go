package trend

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestChoose(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 500 {
		values := make([]float64, 1+r.IntN(60))
		for i := range values {
			values[i] = float64(r.IntN(20))
		}
		sorted := slices.Sorted(slices.Values(values))
		place := r.IntN(len(values))
		if got := choose(values, place); got != sorted[place] {
			t.Fatalf("%v: place %d: got %v", sorted, place, got)
		}
		if slices.Max(values[:place+1]) > slices.Min(values[place:]) {
			t.Fatalf("%v is not cut at %d", values, place)
		}
	}
}

func TestTheilSen(t *testing.T) {
	line := func(n int) (times, values []float64) {
		for i := range n {
			times, values = append(times, float64(15*i)), append(values, 1e6+200*float64(15*i))
		}
		return times, values
	}
	for _, n := range []int{2, 4, 5, 20, 100, 128} {
		times, values := line(n)
		slope, low, high := theilSen(times, values, nil)
		close(t, "line", slope, 200, 1e-9)
		close(t, "low", low, 200, 1e-9)
		close(t, "high", high, 200, 1e-9)
	}
	times, values := line(20)
	values[7] = 1e12
	slope, low, high := theilSen(times, values, nil)
	close(t, "line with one point far off", slope, 200, 1e-9)
	if low > 200 || high < 200 {
		t.Errorf("interval %v to %v, want 200 in it", low, high)
	}
}

// Sen's interval covers the truth as often as it says where points scatter.
func TestTheilSenCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, n := range []int{8, 20, 100} {
		covered := 0
		const runs = 400
		for range runs {
			var times, values []float64
			for i := range n {
				times, values = append(times, float64(i)), append(values, 3*float64(i)+20*r.NormFloat64())
			}
			if _, low, high := theilSen(times, values, nil); low <= 3 && 3 <= high {
				covered++
			}
		}
		if covered < runs*92/100 {
			t.Errorf("%d points: %d of %d intervals cover", n, covered, runs)
		}
	}
}
