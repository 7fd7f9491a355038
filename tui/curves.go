package tui

import (
	"math"
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
	"leaktop/tui/chart"
)

// memoryChart draws the curves in bytes.
func (m *Model) memoryChart(width, height int) string {
	return m.cached("memory", nil, width, height, func() string {
		return m.titled("Memory", m.chart(memoryCurves(), "bytes"), width, height)
	})
}

// memoryCurves are the figures in bytes.
func memoryCurves() []vitalCurve {
	return []vitalCurve{
		{"live heap", snapshot.LiveHeap},
		{"heap in use", snapshot.HeapInuse},
		{"RSS", snapshot.RSS},
	}
}

// goroutineChart draws the number of goroutines, and of those that are stuck
// where there are any.
func (m *Model) goroutineChart(stuck *chart.Series, width, height int) string {
	return m.cached("goroutines", stuck, width, height, func() string {
		if stuck == nil {
			return m.titled("Goroutines", m.chart([]vitalCurve{{"goroutines", snapshot.Goroutines}}, "count"), width, height)
		}
		c := m.chart([]vitalCurve{{"all", snapshot.Goroutines}}, "count")
		series := *stuck
		series.Paint = m.theme.Series[1]
		c.Series = append(c.Series, series)
		return m.titled("Goroutines", c, width, height)
	})
}

// stuckCurve counts in every snapshot of the newest run the goroutines that are
// stuck by what is judged now. It is nil where there are none.
func stuckCurve(a *analyst) *chart.Series {
	stuck := a.verdicts.stuck
	c := a.compare(snapshot.Goroutine)
	if len(stuck) == 0 || c.Comparison == nil || len(c.Types) == 0 {
		return nil
	}
	s := &chart.Series{Name: "stuck"}
	followed := a.follow(a.newest, snapshot.Goroutine, stuck, c.Types[0].Name)
	for i, shot := range followed.entries {
		s.Points = append(s.Points, chart.Point{Time: shot.Time, Value: float64(followed.values[i])})
	}
	if len(s.Points) == 0 {
		return nil
	}
	return s
}

// titledHeight is how many lines a chart needs to have a title, too.
const titledHeight = 8

// knowsMemory reports whether there is anything to draw in bytes.
func (m *Model) knowsMemory() bool {
	return len(m.data.history.Vitals()) == 0 || m.knows(memoryCurves()...)
}

// knows reports whether a source told one of some figures.
func (m *Model) knows(curves ...vitalCurve) bool {
	vitals := m.data.history.Vitals()
	for i := range vitals {
		for _, c := range curves {
			if _, known := vitals[i].Get(c.vital); known {
				return true
			}
		}
	}
	return false
}

// vitalCurve is one figure of the vitals and what it is called.
type vitalCurve struct {
	name  string
	vital snapshot.Vital
}

// titled puts a title above a chart, with where its curves come from. A chart
// without lines to spare does without: its legend names the curves.
func (m *Model) titled(title string, c chart.Chart, width, height int) string {
	if len(c.Series) == 0 {
		return block([]string{fit(" "+m.theme.Title.Apply(title)+m.theme.Dim.Apply("  unknown: no source reports it"), width)}, height)
	}
	if height < titledHeight {
		// Where a line is worth more for the curve, only what breaks it is marked.
		c.Marks = slices.DeleteFunc(c.Marks, func(m chart.Mark) bool { return m.Glyph == chart.SnapshotGlyph })
		return c.Render(width, height)
	}
	head := " " + m.theme.Title.Apply(title) + m.theme.Dim.Apply("  "+m.data.history.Info.CurveSource)
	return fit(head, width) + "\n" + c.Render(width, height-1)
}

// chart makes a chart of all that is known of some figures.
func (m *Model) chart(curves []vitalCurve, unit string) chart.Chart {
	c := chart.Chart{Theme: m.theme, Marks: m.marks()}
	vitals := m.data.history.Vitals()
	largest := int64(0)
	for i, curve := range curves {
		s := chart.Series{Name: curve.name, Paint: m.theme.Series[i]}
		known := false
		for j := range vitals {
			p := chart.Point{Time: vitals[j].Time, Value: math.NaN(), Gap: vitals[j].Gap}
			if n, ok := vitals[j].Get(curve.vital); ok {
				p.Value, known = float64(n), true
				largest = max(largest, n)
			}
			s.Points = append(s.Points, p)
		}
		if known {
			c.Series = append(c.Series, s)
		}
	}
	c.Unit, c.Format = units.Axis(largest, unit)
	if m.data.past() {
		c.Cursor = m.data.Current().Time
	}
	if m.data.outage != nil {
		c.To = m.now() // the time without an answer is seen as it grows
	}
	return c
}

// marks are the snapshots, the restarts and the GCs that were asked for.
func (m *Model) marks() []chart.Mark {
	var marks []chart.Mark
	for _, s := range m.data.history.Snapshots() {
		mark := chart.Mark{Time: s.Time, Glyph: chart.SnapshotGlyph, Label: "#" + itoa(s.Seq), Paint: m.theme.Dim}
		if s.ForcedGC {
			mark.Glyph = chart.ForcedGCGlyph
		}
		marks = append(marks, mark)
	}
	for _, r := range m.data.history.Restarts() {
		marks = append(marks, chart.Mark{Time: r.At, Glyph: chart.RestartGlyph, Label: "restart", Paint: m.theme.Growing})
	}
	return marks
}

// valueChart draws the values of snapshots, for a detail page.
func (m *Model) valueChart(name string, f followed, unit string, width, height int) string {
	s := chart.Series{Name: name, Paint: m.theme.Series[0]}
	largest := int64(0)
	for i, shot := range f.entries {
		s.Points = append(s.Points, chart.Point{Time: shot.Time, Value: float64(f.values[i])})
		largest = max(largest, f.values[i])
	}
	c := chart.Chart{Theme: m.theme, Series: []chart.Series{s}}
	c.Unit, c.Format = units.Axis(largest, unit)
	return c.Render(width, height)
}

// drawn is a chart that was drawn, and for what: View runs for every message,
// and most change no curve.
type drawn struct {
	points        int
	last          time.Time
	shots         int
	restarts      int
	source        string // of the curves, which a title names
	current       int
	stuck         *chart.Series
	width, height int
	dark          bool
	text          string
}

func (m *Model) cached(name string, stuck *chart.Series, width, height int, draw func() string) string {
	vitals := m.data.history.Vitals()
	want := drawn{points: len(vitals), shots: len(m.data.history.Snapshots()), restarts: len(m.data.history.Restarts()), source: m.data.history.Info.CurveSource, current: m.data.current, stuck: stuck, width: width, height: height, dark: m.theme.Dark}
	switch {
	case m.data.outage != nil:
		want.last = m.now().Truncate(time.Second)
	case len(vitals) > 0:
		want.last = vitals[len(vitals)-1].Time
	}
	have := m.charts[name]
	want.text = have.text
	if have != want {
		want.text = draw()
		m.charts[name] = want
	}
	return want.text
}
