package leak

import (
	"fmt"
	"math"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/trend"
)

// The checks of the user's limits. Their claims have the values grew, beyond and
// limit, in bytes or goroutines.
const (
	HeapGrowth      Check = "heap-growth"
	GoroutineGrowth Check = "goroutine-growth"
)

// One-sided and two-sided bounds of 95 % of a normal distribution, in standard
// errors.
const (
	oneSided = 1.644854
	twoSided = 1.959964
)

// Excess is growth that the user set a limit to.
type Excess struct {
	Unit          Unit // Bytes of the live heap, or Goroutines
	Before, After int64
	Stderr        int64 // of the difference; 0 for what was counted, −1 unknown
	Span          time.Duration
	Limit         int64
}

// heapLimit finds that the live heap grew beyond the user's limit.
func heapLimit() detector[*Excess] {
	return detector[*Excess]{
		check: HeapGrowth,
		finds: func(_ *scene, e *Excess) bool { return e.Unit == Bytes && e.beyond() },
		claim: func(_ *scene, e *Excess) Fact { return e.claim() },
		says: func(f Fact) string {
			return fmt.Sprintf("the live heap grew by %s, %s more than the limit of %s", f.bytes("grew"), f.bytes("beyond"), f.bytes("limit"))
		},
		facts: func(_ *scene, e *Excess) []Fact { return e.facts() },
		remedy: remedy{
			inGo: "look at what grew most, with leaktop diff or on screen 2; if it is meant to grow that much, raise --max-heap-growth",
		},
	}
}

// goroutineLimit finds that more goroutines were added than the user's limit allows.
func goroutineLimit() detector[*Excess] {
	return detector[*Excess]{
		check: GoroutineGrowth,
		finds: func(_ *scene, e *Excess) bool { return e.Unit == Goroutines && e.beyond() },
		claim: func(_ *scene, e *Excess) Fact { return e.claim() },
		says: func(f Fact) string {
			return fmt.Sprintf("the number of goroutines grew by %s, %s more than the limit of %s", f.count("grew"), f.count("beyond"), f.count("limit"))
		},
		facts: func(_ *scene, e *Excess) []Fact { return e.facts() },
		remedy: remedy{
			inGo: "look at the groups that grew most, with leaktop diff or on screen 3; if that many are meant, raise --max-goroutine-growth",
		},
	}
}

func (e *Excess) grew() int64 { return e.After - e.Before }

// beyond reports whether growth is larger than the limit for sure: all but one
// in twenty times, where it was sampled.
func (e *Excess) beyond() bool {
	return float64(e.grew())-oneSided*float64(max(e.Stderr, 0)) > float64(e.Limit)
}

func (e *Excess) claim() Fact {
	return Fact{}.With("grew", float64(e.grew()), e.Unit).With("beyond", float64(e.grew()-e.Limit), e.Unit).With("limit", float64(e.Limit), e.Unit)
}

func (e *Excess) facts() []Fact {
	out := []Fact{Fact{Kind: WentFromTo}.With("from", float64(e.Before), e.Unit).With("to", float64(e.After), e.Unit).lasting(e.Span)}
	if e.Stderr > 0 {
		out = append(out, Fact{Kind: SamplingError}.With("error", twoSided*float64(e.Stderr), e.Unit))
	}
	return out
}

// Exceeded is the finding that growth is beyond its limit, false where that is
// not sure.
func Exceeded(e Excess) (Finding, bool) {
	d, ok := firstOf(limitDetectors(), nil, &e)
	if !ok {
		return Finding{}, false
	}
	perMinute := func(n float64) float64 { return n / e.Span.Minutes() }
	value, stderr := float64(e.grew()), float64(max(e.Stderr, 0))
	f := Finding{
		ID:      string(ProcessKind) + "-" + string(d.check),
		Kind:    ProcessKind,
		Verdict: Leak,
		Growth:  trend.Estimate{Value: perMinute(value), Low: perMinute(value - twoSided*stderr), High: perMinute(value + twoSided*stderr), Known: true},
		Unit:    e.Unit,
	}
	switch now := snapshot.Known(max(e.After, 0)); e.Unit {
	case Bytes:
		f.Now.Bytes = now
	case Goroutines:
		f.Now.Goroutines = now
	}
	switch {
	case e.Stderr == 0:
		f.Confidence = 1
	case e.Stderr > 0:
		sure := 0.5 * math.Erfc((float64(e.Limit)-value)/(stderr*math.Sqrt2))
		f.Confidence = min(math.Round(100*sure)/100, 0.99) // what is sampled is never certain
	default: // no error is known
		f.Growth.Low, f.Growth.High = math.Inf(-1), math.Inf(1)
	}
	d.speak(&f, nil, &e)
	return f, true
}
