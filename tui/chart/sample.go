package chart

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"
)

// window maps times to columns. Its buckets start at multiples of their length,
// not at From: while To moves on, points stay together in the same bucket, and
// the curve moves by whole columns instead of trembling.
type window struct {
	bucket  int64 // nanoseconds that a column covers
	first   int64 // number of column 0's bucket since 1970
	columns int
	zone    *time.Location // of the labels
	unknown bool           // when the points are is not known
}

// window returns the chart's window of time cut into columns.
func (c Chart) window(columns int) window {
	from, to := c.From, c.To
	oldest, newest := c.extent()
	if to.IsZero() {
		to = newest
	}
	if from.IsZero() {
		from = oldest
	}
	columns = max(2, columns)
	span := max(0, to.Sub(from))
	if span == 0 {
		span = time.Minute
	}
	bucket := max(1, (int64(span)+int64(columns)-2)/int64(columns-1))
	return window{
		bucket:  bucket,
		first:   floorDiv(to.UnixNano(), bucket) - int64(columns) + 1,
		columns: columns,
		zone:    to.Location(),
		unknown: newest.IsZero(),
	}
}

// extent returns the times of the oldest and the newest point.
func (c Chart) extent() (oldest, newest time.Time) {
	for _, s := range c.Series {
		if len(s.Points) == 0 {
			continue
		}
		if t := s.Points[0].Time; oldest.IsZero() || t.Before(oldest) {
			oldest = t
		}
		if t := s.Points[len(s.Points)-1].Time; t.After(newest) {
			newest = t
		}
	}
	return oldest, newest
}

// index returns the column of a time, which may be left or right of the window.
func (w window) index(nanos int64) int64 { return floorDiv(nanos, w.bucket) - w.first }

// column returns the column of a time that is within the window.
func (w window) column(t time.Time) (column int, ok bool) {
	i := w.index(t.UnixNano())
	return int(i), i >= 0 && i < int64(w.columns)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// curve is a series as it is drawn.
type curve struct {
	values []float64 // one a column, NaN where there is no line
	breaks []bool    // the column is not joined to the one before it
	latest float64   // the newest value, NaN if there is none
}

// curves brings every series to one value a column.
func (c Chart) curves(w window, outages []outage) []curve {
	out := make([]curve, len(c.Series))
	_, newest := c.extent()
	for i, s := range c.Series {
		out[i] = sample(s.Points, w, outages, newest.UnixNano())
	}
	return out
}

// sample takes the highest value of each column, and lets a value hold until
// the next one or until an outage begins. The last value holds up to newest,
// when the target last said anything.
func sample(points []Point, w window, outages []outage, newest int64) curve {
	out := curve{values: make([]float64, w.columns), breaks: make([]bool, w.columns), latest: math.NaN()}
	for i := range out.values {
		out.values[i] = math.NaN()
	}
	var since int64              // when the latest value was seen
	var column, begin, end int64 // its column, and the time that column covers
	for i := range points {
		p := &points[i]
		if !known(p.Value) {
			continue
		}
		at := p.Time.UnixNano()
		if at < begin || at >= end {
			column = w.index(at)
			begin, end = (w.first+column)*w.bucket, (w.first+column+1)*w.bucket
			if column >= int64(w.columns) {
				break
			}
			broken := out.hold(w, outages, since, at, column-1)
			if column >= 0 && math.IsNaN(out.values[column]) {
				out.values[column], out.breaks[column] = p.Value, broken
			}
		}
		if column >= 0 {
			out.values[column] = max(out.values[column], p.Value)
		}
		out.latest, since = p.Value, at
	}
	out.hold(w, outages, since, newest, w.index(newest))
	return out
}

// hold lets the latest value, seen at since, stand in the columns after its own
// up to last, or up to an outage between since and until. It reports whether
// there was one.
func (s *curve) hold(w window, outages []outage, since, until, last int64) (broken bool) {
	if math.IsNaN(s.latest) {
		return false
	}
	next := sort.Search(len(outages), func(i int) bool { return outages[i].end > since })
	if next < len(outages) && outages[next].end <= until {
		broken, last = true, w.index(outages[next].start)
	}
	for i := max(0, w.index(since)+1); i <= min(last, int64(w.columns)-1); i++ {
		if math.IsNaN(s.values[i]) {
			s.values[i] = s.latest
		}
	}
	return broken
}

// outage is a time without an answer, in nanoseconds since 1970: from the last
// point of any series before it to the first after it.
type outage struct{ start, end int64 }

// outages returns the outages that the points tell of, in order.
func (c Chart) outages() []outage {
	var out []outage
	for _, s := range c.Series {
		for i := range s.Points {
			if p := &s.Points[i]; p.Gap {
				out = append(out, outage{start: c.before(p.Time), end: p.Time.UnixNano()})
			}
		}
	}
	slices.SortFunc(out, func(a, b outage) int { return cmp.Compare(a.end, b.end) })
	return out
}

// before returns the time of the newest point before t.
func (c Chart) before(t time.Time) int64 {
	newest := int64(math.MinInt64)
	for _, s := range c.Series {
		if i := sort.Search(len(s.Points), func(i int) bool { return !s.Points[i].Time.Before(t) }); i > 0 {
			newest = max(newest, s.Points[i-1].Time.UnixNano())
		}
	}
	return newest
}

// known reports whether v can be drawn.
func known(v float64) bool { return math.Abs(v) <= 1e200 }
