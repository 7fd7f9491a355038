package trend

import "slices"

// discoveries turns chances into the rates of false discovery at which each
// would be called growth (Benjamini and Hochberg 1995). Those that are not
// given, of tested in all, count as having a chance of 1. The order is kept.
func discoveries(chances []float64, tested int) []float64 {
	order := make([]int, len(chances))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case chances[a] < chances[b]:
			return -1
		case chances[a] > chances[b]:
			return 1
		}
		return a - b
	})
	tested = max(tested, len(chances))
	rates := make([]float64, len(chances))
	least := 1.0
	for place := len(order); place > 0; place-- {
		i := order[place-1]
		least = min(least, chances[i]*float64(tested)/float64(place))
		rates[i] = least
	}
	return rates
}
