package trend

import (
	"math"
	"slices"
	"time"
)

// Shape says in a word how a series moved.
type Shape string

const (
	// Level series did not grow beyond what coming and going explain.
	Level Shape = "level"
	// Steady series grew from the first point to the last.
	Steady Shape = "steady"
	// Late series began to grow within the window, and still do.
	Late Shape = "late"
	// Levelled series grew and then stopped.
	Levelled Shape = "levelled"
	// Step series grew once, for a short while, and were level before and after.
	Step Shape = "step"
	// Sawtooth series fell by more than half of their range.
	Sawtooth Shape = "sawtooth"
	// Unclear series grew; how cannot be told yet.
	Unclear Shape = "unclear"
)

// shareSure is the posterior probability that a shape needs to be named.
const shareSure = 0.75

// Floor compares the lows of a series in the first third of the window and in
// the last.
type Floor struct {
	// First is the highest that the floor reached in the first third. The floor
	// is the lowest of a few neighbouring points, half of that third.
	First float64
	Last  float64 // the lowest point of the last third
	// Rising says that Last lies above First.
	Rising bool
}

func floorOf(c curve) Floor {
	n := c.n()
	first, last := c.after(1.0/3), c.after(2.0/3)
	wide := max(first/2, 1)
	f := Floor{First: math.Inf(-1), Last: math.Inf(1)}
	for i := range max(first, 1) {
		low := c.values[i]
		for _, v := range c.values[i+1 : max(min(i+wide, n), i+1)] {
			low = min(low, v)
		}
		f.First = max(f.First, low)
	}
	for _, v := range c.values[last:] {
		f.Last = min(f.Last, v)
	}
	f.Rising = f.Last > f.First
	return f
}

// after is the first place at or after a share of the window's time.
func (c curve) after(share float64) int {
	at := c.seconds[0] + share*c.span()
	place, _ := slices.BinarySearch(c.seconds, at)
	return min(place, c.n()-1)
}

// Fall is the deepest fall of a series: from a peak to the lowest point after it.
type Fall struct {
	Size     float64
	Share    float64   // of the range of the whole series, 0 to 1
	At       time.Time // of the lowest point; zero where nothing fell
	Regained float64   // rise from the lowest point to the last
	// Swing says that it is one of the swings of a series whose lows rose and kept most
	// of that: what it gave back had come in its cycle.
	Swing bool
}

func fallOf(c curve, at []time.Time) Fall {
	size, place := deepestFall(c.values)
	if size == 0 {
		return Fall{}
	}
	return Fall{
		Size: size, Share: size / (slices.Max(c.values) - slices.Min(c.values)),
		At: at[place], Regained: c.values[c.n()-1] - c.values[place],
		Swing: c.lowsHold(),
	}
}

// lowsHold reports whether the lows of a curve's cycles rose and kept most of that.
func (c curve) lowsHold() bool {
	if c.counts == nil {
		return false
	}
	_, lows := troughs(c.seconds, c.counts)
	if len(lows) < fewestFloors {
		return false
	}
	rose, kept := slices.Max(lows)-lows[0], lows[len(lows)-1]-lows[0]
	return kept > 0 && kept >= rose/2
}

// deepestFall is the largest fall from a peak to what comes after it, and the place
// of the lowest; 0 where nothing fell.
func deepestFall(values []float64) (size float64, place int) {
	peak := math.Inf(-1)
	for i, v := range values {
		peak = max(peak, v)
		if peak-v > size {
			size, place = peak-v, i
		}
	}
	return size, place
}

// middle is the place that cuts the window in halves, by time.
func (c curve) middle() int { return min(max(c.after(0.5), 1), c.n()-2) }

// saturation is the rate of growth in the last half of the window over that in
// the first, unknown where the first half did not grow beyond its error. The
// load may stand for time; it must grow in both halves.
func saturation(c curve, load []float64, spread float64) Estimate {
	last, mid := c.n()-1, c.middle()
	before, after := load[mid]-load[0], load[last]-load[mid]
	if before <= 0 || after <= 0 {
		return Estimate{}
	}
	early, late := (c.values[mid]-c.values[0])/before, (c.values[last]-c.values[mid])/after
	// The error of a part grows with the time it takes.
	share := (c.seconds[mid] - c.seconds[0]) / c.span()
	earlyVariance, lateVariance := spread*share/(before*before), spread*(1-share)/(after*after)
	if early <= 0 || early*early < normal95*normal95*earlyVariance {
		return Estimate{}
	}
	ratio := late / early
	return around(ratio, (lateVariance+ratio*ratio*earlyVariance)/(early*early))
}
