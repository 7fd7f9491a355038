package diff

import (
	"math"
	"strings"

	"leaktop/capture/snapshot"
)

// Sampling error of a difference between two heap profiles.
//
// The Go runtime samples one allocation in about every MemProfileRate bytes
// (runtime.MemProfileRate; a Poisson process over the bytes allocated), so that
// an object of size s is sampled with the probability p = 1 − e^(−s/rate), and
// the profile holds the sampled count divided by p (runtime/pprof,
// scaleHeapSample). Of N objects the sampled count K is binomial, so the
// estimate K/p has the variance N(1−p)/p. N is not known, but K/p estimates it
// without bias: the variance of an estimate of n objects is n(1−p)/p, and in
// bytes s² times that, which is the sum of s²(1−p)/p² over the K sampled ones.
// With p as above (1−p)/p is 1/(e^(s/rate)−1).
//
// Between two snapshots an object that survives is either sampled in both or
// in neither, and cancels. Noise comes from the x objects allocated since the
// base that still live, and from the y objects of the base freed since, which
// are independent: (x+y)(1−p)/p. Only x − y is seen, the change Δ. But x is at
// most what was allocated in between and at most what lives now, so that
//
//	x = min(Δalloc, after), y = x − Δ
//
// bounds the error from above. Without the columns of what was allocated, and
// between different processes, the bound is x = after, y = before. A column
// that only counts up has no frees: its error is that of Δalloc itself.
type noise struct {
	rate     float64 // mean bytes between samples; 0 unknown
	exact    bool    // values were counted, not sampled
	inBytes  bool    // the column is in bytes, else in objects
	counted  bool    // the column only counts up
	separate bool    // the profiles are of different processes
	own      pair    // the columns of the same objects: "inuse_space" and "inuse_objects"
	alloc    pair    // the columns of all objects ever allocated
}

// pair is a column in bytes and one in objects that speak of the same objects, -1 for none.
type pair struct{ bytes, objects int }

// noiseOf says how sampled the values of a column are.
func (c *Comparison) noiseOf(column int) noise {
	t := c.Types[column]
	n := noise{rate: c.rate(), inBytes: t.Unit == "bytes", counted: cumulative(t), separate: c.separate()}
	heap := c.kind() == snapshot.Heap
	n.exact = c.kind() == snapshot.Goroutine || heap && n.rate == 1 || c.sameObservation
	if !heap || t.Unit != "bytes" && t.Unit != "count" {
		n.rate = 0
	}
	n.own = c.pairOf(t.Name)
	n.alloc = c.pairOf("alloc_space")
	return n
}

func (c *Comparison) kind() snapshot.Kind {
	switch {
	case c.Current != nil:
		return c.Current.Kind
	case c.Base != nil:
		return c.Base.Kind
	}
	return snapshot.Other
}

// rate is the coarser of both sampling rates, 0 if one is unknown.
func (c *Comparison) rate() float64 {
	var rate int64
	for _, p := range []*snapshot.Profile{c.Base, c.Current} {
		switch {
		case p == nil:
		case p.Period <= 0:
			return 0
		default:
			rate = max(rate, p.Period)
		}
	}
	return float64(rate)
}

// pairOf finds the columns of the same objects by their names, which differ
// only in "space" and "objects".
func (c *Comparison) pairOf(name string) pair {
	prefix, ok := strings.CutSuffix(name, "space")
	if !ok {
		if prefix, ok = strings.CutSuffix(name, "objects"); !ok {
			return pair{bytes: c.head().Column(name), objects: -1}
		}
	}
	head := c.head()
	return pair{bytes: head.Column(prefix + "space"), objects: head.Column(prefix + "objects")}
}

// variance is that of a record's change; NaN where it is not known.
func (c *Comparison) variance(n noise, r record) float64 {
	if n.exact {
		return 0
	}
	size := float64(c.key(r).Size)
	for _, p := range []pair{n.own, n.alloc} {
		if size <= 0 {
			size = c.size(p, r)
		}
	}
	before, after := c.objects(n.own, c.base, r.base, size), c.objects(n.own, c.current, r.current, size)
	var churn float64
	switch {
	case n.separate:
		churn = before + after
	case n.counted:
		churn = math.Abs(after - before)
	case n.alloc.bytes >= 0 || n.alloc.objects >= 0:
		allocated := c.objects(n.alloc, c.current, r.current, size) - c.objects(n.alloc, c.base, r.base, size)
		delta := after - before
		// What survived is at least the growth seen, whatever rounding says.
		x := max(min(allocated, after), delta, 0)
		churn = x + max(x-delta, 0)
	default:
		churn = before + after
	}

	switch {
	case churn <= 0:
		return 0
	case n.rate == 0 || math.IsNaN(churn):
		return math.NaN()
	case !n.inBytes:
		return churn / math.Expm1(size/n.rate)
	}
	return churn * size * size / math.Expm1(size/n.rate)
}

// objects estimates how many objects of a size one side of a record holds.
// Bytes over size is finer than the column of objects, which is rounded.
func (c *Comparison) objects(p pair, s side, i int32, size float64) float64 {
	bytes, objects := int64(0), int64(0)
	if p.bytes >= 0 {
		bytes = s.value(i, p.bytes)
	}
	if p.objects >= 0 {
		objects = s.value(i, p.objects)
	}
	switch {
	case bytes == 0 && objects == 0:
		return 0
	case p.bytes >= 0 && size > 0:
		return float64(bytes) / size
	case p.objects >= 0 && size > 0:
		return float64(objects)
	}
	return math.NaN()
}

// size is the mean size of a record's objects, for profiles without the size
// as a label; 0 unknown.
func (c *Comparison) size(p pair, r record) float64 {
	if p.bytes < 0 || p.objects < 0 {
		return 0
	}
	bytes := float64(c.current.value(r.current, p.bytes)) + float64(c.base.value(r.base, p.bytes))
	objects := float64(c.current.value(r.current, p.objects)) + float64(c.base.value(r.base, p.objects))
	if bytes <= 0 || objects <= 0 {
		return 0
	}
	return bytes / objects
}
