package trend

import (
	"math"
	"slices"
)

// fewestFloors is how many lows must rise to tell anything.
const fewestFloors = 4

// weightOwn is the weight of the lows of cycles that show.
const weightOwn = 0.75

// floorsWalk is subtracted from the factor, as a logarithm, of lows that are taken
// every few points: of lows that walk at random the weaker evidence is 7 on average,
// by simulation, and not 1. The own lows of cycles need no such correction.
const floorsWalk = 2

// cyclePoints are the lengths of cycles that are tried, in points, since the real
// one is not known.
func cyclePoints() [4]int { return [...]int{3, 5, 8, 13} }

// floorsFactor is the factor of growth by the lows of cycles. What a batch
// allocates and frees comes and goes between them. Where the cycles show, most of
// the weight is for their own lows.
//
// For lows that are taken every few points, two ways in which lows that do not grow
// could seem to are held against it, and the weaker evidence counts: if each is
// drawn anew, it is their order, by Kendall's test; if they walk at random, it is
// what they rise by against what they fall by. See troughsFactor for the others.
func floorsFactor(seconds, counts []float64) float64 {
	var factors []float64
	for _, points := range cyclePoints() {
		lows := lowsOf(counts, points)
		if len(lows) < fewestFloors {
			break
		}
		factors = append(factors, min(orderOfRanks(lows), stepsFactor(lows))-floorsWalk)
	}
	if len(factors) == 0 {
		return math.Inf(-1)
	}
	blind := Mixed(factors, slices.Repeat([]float64{1 / float64(len(factors))}, len(factors)))
	at, lows := troughs(seconds, counts)
	if len(lows) < fewestFloors {
		return blind
	}
	own := min(troughsFactor(at, lows), mostByFloors(counts))
	return Mixed([]float64{blind, own}, []float64{1 - weightOwn, weightOwn})
}

// Limits of what is a swing between the lows of two cycles: more than independent
// events make by chance, and no small part of what the deepest fall is.
const (
	swingShare  = 0.1 // of the deepest fall
	swingErrors = 2.0 // standard errors of the upper end
	swingLeast  = 3.0 // counts
)

// troughs returns the lows between the peaks of a curve that swings, with their
// times. It skips what precedes the first peak, because a program that has just
// started rises from zero, and includes the low since the last peak.
func troughs(seconds, counts []float64) (at, lows []float64) {
	deepest, _ := deepestFall(counts)
	swings := func(from, to float64) bool {
		return to-from >= max(swingShare*deepest, swingErrors*math.Sqrt(to), swingLeast)
	}
	falling := false
	turn := 0 // place of the highest since the last low, or of the lowest since the last peak
	for i, v := range counts {
		switch {
		case falling && v < counts[turn], !falling && v > counts[turn]:
			turn = i
		case falling && swings(counts[turn], v):
			at, lows = append(at, seconds[turn]), append(lows, counts[turn])
			falling, turn = false, i
		case !falling && swings(v, counts[turn]):
			falling, turn = true, i
		}
	}
	if falling {
		at, lows = append(at, seconds[turn]), append(lows, counts[turn])
	}
	return at, lows
}

// troughsFactor is the factor of growth by the lows of cycles that show. The weaker
// of two tests counts, both by Student's t: of their slope, if each is drawn anew,
// and of their steps, if they walk at random. A walk strays by the root of the time
// that it takes, so that a cycle which was missed between two lows does no harm.
func troughsFactor(at, lows []float64) float64 {
	last := len(lows) - 1
	steps, span := float64(last), at[last]-at[0]
	rate := (lows[last] - lows[0]) / span
	squares, least := 0.0, 0.0
	for i := 1; i <= last; i++ {
		took := at[i] - at[i-1]
		off := lows[i] - lows[i-1] - rate*took
		squares += off * off / took
		least += leastVariance / took // counts are whole: steps that seem equal are not quite
	}
	variance := max(squares, least) / (steps - 1)
	walks := studentZ(rate*math.Sqrt(span/variance), steps-1)
	anew := studentZ(leastSquares(at, lows).errors(), steps-1)
	return normalFactor(min(anew, walks))
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
