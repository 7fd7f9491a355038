package snapshot

import (
	"math"
	"strings"
)

// Go's heap profile counts sampled objects and reports estimates: a record
// with n sampled objects of size s, at a mean of rate bytes between two
// samples, says
//
//	objects = ⌊n·f⌋, bytes = ⌊n·s·f⌋, with f = 1/(1 − e^(−s/rate))
//
// (scaleHeapSample of runtime/pprof). Two large numbers then hold one small
// one, which is what is packed. Whoever unpacks may be another machine, so f is
// computed in a way that every machine rounds alike; where the target rounded
// otherwise, the record is packed as it stands.

// sampling is how objects of one size are sampled.
type sampling struct {
	size  int64
	scale float64 // f
}

// samplingOf says how objects of a size are sampled at a rate in bytes; one of
// 1 or less takes every object.
func samplingOf(size, rate int64) sampling {
	s := sampling{size: size, scale: 1}
	if rate > 1 && size > 0 {
		s.scale = 1 / float64(1-decay(float64(size)/float64(rate)))
	}
	return s
}

// maxExact bounds what is counted in floating point without error.
const maxExact = 1 << 52

// samples is how many sampled objects the bytes stand for, as nearly as can be.
func (s sampling) samples(bytes int64) int64 {
	n := math.Floor(float64(float64(bytes)/float64(float64(s.size)*s.scale)) + 0.5)
	if !(n > 0 && n < maxExact) {
		return 0
	}
	return int64(n)
}

// estimate is what a profile says of so many sampled objects; false where they
// are no count that it could hold.
func (s sampling) estimate(n int64) (objects, bytes int64, ok bool) {
	if n < 0 || s.size <= 0 || n > maxExact/s.size {
		return 0, 0, false
	}
	o, b := float64(n)*s.scale, float64(n*s.size)*s.scale
	if !(o < maxExact && b < maxExact) {
		return 0, 0, false
	}
	return int64(o), int64(b), true
}

// decay is e^(−x) for x ≥ 0, by the series of what is left after the nearest
// multiple of ln 2. The conversions keep a compiler from fusing a product with
// a sum, which rounds once instead of twice.
func decay(x float64) float64 {
	const (
		// ln 2 in two parts: the first has few enough digits for its multiples to be exact.
		high, low = 0x1.62e42feep-1, 0x1.a39ef35793c76p-33
		terms     = 14
	)
	if !(x < 700) {
		return 0
	}
	k := math.Floor(float64(x/math.Ln2) + 0.5)
	r := float64(float64(k*high)-x) + float64(k*low) // −x = r − k·ln 2
	sum := 1.0
	for i := terms; i > 0; i-- {
		sum = 1 + float64(sum*float64(r/float64(i)))
	}
	return math.Ldexp(sum, -int(k))
}

// rates remembers how the sizes met last are sampled.
type rates struct {
	rate  int64
	known [64]sampling
}

func (r *rates) of(size int64) sampling {
	at := &r.known[uint64(size)*0x9e3779b97f4a7c15>>58]
	if at.size != size {
		*at = samplingOf(size, r.rate)
	}
	return *at
}

// reset forgets what was sampled at another rate.
func (r *rates) reset(rate int64) {
	if r.rate != rate {
		*r = rates{rate: rate}
	}
}

// lane is the columns of a profile that are packed together: a single one, or
// the objects and the bytes of a heap profile, which follow from each other.
type lane struct {
	objects int // -1 for a single column
	bytes   int // or the single column, whatever it counts
}

// lanesOf shares out the columns, each to one lane.
func lanesOf(types []SampleType) []lane {
	partner := make([]int, len(types))
	for i := range partner {
		partner[i] = -1
	}
	for i, t := range types {
		prefix, isSpace := strings.CutSuffix(t.Name, "space")
		if !isSpace || t.Unit != "bytes" || partner[i] >= 0 {
			continue
		}
		for j, o := range types {
			if o.Name == prefix+"objects" && o.Unit == "count" && partner[j] < 0 {
				partner[i], partner[j] = j, i
				break
			}
		}
	}
	var out []lane
	for i, t := range types {
		switch j := partner[i]; {
		case j < 0:
			out = append(out, lane{-1, i})
		case t.Unit == "bytes":
			out = append(out, lane{j, i})
		}
	}
	return out
}
