package trend

import (
	"math"
	"slices"
)

// ranking is Mann and Kendall's test of a series (Mann 1945, Kendall 1975).
type ranking struct {
	n        int
	s        int     // pairs that rise, less pairs that fall
	variance float64 // of s for a series in any order, less what ties take
	tied     bool
}

// rank compares every point with all later ones.
func rank(values []float64) ranking {
	r := ranking{n: len(values)}
	sorted, falls := mergeSort(values)
	n := float64(r.n)
	r.variance = n * (n - 1) * (2*n + 5)
	equal := 0
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		if t := j - i; t > 1 {
			r.tied = true
			equal += t * (t - 1) / 2
			r.variance -= float64(t) * float64(t-1) * float64(2*t+5)
		}
		i = j
	}
	r.variance /= 18
	r.s = r.n*(r.n-1)/2 - equal - 2*falls
	return r
}

// mergeSort returns the values in order, and of how many pairs the later one
// was the lesser.
func mergeSort(values []float64) (sorted []float64, falls int) {
	from, to := slices.Clone(values), make([]float64, len(values))
	for width := 1; width < len(from); width *= 2 {
		for low := 0; low < len(from); low += 2 * width {
			mid, high := min(low+width, len(from)), min(low+2*width, len(from))
			i, j := low, mid
			for k := low; k < high; k++ {
				if i < mid && (j == high || from[i] <= from[j]) {
					to[k] = from[i]
					i++
					continue
				}
				to[k] = from[j]
				j++
				falls += mid - i
			}
		}
		from, to = to, from
	}
	return from, falls
}

// exactRanks is up to how many points the distribution of s is counted out
// rather than taken as normal: where the normal one is far off in the tail.
const exactRanks = 10

// chance is the probability of an s as large as this in a series whose points
// are independent and level. A variance inflated by the factor allows for
// points that are correlated; 1 for none.
func (r ranking) chance(inflation float64) float64 {
	switch {
	case r.s <= 0 || r.variance <= 0:
		return 1
	case r.n <= exactRanks && !r.tied && inflation == 1:
		return exactRank(r.n, r.s)
	}
	return upperNormal(float64(r.s-1) / math.Sqrt(r.variance*inflation))
}

// exactRank counts the orders of n distinct values whose s is at least as
// large: those with few enough inversions, by the numbers of Mahonian.
func exactRank(n, s int) float64 {
	pairs := n * (n - 1) / 2
	orders := make([]float64, pairs+1) // by inversions
	orders[0] = 1
	for k := 2; k <= n; k++ {
		next := make([]float64, pairs+1)
		for i := range next {
			for j := max(0, i-k+1); j <= i; j++ {
				next[i] += orders[j] / float64(k)
			}
		}
		orders = next
	}
	var chance float64
	for inversions := 0; inversions <= (pairs-s)/2; inversions++ {
		chance += orders[inversions]
	}
	return min(chance, 1)
}
