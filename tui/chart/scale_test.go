package chart

import (
	"fmt"
	"strings"
	"testing"
)

func TestScale(t *testing.T) {
	mib := func(v float64) string { return fmt.Sprintf("%.1f", v/(1<<20)) }
	for _, c := range []struct {
		name   string
		lo, hi float64
		lines  int
		unit   float64
		format func(float64) string
		want   string // labels, the lowest first
	}{
		{"counts", 1130, 1320, 9, 1, count, ". 1150 . 1200 . 1250 . 1300 ."},
		{"three lines", 1130, 1320, 3, 1, count, "1100 . 1350"},
		{"two lines", 1130, 1320, 2, 1, count, "1100 1400"},
		{"MiB", 1200 << 20, 1400 << 20, 5, 1 << 20, mib, "1200.0 . 1300.0 . 1400.0"},
		{"level", 1000, 1000, 5, 1, count, "950 . 1000 . 1050"},
		{"zero", 0, 0, 5, 1, func(v float64) string { return fmt.Sprintf("%.1f", v) }, "0.0 . 0.5 . 1.0"},
		{"zero in whole numbers", 0, 0, 5, 1, count, "0 . . . 1"},
		{"both sides of zero", -10, 10, 5, 1, count, "-10 . 0 . 10"},
		{"one name for all", 5, 6, 5, 1, func(float64) string { return "x" }, "x . . . x"},
		{"no values", 1, 0, 3, 1, count, ". . ."},
	} {
		s := newScale(c.lo, c.hi, c.lines, c.unit, c.format)
		labels := make([]string, len(s.labels))
		for i, label := range s.labels {
			labels[i] = label
			if label == "" {
				labels[i] = "."
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if c.lo <= c.hi && (s.lo > c.lo || s.hi < c.hi) {
			t.Errorf("%s: %v to %v is not within %v to %v", c.name, c.lo, c.hi, s.lo, s.hi)
		}
	}
}

// A label stands on the line on which its value is drawn.
func TestLabelsAreHonest(t *testing.T) {
	for hi := 110.0; hi < 5000; hi *= 1.37 {
		for lines := 2; lines < 30; lines++ {
			s := newScale(100, hi, lines, 1, func(v float64) string { return fmt.Sprint(v) })
			for i, label := range s.labels {
				var v float64
				if _, err := fmt.Sscan(label, &v); err == nil && s.line(v) != i {
					t.Errorf("100 to %v on %d lines: %s stands on line %d, its value on %d", hi, lines, label, i, s.line(v))
				}
			}
		}
	}
}
