package chart

import (
	"testing"
	"time"

	"leaktop/tui/theme"
)

// BenchmarkRender draws a full history: four series of 4,096 points.
func BenchmarkRender(b *testing.B) {
	th := theme.New(true)
	c := Chart{Format: mebibytes, Unit: 1 << 20, Theme: th}
	for i := range 4 {
		points := make([]Point, 4096)
		for j := range points {
			points[j] = Point{Time: start().Add(time.Duration(j) * time.Second), Value: float64(1000+200*i+j/8+j%31) * (1 << 20)}
		}
		c.Series = append(c.Series, Series{Name: "series", Paint: th.Series[i], Points: points})
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Render(200, 20)
	}
}
