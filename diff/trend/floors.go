package trend

import (
	"math"
	"slices"
)

// fewestFloors is how many lows must rise to tell anything.
const fewestFloors = 4

// floorsWalk is taken off, as a logarithm: of lows that walk at random the weaker
// evidence is 7 on average, by simulation, and not 1.
const floorsWalk = 2

// cyclePoints are how many points the cycles may have whose lows are compared:
// how long they are is not known.
func cyclePoints() [4]int { return [...]int{3, 5, 8, 13} }

// floorsFactor is the factor of growth by the lows of cycles. What a batch
// allocates and frees comes and goes between them.
//
// Two ways in which lows that do not grow could seem to are held against it,
// and the weaker evidence counts: if each is drawn anew, it is their order, by
// Kendall's test; if they walk at random, it is what they rise by against what
// they fall by.
func floorsFactor(counts []float64) float64 {
	var factors, weights []float64
	for _, points := range cyclePoints() {
		lows := lowsOf(counts, points)
		if len(lows) < fewestFloors {
			break
		}
		factors = append(factors, min(orderOfRanks(lows), stepsFactor(lows)))
	}
	if len(factors) == 0 {
		return math.Inf(-1)
	}
	weights = slices.Repeat([]float64{1 / float64(len(factors))}, len(factors))
	return Mixed(factors, weights) - floorsWalk
}

// lowsOf returns the least of each so many points, the newest last; what is left
// over at the start counts to the first.
func lowsOf(counts []float64, points int) []float64 {
	var lows []float64
	for to := len(counts); to >= points; to -= points {
		from := to - points
		if from < points {
			from = 0
		}
		lows = append(lows, slices.Min(counts[from:to]))
	}
	slices.Reverse(lows)
	return lows
}

// calibrator turns a p-value into a factor: c·p^(c−1) has a mean of one over all
// p, for any c (Vovk 1993).
const calibrator = 0.3

func orderOfRanks(values []float64) float64 {
	p := rank(values).chance(1)
	return math.Log(calibrator) - (1-calibrator)*math.Log(p)
}

// stepsFactor is the factor by what values rise and fall by, in all.
func stepsFactor(values []float64) float64 {
	var up, down, squares float64
	n := float64(len(values) - 1)
	mean := (values[len(values)-1] - values[0]) / n
	for i := 1; i < len(values); i++ {
		step := values[i] - values[i-1]
		up, down = up+max(step, 0), down+max(-step, 0)
		squares += (step - mean) * (step - mean)
	}
	if up+down == 0 {
		return 0
	}
	scale := overdispersion(squares, up+down, n)
	return countFactor(up/scale, down/scale)
}
