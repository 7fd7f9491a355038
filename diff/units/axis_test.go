package units

import "testing"

func TestAxisKeepsOneUnit(t *testing.T) {
	for _, c := range []struct {
		largest int64
		unit    string
		step    float64
		value   float64
		want    string
	}{
		{0, "bytes", 1, 0, "0 B"},
		{1023, "bytes", 1, 512, "512 B"},
		{1024, "bytes", 1 << 10, 512, "0.5 KiB"},
		{5 << 20, "bytes", 1 << 20, 3 << 19, "1.5 MiB"},
		{1400 << 20, "bytes", 1 << 30, 1 << 29, "0.5 GiB"},
		{1 << 62, "bytes", 1 << 60, 1 << 60, "1.0 EiB"},
		{1203, "count", 1, 1203.4, "1,203"},
	} {
		step, format := Axis(c.largest, c.unit)
		if got := format(c.value); step != c.step || got != c.want {
			t.Errorf("Axis(%d, %q) has steps of %v and writes %q, want %v and %q", c.largest, c.unit, step, got, c.step, c.want)
		}
	}
}
