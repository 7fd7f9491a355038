package tui

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// before says what happens before the first snapshot.
func (m *Model) before() string {
	if m.recorded() {
		return m.beforeRecorded()
	}
	if m.data.ended {
		return "ended before the first snapshot"
	}
	if o := m.data.outage; o != nil {
		return "waiting for the target: " + o.Reason + " since " + o.Since.Format(clock)
	}
	return "attaching: the first snapshot is being taken"
}

// verdict is the line that says whether it leaks, how fast, and until when the
// memory lasts, in as many words as there is room for.
func (o *overviewScreen) verdict(width int) string {
	th, d := o.m.theme, o.m.data
	switch {
	case d.restarted:
		return fit(" "+th.Growing.Apply("restarted")+th.Dim.Apply(" · what is below is from the process before"), width)
	case len(d.history.Run()) < 2 && o.m.recorded() && !o.m.cfg.Recorded.State().Followed:
		return o.m.oneSnapshot(width)
	case len(d.history.Run()) < 2:
		next := ""
		if t := d.schedule.Next; !t.IsZero() {
			next = " in " + untilText(t, o.m.cfg.Now())
		}
		text := " " + th.Title.Apply("collecting") + th.Dim.Apply(" · changes show with the next snapshot")
		return firstFit(width, text+th.Dim.Apply(next), text, " "+th.Title.Apply("collecting"))
	}
	r := d.judged()
	word, paint := outcomeWord(th, r)
	head := " " + paint.Apply(word) + "  "
	switch newest := d.history.Newest(); {
	case d.outage != nil && r.Outcome != leak.Inconclusive:
		head = th.Dim.Apply(" as it was " + units.Duration(o.m.now().Sub(newest.Time)) + " ago: " + word + "  ")
	case d.asJudged() != "":
		head += th.Dim.Apply(d.asJudged()) + "  "
	}
	heap, exact := o.heapRate(r, paint)
	goroutines := o.groupRate(r, paint)
	limit, limitShort := o.limit(r)
	rates := o.over(r, exact, goroutines)
	brief := head + joined(rates, limit)
	if r.Outcome == leak.Clean { // of what says more than the errors of rates that are none
		brief = head + joined(o.over(r, heap, goroutines), o.detects(r))
	}
	limited := head + rates
	if limitShort != "" { // it says more than over what time the rates are
		limited = head + joined(joined(exact, goroutines), limitShort)
	}
	return firstFit(width,
		head+joined(joined(rates, limit), o.reason(r)),
		head+joined(joined(rates, limit), o.detects(r)),
		brief,
		head+joined(rates, limit),
		head+joined(rates, limitShort),
		limited,
		head+rates,
		head+o.over(r, heap, goroutines),
		head+joined(heap, goroutines),
		head+o.over(r, heap, ""),
		head+heap, head)
}

// outcomeWord is the judge's word on the whole run.
func outcomeWord(th theme.Theme, r *leak.Result) (string, theme.Paint) {
	switch r.Outcome {
	case leak.Leaks:
		if len(r.Findings) > 0 && r.Findings[0].Verdict == leak.Stuck { // the worst first
			return leak.Stuck.String(), verdictPaint(th, leak.Stuck)
		}
		return leak.Leak.String(), verdictPaint(th, leak.Leak)
	case leak.Grows:
		return leak.Growing.String(), verdictPaint(th, leak.Growing)
	case leak.Clean:
		return "CLEAN SO FAR", th.Level
	}
	if r.Detection.HeapLeakIn > 0 || r.Detection.GoroutineLeakIn > 0 {
		return "TOO EARLY", th.Growing
	}
	return "NOT CLEAR YET", th.Growing
}

// reason says why nothing is clear yet, or what a clean run would have shown.
func (o *overviewScreen) reason(r *leak.Result) string {
	if r.Outcome != leak.Inconclusive {
		return o.m.theme.Dim.Apply(r.Detection.Text())
	}
	return o.m.theme.Dim.Apply(r.Reason)
}

// detects is what would have been seen, in few words.
func (o *overviewScreen) detects(r *leak.Result) string {
	return o.m.theme.Dim.Apply(r.Detection.Short())
}

// heapRate is the growth of the live heap, without and with its error. Before
// the judge knows it stands what changed since the base.
func (o *overviewScreen) heapRate(r *leak.Result, paint theme.Paint) (short, exact string) {
	th := o.m.theme
	if !r.Heap.Known {
		return o.heapSinceBase()
	}
	if !r.HeapGrows {
		paint = th.Normal
	}
	short = "live heap " + paint.Apply(perMinuteText(r.Heap, leak.Bytes))
	return short, spaced(short, th.Dim.Apply(intervalText(r.Heap, leak.Bytes)))
}

// groupRate is the growth of the number of goroutines.
func (o *overviewScreen) groupRate(r *leak.Result, paint theme.Paint) string {
	rate := perMinuteText(r.Goroutines, leak.Goroutines)
	switch {
	case !r.Goroutines.Known:
		if o.goroutines.Comparison == nil {
			return ""
		}
		rate, paint = o.goroutines.rateText(o.groupTotal.Delta, "count"), o.m.theme.Normal
	case !r.GoroutinesGrow:
		paint = o.m.theme.Normal
	}
	if rate == "" {
		return ""
	}
	return "goroutines " + paint.Apply(rate)
}

// over puts the two rates side by side, and behind the last that the judge told
// of what time both are.
func (o *overviewScreen) over(r *leak.Result, heap, goroutines string) string {
	if r.RatesOver <= 0 {
		return joined(heap, goroutines)
	}
	over := o.m.theme.Dim.Apply("over " + units.Duration(r.RatesOver.Round(time.Second)))
	switch {
	case r.Goroutines.Known && goroutines != "":
		goroutines = spaced(goroutines, over)
	case r.Heap.Known && heap != "":
		heap = spaced(heap, over)
	}
	return joined(heap, goroutines)
}

// limit is when the memory limit is reached, with and without what limit it is.
func (o *overviewScreen) limit(r *leak.Result) (long, short string) {
	l := r.Limit
	when := ""
	switch {
	case l.Bytes <= 0:
		return "", ""
	case l.Used >= l.Bytes:
		when = " reached"
	case l.Left > 0:
		when = " in about " + units.Duration(l.Left)
	default:
		return "", ""
	}
	short = "limit " + units.Bytes(l.Bytes)
	return short + o.m.theme.Dim.Apply(" ("+l.What+")") + when, short + when
}

// heapSinceBase is what the heap changed by since the base, as a rate, without
// and with the error of sampling.
func (o *overviewScreen) heapSinceBase() (short, exact string) {
	c := o.heap
	switch {
	case c.Comparison == nil || c.span() <= 0:
		return "", ""
	case o.noGC():
		text := "no GC since " + c.baseName()
		return text, text + o.inUse()
	}
	rate := c.rateText(o.heapTotal.Delta, o.heapUnit)
	if rate == "" {
		return "", ""
	}
	name := o.heapName // of what only counts up, or is no memory: it says nothing about what is kept
	if c.Columns().LiveBytes >= 0 {
		name = "live heap"
	}
	short, exact = name+" "+rate, name+" "+rate
	if e, ok := c.perMinute(o.heapTotal.Stderr); ok && o.heapTotal.Stderr > 0 {
		exact += o.m.theme.Dim.Apply(" ±" + units.Format(int64(e), o.heapUnit))
	}
	return short, exact + o.m.theme.Dim.Apply(" since "+c.baseName())
}

// noGC reports whether no GC completed in the compared time: the heap profile
// cannot have changed, however much was allocated.
func (o *overviewScreen) noGC() bool {
	return o.heap.base.Seq != o.heap.current.Seq && o.heap.from.Equal(o.heap.to)
}

// inUse is the change of the heap in use, garbage included, which is known
// without a GC; "" where no source tells it.
func (o *overviewScreen) inUse() string {
	before, a := o.heap.base.Vitals.Get(snapshot.HeapInuse)
	after, b := o.heap.current.Vitals.Get(snapshot.HeapInuse)
	minutes := o.heap.span().Minutes()
	if !a || !b || minutes <= 0 {
		return ""
	}
	return ", heap in use " + units.BytesPerMinute(float64(after-before)/minutes)
}

// sinceBase is what the two compared snapshots differ by as a whole.
func sinceBase(a *analyst) overviewContent {
	o := overviewContent{heap: a.compare(snapshot.Heap), goroutines: a.compare(snapshot.Goroutine), heapUnit: "bytes"}
	if o.heap.Comparison != nil {
		if column := o.heap.DefaultColumn(); column >= 0 {
			o.heapTotal, o.heapName, o.heapUnit = o.heap.Total(column), o.heap.Types[column].Name, o.heap.Types[column].Unit
		}
	}
	if o.goroutines.Comparison != nil {
		o.groupTotal = o.goroutines.Total(0)
	}
	return o
}

// joined puts a dot between two texts, where both are there.
func joined(a, b string) string { return between(a, " · ", b) }

// spaced puts a space between two texts, where both are there.
func spaced(a, b string) string { return between(a, " ", b) }

// doubleSpaced puts two spaces between two texts, where both are there.
func doubleSpaced(a, b string) string { return between(a, "  ", b) }

func between(a, separator, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}
