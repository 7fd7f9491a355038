package trend

import (
	"math"
)

// normal95 is how many standard errors a two-sided interval of 95 % reaches.
const normal95 = 1.959964

// slopePoints is from how many points at most a slope is computed: pairs grow
// with the square. Of more points, neighbours are taken together.
const slopePoints = 32

// theilSen returns the median of the slopes between all pairs of points (Theil
// 1950, Sen 1968) and Sen's interval of 95 %, from the ranks of the slopes. It
// holds for points that scatter independently. There must be two points or more.
func theilSen(times, values, scratch []float64) (slope, low, high float64) {
	times, values = together(times, slopePoints), together(values, slopePoints)
	slopes := scratch[:0]
	for i := range values {
		for j := i + 1; j < len(values); j++ {
			slopes = append(slopes, (values[j]-values[i])/(times[j]-times[i]))
		}
	}
	n := len(slopes)
	reach := normal95 * math.Sqrt(rank(values).variance)
	from := int(math.Floor((float64(n) - reach) / 2))
	to := int(math.Ceil((float64(n) + reach) / 2))

	upper := choose(slopes, n/2)
	slope = upper
	if n%2 == 0 {
		slope = (upper + choose(slopes[:n/2], n/2-1)) / 2
	}
	// With fewer than five points even the outermost slopes are no 95 %.
	low = choose(slopes[:n/2+1], max(from, 0))
	high = choose(slopes[n/2:], min(to, n-1)-n/2)
	return slope, low, high
}

// together returns the means of at most n groups of neighbours.
func together(values []float64, n int) []float64 {
	if len(values) <= n {
		return values
	}
	out := make([]float64, n)
	for i := range out {
		from, to := i*len(values)/n, (i+1)*len(values)/n
		for _, v := range values[from:to] {
			out[i] += v / float64(to-from)
		}
	}
	return out
}

// choose returns the value that would be at a place if the values were in
// order, and moves them so that none before it is larger and none after it
// smaller (Hoare's selection).
func choose(values []float64, place int) float64 {
	low, high := 0, len(values)-1
	for low < high {
		pivot := values[(low+high)/2]
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case place <= j:
			high = j
		case place >= i:
			low = i
		default:
			return values[place]
		}
	}
	return values[place]
}
