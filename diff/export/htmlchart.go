package export

import (
	"fmt"
	"math"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// The plot of a chart, in the units of its viewBox, which is 920 by 230.
const (
	plotLeft   = 78
	plotRight  = 886
	plotTop    = 14
	plotBottom = 192
)

// chart is a figure with curves, as the template draws it.
type chart struct {
	Title  string
	Series []chartSeries
	Y, X   []tick
	Gaps   []gap
	Marks  []chartMark
}

type chartSeries struct {
	Name  string
	Path  string // of an SVG path; broken where the figure is not known
	Dots  []dot  // points that no line leads to
	Last  string // the newest value
	Class int
}

type dot struct{ X, Y string }

// tick is a label of an axis and where it stands along it.
type tick struct{ At, Label string }

// gap is a time without an answer.
type gap struct{ X, Width, Title string }

// chartMark is a snapshot or a restart.
type chartMark struct{ X, Kind, Title string }

// chartData is what the script reads to say what is under the pointer.
type chartData struct {
	Left   float64      `json:"left"` // of the plot, as the times and values are
	Right  float64      `json:"right"`
	Times  []int64      `json:"times"` // milliseconds since 1970
	From   int64        `json:"from"`
	To     int64        `json:"to"`
	Unit   string       `json:"unit"`
	Names  []string     `json:"names"`
	Values [][]*float64 `json:"values"` // null is unknown
}

// curve is one figure of the vitals and what it is called.
type curve struct {
	name  string
	vital snapshot.Vital
}

// charts are those of memory and of goroutines, as far as anything is known.
func charts(r Run) ([]chart, []chartData) {
	var out []chart
	data := []chartData{}
	for _, of := range []struct {
		title, unit string
		curves      []curve
	}{
		{"Memory", "bytes", []curve{{"live heap", snapshot.LiveHeap}, {"heap in use", snapshot.HeapInuse}, {"RSS", snapshot.RSS}}},
		{"Goroutines", "count", []curve{{"goroutines", snapshot.Goroutines}}},
	} {
		c, d, ok := newChart(r, of.curves, of.unit)
		if ok {
			c.Title = of.title
			out, data = append(out, c), append(data, d)
		}
	}
	return out, data
}

// newChart is false where none of the curves has a point.
func newChart(r Run, curves []curve, unit string) (chart, chartData, bool) {
	points := r.Curves.Points
	if len(points) == 0 {
		return chart{}, chartData{}, false
	}
	from, to := points[0].Time, points[len(points)-1].Time
	if to.Sub(from) < time.Millisecond { // which is what the page counts in
		to = from.Add(time.Second)
	}
	data := chartData{Left: plotLeft, Right: plotRight, From: from.UnixMilli(), To: to.UnixMilli(), Unit: unit}
	for i := range points {
		data.Times = append(data.Times, points[i].Time.UnixMilli())
	}
	largest := int64(1)
	var shown []curve
	for _, c := range curves {
		values, top := valuesOf(points, c.vital)
		if top < 0 {
			continue
		}
		largest = max(largest, top)
		data.Names, data.Values, shown = append(data.Names, c.name), append(data.Values, values), append(shown, c)
	}
	if len(shown) == 0 {
		return chart{}, chartData{}, false
	}
	x := func(t time.Time) float64 {
		return plotLeft + (plotRight-plotLeft)*float64(t.Sub(from))/float64(to.Sub(from))
	}
	ticks, top := valueTicks(largest, unit)
	out := chart{Y: ticks, X: timeTicks(from, to, x), Gaps: gaps(points, x), Marks: chartMarks(r, from, to, x)}
	for i, c := range shown {
		s := chartSeries{Name: c.name, Class: i + 1}
		s.draw(points, data.Values[i], x, func(v float64) float64 { return plotBottom - (plotBottom-plotTop)*v/top })
		s.Last = lastOf(data.Values[i], unit)
		out.Series = append(out.Series, s)
	}
	return out, data, true
}

// valuesOf returns one figure of all points, nil where it is unknown, and the
// largest, −1 where none is known. Where the target answered without saying it
// the one before still holds, as on screen: what lives is told by snapshots only.
func valuesOf(points []snapshot.Vitals, of snapshot.Vital) ([]*float64, int64) {
	values, top := make([]*float64, len(points)), int64(-1)
	for i := range points {
		if i > 0 && !points[i].Gap {
			values[i] = values[i-1]
		}
		if n, known := points[i].Get(of); known {
			v := float64(n)
			values[i], top = &v, max(top, n)
		}
	}
	return values, top
}

func lastOf(values []*float64, unit string) string {
	for i := len(values) - 1; i >= 0; i-- {
		if values[i] != nil {
			return units.Format(int64(*values[i]), unit)
		}
	}
	return ""
}

// draw makes the path: a new piece begins after each gap, and after each point
// at which the figure is not known.
func (s *chartSeries) draw(points []snapshot.Vitals, values []*float64, x func(time.Time) float64, y func(float64) float64) {
	var path strings.Builder
	var piece []dot
	end := func() {
		switch {
		case len(piece) == 1:
			s.Dots = append(s.Dots, piece[0])
		case len(piece) > 1:
			command := "M"
			for _, p := range piece {
				path.WriteString(command + p.X + " " + p.Y)
				command = "L"
			}
		}
		piece = nil
	}
	for i, v := range values {
		if points[i].Gap || v == nil {
			end()
		}
		if v != nil {
			piece = append(piece, dot{pixel(x(points[i].Time)), pixel(y(*v))})
		}
	}
	end()
	s.Path = path.String()
}

func pixel(v float64) string { return fmt.Sprintf("%.1f", v) }

// valueTicks labels the axis of values from 0 in round steps, up to a value
// that the largest does not exceed.
func valueTicks(largest int64, unit string) ([]tick, float64) {
	scale, format := units.Axis(largest, unit)
	// Labels have one decimal at most, and none where the scale is 1.
	step := max(roundStep(float64(largest)/scale/4), 0.5) * scale
	if scale == 1 {
		step = math.Ceil(step)
	}
	n := int(math.Ceil(float64(largest) / step))
	top := step * float64(n)
	var out []tick
	for i := range n + 1 {
		v := step * float64(i)
		out = append(out, tick{pixel(plotBottom - (plotBottom-plotTop)*v/top), format(v)})
	}
	return out, top
}

// roundStep is the first of 1, 2, 2.5, 5 and 10 times a power of ten that is not less.
func roundStep(least float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, times := range []float64{1, 2, 2.5, 5} {
		if times*power >= least {
			return times * power
		}
	}
	return 10 * power
}

// timeSteps are distances between two labels that people read easily.
func timeSteps() []time.Duration {
	return []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}
}

// mostTimeTicks is how many labels the axis of time has room for.
const mostTimeTicks = 8

// timeTicks labels the axis of time at round times, in UTC.
func timeTicks(from, to time.Time, x func(time.Time) float64) []tick {
	span := to.Sub(from)
	step := 24 * time.Hour * time.Duration(1+span/(mostTimeTicks*24*time.Hour))
	for _, s := range timeSteps() {
		if span/s < mostTimeTicks {
			step = s
			break
		}
	}
	layout := "15:04"
	switch {
	case step < time.Minute:
		layout = "15:04:05"
	case step >= 24*time.Hour:
		layout = "Jan 2"
	}
	var out []tick
	for t := from.UTC().Truncate(step); !t.After(to); t = t.Add(step) {
		if !t.Before(from) {
			out = append(out, tick{pixel(x(t)), t.Format(layout)})
		}
	}
	return out
}

// gaps are the times between a point after which no answer came and the next.
func gaps(points []snapshot.Vitals, x func(time.Time) float64) []gap {
	var out []gap
	for i := 1; i < len(points); i++ {
		if before, at := points[i-1].Time, points[i].Time; points[i].Gap {
			out = append(out, gap{pixel(x(before)), pixel(x(at) - x(before)),
				"nothing was seen for " + units.Duration(at.Sub(before)) + ", until " + stamp(at)})
		}
	}
	return out
}

func chartMarks(r Run, from, to time.Time, x func(time.Time) float64) []chartMark {
	var out []chartMark
	add := func(at time.Time, kind, title string) {
		if !at.Before(from) && !at.After(to) {
			out = append(out, chartMark{pixel(x(at)), kind, title})
		}
	}
	for _, m := range r.Curves.Snapshots {
		kind, title := "snapshot", fmt.Sprintf("snapshot #%d, %s", m.Seq, stamp(m.Time))
		if m.ForcedGC {
			kind, title = "gc", title+", after a forced GC"
		}
		for _, compared := range []struct {
			in   Input
			what string
		}{{r.Base, "base"}, {r.Current, "current"}} {
			if compared.in.Time.Equal(m.Time) {
				kind, title = compared.what, title+", the "+compared.what
			}
		}
		add(m.Time, kind, title)
	}
	for _, at := range r.Curves.Restarts {
		add(at, "restart", "restart, "+stamp(at))
	}
	return out
}
