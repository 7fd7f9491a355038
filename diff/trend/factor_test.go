package trend

import (
	"math"
	"testing"
)

// The factor by births and deaths is the integral that it stands for.
func TestCountFactorIsItsIntegral(t *testing.T) {
	for _, c := range [][2]float64{{1, 0}, {5, 0}, {38, 4}, {17, 17}, {3, 12}, {60, 40}, {7.5, 2.25}} {
		births, deaths := c[0], c[1]
		want := integral(func(q float64) float64 {
			return 2 * math.Pow(2*q, deaths) * math.Pow(2-2*q, births)
		}, 0, 0.5)
		close(t, "factor", math.Exp(countFactor(births, deaths)), want, 1e-6)
	}
	close(t, "no events", countFactor(0, 0), 0, 0)
	if f := countFactor(50000, 49000); math.IsNaN(f) || f < 0 || f > 1 {
		t.Errorf("many events: %v", f)
	}
}

// Under a level a factor is one on average, or less.
func TestFactorsAreOneOnAverage(t *testing.T) {
	for _, events := range []int{1, 2, 7, 30, 200} {
		mean := 0.0
		for births := range events + 1 {
			all, _ := math.Lgamma(float64(events + 1))
			in, _ := math.Lgamma(float64(births + 1))
			out, _ := math.Lgamma(float64(events - births + 1))
			mean += math.Exp(all - in - out - float64(events)*math.Ln2 + countFactor(float64(births), float64(events-births)))
		}
		close(t, "counts", mean, 1, 1e-6)
	}
	close(t, "normal", integral(func(z float64) float64 {
		return math.Exp(normalFactor(z)-z*z/2) / math.Sqrt(2*math.Pi)
	}, -12, 40), 1, 1e-3)
	for rises := 1; rises < 10; rises++ {
		orders, _ := math.Lgamma(float64(rises + 2))
		if mean := math.Exp(orderFactor(rises) - orders); mean > 1 {
			t.Errorf("%d rises: mean %v", rises, mean)
		}
	}
	close(t, "calibrated", integral(func(x float64) float64 {
		// p = x⁴ takes the pole at zero away.
		return calibrator * math.Pow(x, 4*(calibrator-1)) * 4 * x * x * x
	}, 1e-6, 1), 1, 1e-3)
}

// What is known to be no more than a bound is none below the factor.
func TestBoundsOfFactors(t *testing.T) {
	for births := 0.0; births < 40; births += 1.5 {
		for deaths := 0.0; deaths < 40; deaths += 1.5 {
			if f, most := countFactor(births, deaths), mostByCounts(births, deaths); f > most+1e-9 {
				t.Errorf("%v born and %v died: %v is above its bound %v", births, deaths, f, most)
			}
		}
	}
	for z := -5.0; z < 40; z += 0.25 {
		if f, most := normalFactor(z), mostByNormal(z); f > most+1e-9 {
			t.Errorf("z %v: %v is above its bound %v", z, f, most)
		}
	}
}

func TestMixed(t *testing.T) {
	for _, test := range []struct {
		name             string
		factors, weights []float64
		want             float64
	}{
		{"one", []float64{3}, []float64{1}, 3},
		{"a rest counts nothing", []float64{3}, []float64{0.5}, 3 - math.Ln2},
		{"two alike", []float64{2, 2}, []float64{0.25, 0.75}, 2},
		{"the larger one rules", []float64{700, -700}, []float64{0.5, 0.5}, 700 - math.Ln2},
		{"none", []float64{unknown(), unknown()}, []float64{0.5, 0.5}, unknown()},
	} {
		if got := Mixed(test.factors, test.weights); got != test.want && !(math.Abs(got-test.want) < 1e-12) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// A normal deviate is about as unusual as the t that it stands for.
func TestStudentZ(t *testing.T) {
	for _, c := range []struct{ t, freedom, tail float64 }{
		{2.228, 10, 0.025}, {12.706, 1, 0.025}, {3.169, 10, 0.005}, {1.96, 1e6, 0.025}, {-2.228, 10, 0.975},
	} {
		if got := upperNormal(studentZ(c.t, c.freedom)); math.Abs(got-c.tail) > c.tail/3 {
			t.Errorf("t %v with %v degrees: %v, want %v", c.t, c.freedom, got, c.tail)
		}
	}
}
