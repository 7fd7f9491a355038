package leak

import (
	"math"
	"slices"
	"time"

	"leaktop/capture/snapshot"
)

// shortSpan is below which window a curve tells nothing of what lasts.
const shortSpan = 30 * time.Second

// maxCurve bounds the points that are kept of a run. A point is about 250 bytes.
const maxCurve = 2048

// curves are the figures of the process over the run, as they came.
type curves struct{ points []snapshot.Vitals }

// add takes in the next point. Beyond the bound the newest quarter stays as it
// is, and of those before it half go, so that the others are spread evenly over
// the run however long it lasts.
func (c *curves) add(v snapshot.Vitals) {
	c.points = append(c.points, v)
	if len(c.points) <= maxCurve {
		return
	}
	old := len(c.points) * 3 / 4
	least := c.points[old].Time.Sub(c.points[0].Time) / time.Duration(old/2)
	kept := c.points[:1]
	for _, p := range c.points[1:old] {
		if p.Time.Sub(kept[len(kept)-1].Time) >= least {
			kept = append(kept, p)
		}
	}
	c.points = append(kept, c.points[old:]...)
}

// last is the newest known reading of a figure.
func (c *curves) last(k snapshot.Vital) (int64, bool) {
	for i := len(c.points) - 1; i >= 0; i-- {
		if n, ok := c.points[i].Get(k); ok {
			return n, true
		}
	}
	return 0, false
}

// bins is into how many parts of equal time a curve is cut to see how it moves.
// Points a second apart are not independent, and medians of parts nearly are.
const bins = 8

// binned is a curve in bins: the median of each, or the least.
type binned struct {
	medians []float64
	span    time.Duration // from the middle of the first to that of the last
}

// bin cuts what a function makes of the points into bins, from a time on; false
// where it is not known in each of them.
func (c *curves) bin(from time.Time, value func(*snapshot.Vitals) (float64, bool)) (binned, bool) {
	return c.binBy(from, value, func(sorted []float64) float64 { return sorted[len(sorted)/2] })
}

// lows is bin with the least of each: of memory that a GC frees, what is left.
func (c *curves) lows(from time.Time, value func(*snapshot.Vitals) (float64, bool)) (binned, bool) {
	return c.binBy(from, value, func(sorted []float64) float64 { return sorted[0] })
}

func (c *curves) binBy(from time.Time, value func(*snapshot.Vitals) (float64, bool), pick func(sorted []float64) float64) (binned, bool) {
	var at []time.Time
	var values []float64
	for i := range c.points {
		if v, ok := value(&c.points[i]); ok && !c.points[i].Time.Before(from) {
			at, values = append(at, c.points[i].Time), append(values, v)
		}
	}
	if len(at) < 2*bins {
		return binned{}, false
	}
	whole := at[len(at)-1].Sub(at[0])
	if whole < shortSpan {
		return binned{}, false
	}
	b := binned{medians: make([]float64, bins), span: whole * (bins - 1) / bins}
	i := 0
	for part := range bins {
		end := at[0].Add(whole * time.Duration(part+1) / bins)
		j := i
		for j < len(at) && (part == bins-1 || at[j].Before(end)) {
			j++
		}
		if j == i {
			return binned{}, false
		}
		b.medians[part] = pick(slices.Sorted(slices.Values(values[i:j])))
		i = j
	}
	return b, true
}

func (b binned) growth() float64 { return b.medians[bins-1] - b.medians[0] }

// perMinute is the growth as a rate.
func (b binned) perMinute() float64 { return b.growth() / b.span.Minutes() }

// rising reports whether nearly every bin lies above the one before it and the
// last half grows about as fast as the first: of 28 pairs 25 rise, which a level
// curve does in less than one case in a thousand.
func (b binned) rising() bool {
	rises := 0
	for i, v := range b.medians {
		for _, w := range b.medians[i+1:] {
			switch {
			case w > v:
				rises++
			case w < v:
				rises--
			}
		}
	}
	return rises >= 22 && b.lasts() >= 0.35
}

// lasts is the share of the growth that fell into the last half.
func (b binned) lasts() float64 {
	if b.growth() <= 0 {
		return 0
	}
	return (b.medians[bins-1] - b.medians[bins/2-1]) / b.growth()
}

// reach is how far the rate may be off, as the steps between bins scatter.
func (b binned) reach() float64 {
	mean := b.growth() / (bins - 1)
	var squares float64
	for i := 1; i < bins; i++ {
		off := b.medians[i] - b.medians[i-1] - mean
		squares += off * off
	}
	deviation := math.Sqrt(squares / (bins - 2) * (bins - 1))
	return 2 * deviation / b.span.Minutes()
}
