package chart

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"leaktop/tui/theme"
)

// start is when the curves of these tests begin. It is seven seconds past a
// minute, so that round times are not where the window starts.
func start() time.Time { return time.Date(2026, 3, 1, 12, 0, 7, 0, time.UTC) }

// every returns one point for each value, a step apart.
func every(step time.Duration, values ...float64) []Point {
	points := make([]Point, len(values))
	for i, v := range values {
		points[i] = Point{Time: start().Add(time.Duration(i) * step), Value: v}
	}
	return points
}

func count(v float64) string { return fmt.Sprintf("%.0f", v) }

func mebibytes(v float64) string { return fmt.Sprintf("%.0f MiB", v/(1<<20)) }

// one is a chart of one series without colours.
func one(points []Point) Chart {
	return Chart{Series: []Series{{Name: "n", Points: points}}, Format: count}
}

// plot returns the lines of the plot of a chart of a given size, right of the axis.
func plot(t *testing.T, c Chart, width, height int) []string {
	t.Helper()
	var out []string
	for line := range strings.SplitSeq(ansi.Strip(c.Render(width, height)), "\n") {
		if _, after, ok := strings.Cut(line, "┤"); ok {
			out = append(out, after)
		} else if _, after, ok := strings.Cut(line, "│"); ok {
			out = append(out, after)
		}
	}
	return out
}

// service is what a leaking service looks like: live heap each 15 s, the rest
// each second, a spike, an outage of 20 s and a restart.
func service(dark bool) Chart {
	th := theme.New(dark)
	var live, inuse, rss []Point
	for i := range 240 {
		if i >= 130 && i < 150 {
			continue
		}
		at, gap, n := start().Add(time.Duration(i)*time.Second), i == 150, float64(i)
		liveNow, spike := math.NaN(), 0.0
		if i%15 == 0 {
			liveNow = 1200 + 0.9*n
		}
		if i == 77 {
			spike = 120
		}
		live = append(live, Point{at, liveNow * (1 << 20), gap})
		inuse = append(inuse, Point{at, (1230 + 0.9*n + float64(i%20)*2 + spike) * (1 << 20), gap})
		rss = append(rss, Point{at, (1350 + 0.8*n) * (1 << 20), gap})
	}
	var marks []Mark
	for i := range 16 {
		at := start().Add(time.Duration(i*15) * time.Second)
		marks = append(marks, Mark{Time: at, Glyph: SnapshotGlyph, Label: fmt.Sprint(i + 1), Paint: th.Dim})
	}
	marks = append(marks,
		Mark{Time: start().Add(100 * time.Second), Glyph: ForcedGCGlyph, Paint: th.Accent},
		Mark{Time: start().Add(150 * time.Second), Glyph: RestartGlyph, Paint: th.Growing})
	return Chart{
		Series: []Series{
			{"live heap", th.Series[0], live},
			{"heap in use", th.Series[1], inuse},
			{"RSS", th.Series[2], rss},
		},
		Marks: marks, Format: mebibytes, Unit: 1 << 20, Theme: th,
	}
}

func TestGolden(t *testing.T) {
	for _, size := range []struct{ width, height int }{{20, 8}, {58, 10}, {60, 4}, {80, 12}, {120, 16}, {200, 20}} {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			golden.RequireEqual(t, ansi.Strip(service(true).Render(size.width, size.height))+"\n")
		})
	}
}

func TestGoldenCursor(t *testing.T) {
	c := service(true)
	c.Cursor = start().Add(77 * time.Second)
	golden.RequireEqual(t, ansi.Strip(c.Render(80, 12))+"\n")
}

func TestGoldenColours(t *testing.T) {
	golden.RequireEqual(t, service(false).Render(60, 8)+"\n")
}

func TestSpikeIsNotLost(t *testing.T) {
	values := make([]float64, 10_000)
	for i := range values {
		values[i] = 100
	}
	values[5003] = 200
	top := plot(t, one(every(time.Second, values...)), 80, 12)[0]
	if !strings.ContainsAny(top, "┏┓") {
		t.Errorf("one point of 10,000 is twice as high and is not on the top line: %q", top)
	}
}

func TestColumnsAreOfTimeNotOfPoints(t *testing.T) {
	// A hundred points in the first ten seconds, then one after ninety more.
	points := make([]Point, 0, 101)
	for i := range 100 {
		points = append(points, Point{Time: start().Add(time.Duration(i) * 100 * time.Millisecond), Value: 100})
	}
	points = append(points, Point{Time: start().Add(100 * time.Second), Value: 200})
	lines := plot(t, one(points), 80, 12)
	if bottom := strings.TrimRight(lines[len(lines)-1], " "); len([]rune(bottom)) < 60 {
		t.Errorf("the value of the first tenth does not hold until the next: %q", bottom)
	}
	if n := strings.Count(lines[0], "━"); n > 2 {
		t.Errorf("the last value takes %d columns of the past", n)
	}
}

func TestSparseSeriesHoldsBesideDenseOne(t *testing.T) {
	sparse, dense := every(15*time.Second, 100, 110, 120, 130), every(time.Second, make([]float64, 50)...)
	for i := range dense {
		dense[i].Value = 200
	}
	c := Chart{Series: []Series{{Name: "sparse", Points: sparse}, {Name: "dense", Points: dense}}, Format: count}
	w := c.window(50)
	for i, v := range c.curves(w, c.outages())[0].values {
		if math.IsNaN(v) {
			t.Errorf("column %d of the sparse series is empty", i)
		}
	}
}

func TestUnknownValueHoldsTheOneBefore(t *testing.T) {
	c := one(every(time.Second, 1, math.NaN(), math.Inf(1), math.NaN(), 5))
	got := c.curves(c.window(5), c.outages())[0].values
	for i, want := range []float64{1, 1, 1, 1, 5} {
		if got[i] != want {
			t.Errorf("column %d is %v, want %v", i, got[i], want)
		}
	}
}

// breakAt returns points a second apart with an outage before the given ones.
func breakAt(n int, gaps ...int) []Point {
	points := every(time.Second, make([]float64, n)...)
	for i := range points {
		points[i].Value = 100
	}
	for _, i := range gaps {
		points[i].Gap = true
	}
	return points
}

func TestGaps(t *testing.T) {
	at := func(second int, value float64, gap bool) Point {
		return Point{Time: start().Add(time.Duration(second) * time.Second), Value: value, Gap: gap}
	}
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		series [][]Point
		want   []string // of each series: # where there is a line
	}{
		{"no line where there was no answer", [][]Point{{at(0, 1, false), at(2, 1, false), at(6, 1, true), at(8, 1, false)}}, []string{"###...###"}},
		{"what is not known after an outage is not drawn", [][]Point{{at(0, 1, false), at(2, 1, false), at(5, nan, true), at(7, 1, false), at(8, 1, false)}}, []string{"###....##"}},
		{"an outage holds for a series that does not tell of it", [][]Point{{at(0, 1, false), at(8, 1, false)}, {at(0, 1, false), at(2, 1, false), at(6, 1, true), at(8, 1, false)}}, []string{"###.....#", "###...###"}},
		{"an outage begins at the last answer of any series", [][]Point{{at(0, 1, false), at(6, 1, true), at(8, 1, false)}, {at(0, 1, false), at(3, 1, false), at(6, 1, true), at(8, 1, false)}}, []string{"####..###", "####..###"}},
		{"after the last answer nothing holds", [][]Point{{at(0, 1, false), at(8, 1, true)}, {at(0, 1, false)}}, []string{"#.......#", "#........"}},
		{"a series without a value", [][]Point{{at(0, nan, false), at(8, nan, false)}}, []string{"........."}},
		{"no points", [][]Point{{at(0, 1, false), at(8, 1, false)}, nil}, []string{"#########", "........."}},
	} {
		chart := Chart{Format: count}
		for _, points := range c.series {
			chart.Series = append(chart.Series, Series{Points: points})
		}
		for i, curve := range chart.curves(chart.window(9), chart.outages()) {
			var got strings.Builder
			for _, v := range curve.values {
				if math.IsNaN(v) {
					got.WriteByte('.')
				} else {
					got.WriteByte('#')
				}
			}
			if got.String() != c.want[i] {
				t.Errorf("%s: series %d is %s, want %s", c.name, i, got.String(), c.want[i])
			}
		}
	}
}

func TestCurveBreaksBetweenNeighbouringColumns(t *testing.T) {
	points := breakAt(40, 20)
	for i := 20; i < 40; i++ {
		points[i].Value = 300
	}
	for _, line := range plot(t, one(points), 53, 12) {
		if strings.ContainsAny(line, "┃┛┏") {
			t.Errorf("a line joins the values before and after an outage: %q", line)
		}
	}
}

func TestLevelCurveLooksLevel(t *testing.T) {
	c := one(every(time.Second, 1000, 1004, 998, 1003, 1000, 1001))
	drawn := 0
	for _, line := range plot(t, c, 60, 10) {
		if strings.TrimSpace(line) != "" {
			drawn++
		}
	}
	if drawn > 2 { // two where it lies between them
		t.Errorf("0.6 %% of noise takes %d lines", drawn)
	}
}

func TestSinglePointIsSeen(t *testing.T) {
	for _, v := range []float64{0, 1, -5, 1e15} {
		if got := strings.Join(plot(t, one(every(time.Second, v)), 40, 6), ""); strings.Count(got, lone) != 1 {
			t.Errorf("%v is drawn as %q", v, got)
		}
	}
}

func TestSeriesDifferWithoutColour(t *testing.T) {
	seen := map[string]bool{}
	for i := range 4 {
		if line := style(i).Horizontal; seen[line] {
			t.Errorf("series %d is drawn with %q, as another is", i, line)
		} else {
			seen[line] = true
		}
	}
}

func TestFirstSeriesIsOnTop(t *testing.T) {
	c := Chart{Series: []Series{{Name: "a", Points: every(time.Second, 7, 7, 7)}, {Name: "b", Points: every(time.Second, 7, 7, 7)}}, Format: count}
	for _, line := range plot(t, c, 40, 8) {
		if strings.Contains(line, "─") {
			t.Errorf("the second series covers the first: %q", line)
		}
	}
}

// While time moves on, a curve moves by whole columns and keeps its shape.
func TestCurveDoesNotTremble(t *testing.T) {
	var points []Point
	for i := range 600 {
		points = append(points, Point{Time: start().Add(time.Duration(i) * 700 * time.Millisecond), Value: float64(i * 7919 % 101)})
	}
	shape := func(shift time.Duration) map[int64]float64 {
		c := one(points)
		c.From, c.To = start().Add(60*time.Second+shift), start().Add(300*time.Second+shift)
		w, out := c.window(50), map[int64]float64{}
		for i, v := range c.curves(w, c.outages())[0].values {
			out[w.first+int64(i)] = v
		}
		return out
	}
	before := shape(0)
	for _, shift := range []time.Duration{time.Second, 3 * time.Second, 20 * time.Second} {
		for bucket, v := range shape(shift) {
			if old, ok := before[bucket]; ok && old != v {
				t.Errorf("%v later, the bucket %d is %v instead of %v", shift, bucket, v, old)
			}
		}
	}
}

func TestSmall(t *testing.T) {
	c := one(every(time.Second, 1, 2, 3, 4))
	for _, size := range []struct {
		width, height int
		want          string
	}{
		{19, 3, "\n\n"}, {4, 1, "▁▃▅█"}, {30, 2, "\n"}, {0, 2, "\n"}, {-1, 1, ""}, {10, 0, ""}, {10, -1, ""},
	} {
		got := c.Render(size.width, size.height)
		if size.width == 4 && got != size.want {
			t.Errorf("%d×%d: got %q, want %q", size.width, size.height, got, size.want)
		}
		if strings.Count(got, "\n") != strings.Count(size.want, "\n") {
			t.Errorf("%d×%d: %q", size.width, size.height, got)
		}
	}
	if got := (Chart{}).Render(40, 5); strings.Count(got, "\n") != 4 {
		t.Errorf("a chart of nothing: %q", got)
	}
}
