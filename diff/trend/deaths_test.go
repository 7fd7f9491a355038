package trend

import (
	"math/rand/v2"
	"testing"
)

// Deaths tell what is kept from what only fills up to where as many die as are born.
func TestKeeps(t *testing.T) {
	const points, births = 24, 20.0
	for _, test := range []struct {
		name string
		next func(r *rand.Rand, live float64) (died float64)
		want func(p float64) bool
	}{
		{"nothing dies", func(*rand.Rand, float64) float64 { return 0 }, func(p float64) bool { return p > 0.98 }},
		{"a quarter dies at once", func(r *rand.Rand, _ float64) float64 { return binomialOf(r, births, 0.25) }, func(p float64) bool { return p > 0.9 }},
		{"objects live for five points", func(r *rand.Rand, live float64) float64 { return binomialOf(r, live, 0.2) }, func(p float64) bool { return p < 0.85 }},
		{"objects live for sixteen points", func(r *rand.Rand, live float64) float64 { return binomialOf(r, live, 1.0/16) }, func(p float64) bool { return p < 0.25 }},
	} {
		right := 0
		for seed := range uint64(40) {
			r := rand.New(rand.NewPCG(seed, 3))
			live, born := 0.0, 0.0
			c := made(points, 5, func(i int) (float64, float64) {
				if i > 0 {
					live += births - test.next(r, live)
					born += births
				}
				return live, born
			})
			p := keeps(c, movesOf(c), likelihoods{})
			if test.want(p) {
				right++
			}
			// A goal that does not bend speaks for what is kept, and one that does is left
			// to the shape of the curve.
			straight := keeps(c, movesOf(c), likelihoods{fills: -4, weight: 1})
			if bends := keeps(c, movesOf(c), likelihoods{fills: 4, weight: 1}); straight < p || straight < 0.7 || bends != p {
				t.Errorf("%s: it is kept with %.2f, with a straight goal with %.2f, with one that bends with %.2f", test.name, p, straight, bends)
			}
		}
		if right < 36 {
			t.Errorf("%s: %d of 40", test.name, right)
		}
	}
	c := kept(1, 2, 3, 4)
	c.born = nil
	close(t, "births unknown", keeps(c, movesOf(c), likelihoods{}), 1, 0)
}
