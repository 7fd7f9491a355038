package leak

import (
	"fmt"
	"math"
	"strings"
	"time"

	"leaktop/diff/trend"
	"leaktop/diff/units"
)

// Detection is what would not have been missed: leaks that went on for all of the
// time that was seen and were faster than the limit. It is the judge's own test
// turned round; see [trend.Arrivals].
type Detection struct {
	// BytesPerSecond is the limit of a leak of the heap at one place, in objects
	// of up to 64 KiB. Unknown while too little was seen, and where the profile
	// does not tell how it was sampled, or shows little of the heap.
	BytesPerSecond trend.Number
	// ObjectEvery is that of objects so large that each is sampled: one in so
	// long. Known where BytesPerSecond is.
	ObjectEvery time.Duration
	// GoroutinesPerMinute is that of goroutines of one kind.
	GoroutinesPerMinute trend.Number
	// Confidence is the probability that a leak at a limit is named.
	Confidence float64
	// HeapLeakIn and GoroutineLeakIn are how much longer it takes until growth
	// can be called a leak: 0 from then on, negative where it never can.
	HeapLeakIn, GoroutineLeakIn time.Duration
}

const (
	// detects is the confidence that detection limits are stated with.
	detects = 0.95
	// commonObject is the size of objects that a limit in bytes holds for. One of
	// them that is sampled stands for a few per cent more than the sampling rate.
	commonObject = 64 << 10
)

// detection finds what would not have been missed so far.
func (s *scene) detection() Detection {
	d := Detection{Confidence: detects, HeapLeakIn: -1, GoroutineLeakIn: -1}
	seen, span, rate := s.observer.HeapSeen()
	// Places with a history are rather believed to grow; the limit is that of one
	// without, which may be reached over several paths.
	need := leastFactor(expected/math.Max(float64(s.places.active()), fewestActive)) - math.Log(weightWhole)
	objects := trend.Arrivals(need, seen, true, detects)
	if span > 0 && rate > 0 && !s.hidden.known && !math.IsNaN(objects) {
		d.BytesPerSecond = trend.Number{Value: objects * trend.Sampled(commonObject, rate) / span.Seconds(), Known: true}
		d.ObjectEvery = time.Duration(float64(span) / objects)
	}
	if s.heap != nil && !s.hidden.known {
		d.HeapLeakIn = max(s.leakAfter()-span, 0)
	}
	if points := len(s.observer.Times()); points > 0 {
		span := s.to.Sub(s.from)
		d.GoroutineLeakIn = max(blockedAfter-span, 0)
		need := leastFactor(expected / math.Max(s.among, fewestActive))
		if n := math.Max(trend.Arrivals(need, points, false, detects), fewestMore); span > 0 && !math.IsNaN(n) {
			d.GoroutinesPerMinute = trend.Number{Value: n / span.Minutes(), Known: true}
		}
	}
	return d
}

// Text is the limit in a clause, "" where nothing is known of it.
func (d Detection) Text() string {
	heap, goroutines := "", ""
	if d.BytesPerSecond.Known {
		heap = units.Bytes(int64(math.Ceil(d.BytesPerSecond.Value))) + "/s"
	}
	if d.GoroutinesPerMinute.Known {
		goroutines = units.Plural(int64(math.Ceil(d.GoroutinesPerMinute.Value)), "goroutine") + " a minute"
	}
	sure := fmt.Sprintf(" would have been missed (%.0f %%)", 100*d.Confidence)
	switch {
	case heap != "" && goroutines != "":
		return "no leak above " + heap + ", and none of more than " + goroutines + "," + sure
	case heap != "":
		return "no heap leak above " + heap + sure
	case goroutines != "":
		return "no leak of more than " + goroutines + sure
	}
	return ""
}

// Short is the limit in as few words as say it, "" where nothing is known of it.
func (d Detection) Short() string {
	var limits []string
	if d.BytesPerSecond.Known {
		limits = append(limits, units.Bytes(int64(math.Ceil(d.BytesPerSecond.Value)))+"/s")
	}
	if d.GoroutinesPerMinute.Known {
		limits = append(limits, units.Count(int64(math.Ceil(d.GoroutinesPerMinute.Value)))+" goroutines/min")
	}
	if len(limits) == 0 {
		return ""
	}
	return "sees leaks above " + strings.Join(limits, ", ")
}

// Waits says in a clause until when growth cannot be called a leak yet, "" where
// it can.
func (d Detection) Waits() string {
	heap, goroutines := d.HeapLeakIn > 0, d.GoroutineLeakIn > 0
	switch {
	case heap && goroutines:
		return fmt.Sprintf("goroutine growth can be called a leak in %s, and heap growth in %s", rounded(d.GoroutineLeakIn), rounded(d.HeapLeakIn))
	case goroutines:
		return "goroutine growth can be called a leak in " + rounded(d.GoroutineLeakIn)
	case heap:
		return "heap growth can be called a leak in " + rounded(d.HeapLeakIn)
	}
	return ""
}

// rounded is a time to wait, in whole seconds and never none.
func rounded(d time.Duration) string {
	return units.Duration(max((d + time.Second - 1).Truncate(time.Second), time.Second))
}
