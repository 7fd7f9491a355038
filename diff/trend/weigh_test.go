package trend

import (
	"math"
	"math/rand/v2"
	"testing"
)

// tellable is the factor from which on growth of one series of ten is likelier
// than not.
var tellable = math.Log(19)

// Kinds of growth that a plain look at the numbers tells, and what only seems to grow.
func TestWeigh(t *testing.T) {
	const points = 24 // two minutes
	x := func(i int) float64 { return float64(i) / (points - 1) }
	for _, test := range []struct {
		name  string
		curve curve
		grows bool
	}{
		{"one function over 16 paths, together", made(points, 5, func(i int) (float64, float64) {
			live := 4 + math.Floor(38*x(i))
			return live, live
		}), true},
		{"one of the 16 paths", made(points, 5, func(i int) (float64, float64) {
			live := math.Floor(2.5 * x(i))
			return live, live
		}), false},
		{"two sizes at one stack: the one that is kept", made(points, 5, func(i int) (float64, float64) {
			live := 4 + math.Floor(30*x(i))
			return live, live
		}), true},
		{"two sizes at one stack: the one that is freed", made(points, 5, func(i int) (float64, float64) {
			return 20 - math.Floor(8*x(i)), 26 * float64(i)
		}), false},
		{"contexts that are never cancelled", made(points, 5, func(i int) (float64, float64) {
			live := 11 + math.Floor(62*x(i))
			return live, live + math.Floor(4*x(i))
		}), true},
		{"a queue that takes in 250 and gives out 150", made(points, 5, func(i int) (float64, float64) {
			return 4 + math.Floor(50*x(i)), math.Floor(125 * x(i))
		}), true},
		{"a path that has given way to another", made(points, 5, func(i int) (float64, float64) {
			return 33 - math.Floor(33*x(i)), 33
		}), false},
		{"a step", made(points, 5, func(i int) (float64, float64) {
			live := 3 + 40*math.Floor(x(i)+0.5)
			return live, live
		}), false},
		{"two points", kept(1, 90), false},
	} {
		e := weigh(test.curve, unknown())
		if (e.factor > tellable) != test.grows {
			t.Errorf("%s: factor %.1f", test.name, e.factor)
		}
	}
}

// A slice that grows by copying is one object that is ever larger.
func TestWeighOfASlice(t *testing.T) {
	const points = 24
	sizes := []float64{2.4, 3.2, 4.2, 5.6, 7.5, 10, 13, 17, 23, 30} // MiB
	slice := made(points, 5, func(int) (float64, float64) { return 1, 1 })
	for i := range slice.values {
		step := i * len(sizes) / points
		slice.values[i] = sizes[step] * (1 << 20)
		slice.born[i] = float64(step)
	}
	if e := weigh(slice, unknown()); !e.size || e.factor < tellable || e.rises != 9 || e.falls != 0 {
		t.Errorf("by size %t, factor %.1f, %d rises", e.size, e.factor, e.rises)
	}
	slice.values[15] = 1 << 20 // it was made anew
	if e := weigh(slice, unknown()); e.factor > tellable {
		t.Errorf("one that shrinks: factor %.1f", e.factor)
	}
}

// What comes and goes about a level is seldom said to grow, and how seldom is what
// a factor promises: not more than one series in f has a factor of f.
func TestWeighOfALevel(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 5))
	for _, test := range []struct{ level, replaced float64 }{{8, 0.05}, {8, 0.5}, {40, 0.02}, {40, 0.2}, {40, 0.9}} {
		const runs = 400
		var sum float64
		above := 0
		for range runs {
			f := weigh(churn(r, 30, test.level, test.replaced), unknown()).factor
			sum += math.Exp(min(f, 6))
			if f > math.Log(20) {
				above++
			}
		}
		if mean := sum / runs; mean > 1.3 || above > 2*runs/20 {
			t.Errorf("%v objects of which %v are replaced: mean factor %.2f, %d of %d above 20", test.level, test.replaced, mean, above, runs)
		}
	}
}

// A bound may stand for the factor only where that is below what matters.
func TestWeighNoMoreThanNeeded(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 5))
	spared := 0
	for i := range 600 {
		c := churn(r, 20+i%20, 3+20*r.Float64(), r.Float64())
		for at := range c.counts { // some of them grow besides
			more := math.Floor(float64(at*(i%4)) / 6)
			c.counts[at], c.born[at], c.values[at] = c.counts[at]+more, c.born[at]+more, c.values[at]+more*unitBytes
		}
		exact := weigh(c, unknown()).factor
		if most := recordOf(c).most(c.n()); exact > most+1e-9 {
			t.Errorf("a factor of %v is above its bound %v", exact, most)
		}
		for _, least := range []float64{0, 3, 8} {
			switch got := weigh(c, least).factor; {
			case got == exact:
			case math.IsInf(got, -1) && exact < least:
				spared++
			default:
				t.Fatalf("a factor of %v is told as %v where %v matters", exact, got, least)
			}
		}
	}
	if spared < 100 {
		t.Errorf("no more than %d of 1,800 were spared", spared)
	}
}
