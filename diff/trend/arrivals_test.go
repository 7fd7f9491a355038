package trend

import (
	"math"
	"math/rand/v2"
	"testing"
)

// As many arrivals as are asked for make the factor with the stated probability,
// and are not many more than it takes.
func TestArrivals(t *testing.T) {
	const tries = 2000
	for _, c := range []struct {
		factor  float64
		points  int
		sampled bool
	}{
		{5, 24, true}, {5, 60, true}, {4, 8, true}, {7, 118, true}, {3, 22, false}, {4, 60, false},
	} {
		mean := Arrivals(c.factor, c.points, c.sampled, 0.95)
		r := rand.New(rand.NewPCG(7, uint64(c.points)))
		share := func(mean float64) float64 {
			hits := 0
			for range tries {
				if weigh(arriving(r, mean, c.points, c.sampled), math.Inf(-1)).factor >= c.factor {
					hits++
				}
			}
			return float64(hits) / tries
		}
		if at := share(mean); at < 0.94 {
			t.Errorf("factor %.0f in %d points: %.1f arrivals suffice in %.1f %%", c.factor, c.points, mean, 100*at)
		}
		if at := share(mean / 2); at > 0.85 {
			t.Errorf("factor %.0f in %d points: half of %.1f arrivals suffice in %.1f %%", c.factor, c.points, mean, 100*at)
		}
	}
	if n := Arrivals(5, 2, true, 0.95); !math.IsNaN(n) {
		t.Errorf("%f arrivals suffice in two points", n)
	}
}

// arriving is a series of what comes at random times and stays.
func arriving(r *rand.Rand, mean float64, points int, sampled bool) curve {
	var c curve
	live := 0.0
	for i := range points {
		if i > 0 {
			for at := r.ExpFloat64(); at < mean/float64(points-1); at += r.ExpFloat64() {
				live++
			}
		}
		c.seconds, c.values, c.counts = append(c.seconds, float64(5*i)), append(c.values, live), append(c.counts, live)
		if sampled {
			c.born = append(c.born, live)
		}
	}
	return c
}
