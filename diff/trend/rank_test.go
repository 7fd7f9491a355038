package trend

import (
	"math"
	"math/rand/v2"
	"testing"
)

// plainRank is s by comparing all pairs.
func plainRank(values []float64) (s int) {
	for i, v := range values {
		for _, later := range values[i+1:] {
			switch {
			case later > v:
				s++
			case later < v:
				s--
			}
		}
	}
	return s
}

func TestRankAgreesWithAllPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		values := make([]float64, r.IntN(40))
		for i := range values {
			values[i] = float64(r.IntN(12))
		}
		if got, want := rank(values).s, plainRank(values); got != want {
			t.Fatalf("%v: got %d, want %d", values, got, want)
		}
	}
}

// orders calls f with every order of the values.
func orders(values []float64, f func([]float64)) {
	var swap func(int)
	swap = func(k int) {
		if k == len(values) {
			f(values)
			return
		}
		for i := k; i < len(values); i++ {
			values[k], values[i] = values[i], values[k]
			swap(k + 1)
			values[k], values[i] = values[i], values[k]
		}
	}
	swap(0)
}

// The chance, and the variance with ties, are those over all orders.
func TestRankOverAllOrders(t *testing.T) {
	for _, values := range [][]float64{{1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 4, 5, 6, 6}, {0, 0, 0, 0, 0, 0, 1}} {
		var all, squares float64
		above := make(map[int]float64)
		orders(values, func(v []float64) {
			s := plainRank(v)
			all++
			squares += float64(s * s)
			for k := -21; k <= s; k++ {
				above[k]++
			}
		})
		r := rank(values)
		close(t, "variance", r.variance, squares/all, 1e-9)
		if r.tied {
			continue
		}
		for s := 1; s <= 21; s += 2 {
			r.s = s
			close(t, "chance", r.chance(1), above[s]/all, 1e-9)
		}
	}
	close(t, "ten that rise", rank([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).chance(1), 1/3628800.0, 1e-9)
	close(t, "falling", rank([]float64{3, 2, 1}).chance(1), 1, 0)
	close(t, "level", rank([]float64{2, 2, 2, 2}).chance(1), 1, 0)
	close(t, "correlated beyond all use", rank([]float64{1, 2, 3, 4}).chance(math.Inf(1)), 0.5, 0)
}
