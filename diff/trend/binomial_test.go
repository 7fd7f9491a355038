package trend

import (
	"math"
	"testing"
)

// The tail of the binomial distribution with one half, counted out.
func counted(born, died int) float64 {
	n := born + died
	var sum float64
	for k := born; k <= n; k++ {
		all, _ := math.Lgamma(float64(n + 1))
		in, _ := math.Lgamma(float64(k + 1))
		out, _ := math.Lgamma(float64(n - k + 1))
		sum += math.Exp(all - in - out - float64(n)*math.Ln2)
	}
	return sum
}

func close(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)+1e-300) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// upperHalf is the probability that of so many events, each a birth or a death with
// equal chance, at least born are births.
func upperHalf(born, died float64) float64 { return betaAtHalf(born, died+1) }

func TestUpperHalf(t *testing.T) {
	for _, c := range [][2]int{{1, 0}, {5, 0}, {17, 0}, {17, 3}, {3, 17}, {40, 20}, {68, 40}, {500, 400}} {
		close(t, "chance", upperHalf(float64(c[0]), float64(c[1])), counted(c[0], c[1]), 1e-9)
	}
	close(t, "17 objects born, none died", upperHalf(17, 0), math.Pow(2, -17), 1e-12)
	close(t, "many events", upperHalf(5250, 4749), upperHalf(5251, 4750), 0.02) // counted, and normal
	// Between whole numbers the chance falls without a jump.
	for x := 0.25; x < 60; x += 0.25 {
		if upperHalf(x+0.25, 12) >= upperHalf(x, 12) || upperHalf(30, x+0.25) <= upperHalf(30, x) {
			t.Fatalf("not monotone at %v", x)
		}
	}
}
