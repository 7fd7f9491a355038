package trend

import (
	"math"
	"slices"
	"time"
)

// Bounds of what is kept. A point of a heap stack takes about 8 bytes, so that
// 20,000 stacks that all change without end keep about 40 points each.
const (
	maxTimes = 128
	minTimes = 32      // below, a trend says too little
	maxBytes = 5 << 20 // of all series together
)

// timeline is the times of the points that are kept, oldest first. Series name
// a time by its place here.
type timeline struct {
	times []time.Time
	// seconds are how long after the first of them the values held, which for
	// heaps is not when they were fetched.
	seconds []float64
}

// add appends a time, some time after the one before it by the series' own clock.
func (l *timeline) add(t time.Time, step time.Duration) (place int) {
	place = len(l.times)
	var since float64
	if place > 0 {
		since = l.seconds[place-1] + step.Seconds()
	}
	l.times, l.seconds = append(l.times, t), append(l.seconds, since)
	return place
}

// since is the part of a timeline from a time on; all of it for the zero time.
func (l timeline) since(t time.Time) timeline {
	from, _ := slices.BinarySearchFunc(l.times, t, time.Time.Compare)
	return timeline{times: l.times[from:], seconds: l.seconds[from:]}
}

// thin drops a quarter of the times and returns for each old place the new
// place of the first kept at or after it. The newest quarter stays as it is, and
// of the others those go whose neighbours are closest, so that they end up
// evenly spread over the run. The first stays. Which points go does not depend
// on their values, so slopes stay unbiased.
func (l *timeline) thin() []uint32 {
	n := len(l.times)
	places := make([]int, n) // that are kept
	for i := range places {
		places[i] = i
	}
	for range n / 4 {
		closest, gap := 0, math.Inf(1)
		for i := 1; i < len(places)-n/4-1; i++ {
			if g := l.seconds[places[i+1]] - l.seconds[places[i-1]]; g < gap {
				closest, gap = i, g
			}
		}
		if closest == 0 {
			break
		}
		places = slices.Delete(places, closest, closest+1)
	}
	moved := make([]uint32, n)
	from := 0
	for to, place := range places {
		for ; from <= place; from++ {
			moved[from] = uint32(to)
		}
		l.times[to], l.seconds[to] = l.times[place], l.seconds[place]
	}
	l.times, l.seconds = l.times[:len(places)], l.seconds[:len(places)]
	return moved
}

// crowded reports whether times are to be thinned, with so many bytes in all series.
func (l *timeline) crowded(bytes int) bool {
	return len(l.times) > maxTimes || bytes > maxBytes && len(l.times) > minTimes
}
