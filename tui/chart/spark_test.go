package chart

import (
	"math"
	"testing"
)

func TestSpark(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		values []float64
		width  int
		want   string
	}{
		{"rising", []float64{1, 2, 3, 4, 5, 6, 7, 8}, 8, "▁▂▃▄▅▆▇█"},
		{"the newest at the right", []float64{1, 8}, 4, "  ▁█"},
		{"unknown", []float64{1, nan, 8, math.Inf(1)}, 4, "▁ █ "},
		{"level", []float64{100, 100, 100}, 3, "▄▄▄"},
		{"noise is level", []float64{100, 100.5, 99.8}, 3, "▄▄▄"},
		{"zero", []float64{0, 0}, 2, "▁▁"},
		{"a spike in the middle of many", []float64{1, 1, 1, 1, 9, 1, 1, 1, 1, 1}, 5, "▁▁█▁▁"},
		{"nothing known", []float64{nan, nan}, 3, "   "},
		{"no values", nil, 3, "   "},
		{"no room", []float64{1}, 0, ""},
		{"negative", []float64{-8, -1}, 2, "▁█"},
	} {
		if got := Spark(c.values, c.width); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
