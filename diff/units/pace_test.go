package units

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	for _, c := range []struct {
		actual, asked time.Duration
		want          string
	}{
		{5 * time.Second, 5 * time.Second, "every 5s"},
		{40 * time.Second, 15 * time.Second, "every 40s, not 15s"},
		{5400 * time.Millisecond, 5 * time.Second, "every 5s"},
		{4 * time.Second, 5 * time.Second, "every 4s"},
	} {
		if got := Pace(c.actual, c.asked); got != c.want {
			t.Errorf("%s where %s were asked for is %q, want %q", c.actual, c.asked, got, c.want)
		}
	}
}
