package trend

import "testing"

// What began to grow after hours is known to have done so to a minute, though the
// window is long.
func TestOnset(t *testing.T) {
	for _, c := range []struct {
		name   string
		points int
		grows  int // from which point on
		want   int
		within int
	}{
		{"from the start", 400, 0, 0, 2},
		{"half way", 400, 200, 200, 12},
		{"two minutes before the end", 480, 472, 472, 2},
	} {
		curve := made(c.points, 15, func(i int) (float64, float64) {
			live := 20 + 3*float64(max(i-c.grows, 0))
			return live, live
		})
		if got := curve.onset(); got < c.want-c.within || got > c.want+c.within {
			t.Errorf("%s: place %d, want %d", c.name, got, c.want)
		}
	}
}
