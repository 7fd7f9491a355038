package units_test

import (
	"math"
	"testing"
	"time"
	"unicode/utf8"

	"leaktop/diff/units"
)

func check[T any](t *testing.T, f func(T) string, cases []struct {
	in   T
	want string
}) {
	t.Helper()
	for _, c := range cases {
		if got := f(c.in); got != c.want {
			t.Errorf("of %v: got %q, want %q", c.in, got, c.want)
		}
	}
}

type ints = []struct {
	in   int64
	want string
}

type floats = []struct {
	in   float64
	want string
}

func TestBytes(t *testing.T) {
	check(t, units.Bytes, ints{
		{0, "0 B"}, {512, "512 B"}, {1023, "1023 B"}, {1024, "1.0 KiB"}, {1229, "1.2 KiB"},
		{1<<20 - 1, "1.0 MiB"}, // not "1024.0 KiB"
		{1023*1024 + 900, "1023.9 KiB"},
		{44 << 20, "44.0 MiB"}, {3 << 30, "3.0 GiB"},
		{math.MaxInt64, "8.0 EiB"}, {math.MinInt64, "−8.0 EiB"}, {-512, "−512 B"},
	})
	check(t, units.SignedBytes, ints{
		{0, "0 B"}, {44 << 20, "+44.0 MiB"}, {-3 << 10, "−3.0 KiB"}, {math.MinInt64, "−8.0 EiB"},
	})
}

func TestCount(t *testing.T) {
	check(t, units.Count, ints{
		{0, "0"}, {7, "7"}, {999, "999"}, {1203, "1,203"}, {1234567, "1,234,567"}, {-1203, "−1,203"},
		{999_999_999, "999,999,999"}, {1_000_000_000, "1.0 G"}, {999_999_999_999, "1.0 T"},
		{math.MaxInt64, "9.2 E"}, {math.MinInt64, "−9.2 E"},
	})
	check(t, units.SignedCount, ints{{0, "0"}, {12, "+12"}, {-3, "−3"}, {1203, "+1,203"}, {math.MinInt64, "−9.2 E"}})
}

func TestPerMinute(t *testing.T) {
	check(t, units.BytesPerMinute, floats{
		{3.1 * 1024 * 1024, "+3.1 MiB/min"}, {0, "0 B/min"}, {-2048, "−2.0 KiB/min"},
		{1e300, "+8.0 EiB/min"}, {math.NaN(), ""}, {math.Inf(1), ""},
	})
	check(t, units.CountPerMinute, floats{
		{60.8, "+60.8/min"}, {-0.04, "−0.0/min"}, {0, "0/min"}, {1203.4, "+1,203/min"},
		{-1e300, "−9.2 E/min"}, {math.NaN(), ""}, {math.Inf(-1), ""},
	})
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		before, after int64
		want          string
	}{
		{1000, 1123, "+12.3%"}, {1000, 900, "−10.0%"}, {1000, 1000, "0.0%"}, {1000, 0, "−100.0%"},
		{100_000, 100_001, "+0.0%"}, // a change keeps its sign
		{1, 5, "+400.0%"}, {1, 100, "×100"},
		{0, 5, ""}, {0, 0, ""}, {-5, 5, ""}, {5, -5, ""}, // mean nothing
		{1, math.MaxInt64, ">×9999"}, {math.MaxInt64, 0, "−100.0%"},
	} {
		if got := units.Percent(c.before, c.after); got != c.want {
			t.Errorf("Percent(%d, %d) = %q, want %q", c.before, c.after, got, c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	check(t, units.Duration, []struct {
		in   time.Duration
		want string
	}{
		{0, "0s"}, {7, "7ns"}, {35 * time.Microsecond, "35µs"}, {120 * time.Millisecond, "120ms"},
		{9 * time.Second, "9s"}, {80 * time.Second, "1m20s"}, {time.Minute, "1m"}, {2*time.Hour + 14*time.Minute, "2h14m"},
		{102 * time.Hour, "4d6h"}, {24*time.Hour - 1, "23h59m"}, {-9 * time.Second, "−9s"},
		{math.MaxInt64, "106751d"}, {math.MinInt64, "−106751d"},
	})
}

func TestFormatByUnit(t *testing.T) {
	for _, c := range []struct {
		n              int64
		unit           string
		format, signed string
	}{
		{2048, "bytes", "2.0 KiB", "+2.0 KiB"},
		{2048, "count", "2,048", "+2,048"},
		{-2048, "", "−2,048", "−2,048"},
		{9_000_000_000, "nanoseconds", "9s", "+9s"},
		{-9, "seconds", "−9s", "−9s"},
		{math.MaxInt64, "milliseconds", "106751d", "+106751d"},
		{math.MinInt64, "microseconds", "−106751d", "−106751d"},
		{2048, "pages", "2,048 pages", "+2,048 pages"},
	} {
		if got := units.Format(c.n, c.unit); got != c.format {
			t.Errorf("Format(%d, %q) = %q, want %q", c.n, c.unit, got, c.format)
		}
		if got := units.Signed(c.n, c.unit); got != c.signed {
			t.Errorf("Signed(%d, %q) = %q, want %q", c.n, c.unit, got, c.signed)
		}
	}
}

// No value is wider than the width that its column reserves.
func FuzzWidths(f *testing.F) {
	for _, n := range []int64{0, 1, -1, 1023, 1<<20 - 1, 999_999_999, 1_000_000_000, -999_949_999_999, math.MaxInt64, math.MinInt64} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		for text, width := range map[string]int{
			units.SignedBytes(n):             units.WidthSignedBytes,
			units.SignedCount(n):             units.WidthSignedCount,
			units.CountPerMinute(float64(n)): units.WidthPerMinute,
			units.BytesPerMinute(float64(n)): units.WidthPerMinute,
			units.Percent(1<<40, n):          units.WidthPercent,
		} {
			if got := utf8.RuneCountInString(text); got > width {
				t.Errorf("of %d: %q is %d wide, more than %d", n, text, got, width)
			}
		}
	})
}
