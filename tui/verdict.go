package tui

import (
	"fmt"
	"math"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// later is what the second half of the compared time shows: what grew at its
// start only, as a process does that has just begun, is level by then.
type later struct {
	from  *snapshot.Snapshot // nil where there are too few snapshots to tell
	total diff.Change
}

// leastLater is how many snapshots the second half has at least.
const leastLater = 3

func (m *Model) later(c compared) later {
	if c.Comparison == nil || c.Columns().LiveBytes < 0 {
		return later{}
	}
	var heaps []*snapshot.Snapshot
	for _, s := range m.data.runOf(c.current) {
		if s.Heap != nil && s.Advanced && s.Seq >= c.base.Seq && s.Seq <= c.current.Seq {
			heaps = append(heaps, s)
		}
	}
	half := len(heaps) / 2
	if len(heaps)-half < leastLater {
		return later{}
	}
	second := diff.Compare(m.data.history.Table, heaps[half].Heap, c.Current)
	return later{from: heaps[half], total: second.Total(second.Columns().LiveBytes)}
}

// before says what happens before the first snapshot.
func (m *Model) before() string {
	if m.data.ended {
		return "ended before the first snapshot"
	}
	if o := m.data.outage; o != nil {
		return "waiting for the target: " + o.Reason + " since " + o.Since.Format(clock)
	}
	return "attaching: the first snapshot is being taken"
}

// verdict says in one line whether memory grows, how fast, and since when, in
// as many words as there is room for.
func (o *overviewScreen) verdict(width int) string {
	th, d := o.m.theme, o.m.data
	c := o.heap
	if c.Comparison == nil {
		c = o.goroutines
	}
	switch {
	case d.restarted:
		return fit(" "+th.Growing.Apply("restarted")+th.Dim.Apply(" · what is below is of the process before"), width)
	case (c.Comparison == nil || c.base.Seq == c.current.Seq) && d.past():
		return fit(" "+th.Dim.Apply("this is the base: nothing is compared with it"), width)
	case c.Comparison == nil || c.base.Seq == c.current.Seq:
		next := ""
		if t := d.schedule.Next; !t.IsZero() {
			next = " in " + untilText(t, o.m.cfg.Now())
		}
		text := " " + th.Title.Apply("collecting") + th.Dim.Apply(" · what changes is known with the next snapshot")
		return firstFit(width, text+th.Dim.Apply(next), text, " "+th.Title.Apply("collecting"))
	}
	if c.span() < 0 {
		text := " the base is the later one: changes read backwards in time"
		return firstFit(width, th.Growing.Apply(text), th.Growing.Apply(" the base is the later one"))
	}
	word, paint := o.word()
	head := " " + paint.Apply(word) + "  "
	if d.outage != nil {
		age := units.Duration(o.m.cfg.Now().Sub(d.history.Newest().Time))
		head = th.Dim.Apply(" as it was " + age + " ago: " + word + "  ")
	}
	since := th.Dim.Apply(" · since " + o.since(c))
	heap, exact, goroutines := o.heapRate(true), o.heapRate(false), o.groupRate()
	return firstFit(width, head+joined(heap, goroutines)+since, head+joined(heap, goroutines), head+joined(exact, goroutines), head+heap, head+exact, head)
}

// joined puts a dot between two texts, where both are there.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

// since names the base, and what is special about it.
func (o *overviewScreen) since(c compared) string {
	text := fmt.Sprintf("#%d", c.base.Seq)
	if run := o.m.data.runOf(c.base); c.base.Run > 0 && run[0].Seq == c.base.Seq {
		text += ", the restart"
	}
	return text + ", " + units.Duration(c.span())
}

// level is the part of the live heap that a change may be, its error included,
// and still be called level.
const level = 0.1

// word is the verdict on what was seen so far. It is careful: a leak that is
// called level does more harm than a level process that is called unclear.
func (o *overviewScreen) word() (string, theme.Paint) {
	th := o.m.theme
	growers, _ := o.growers.Len()
	goroutines := multiplied(o.groupTotal)
	switch {
	case goroutines && (o.noGC() || !o.live()):
		return "GROWING", th.Growing
	case o.noGC(), o.heap.Comparison != nil && !o.live():
		return "UNKNOWN", th.Growing
	case o.certain() && o.later.from != nil && !o.grewLater() && !goroutines:
		return fmt.Sprintf("GREW, LEVEL since #%d", o.later.from.Seq), th.Level
	case o.certain() || goroutines:
		return "GROWING", th.Growing
	case growers > 0 || !o.flat():
		return "NOT CLEAR YET", th.Growing
	}
	return "LEVEL", th.Level
}

// noGC reports whether no GC completed in the compared time: the heap profile
// cannot have changed, however much was allocated.
func (o *overviewScreen) noGC() bool {
	return o.heap.Comparison != nil && o.heap.base.Seq != o.heap.current.Seq && o.heap.from.Equal(o.heap.to)
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

// certain reports whether the heap as a whole grew beyond its sampling error.
func (o *overviewScreen) certain() bool { return o.heapTotal.Delta > 0 && o.heapTotal.Significant() }

// grewLater reports whether the heap may still grow in the second half.
func (o *overviewScreen) grewLater() bool { return !flat(o.later.total) }

func (o *overviewScreen) flat() bool { return flat(o.heapTotal) }

// flat reports whether a change, at the upper end of what its error allows, is
// small against what there is. A change whose error is not known is taken as it is.
func flat(c diff.Change) bool {
	upper := float64(c.Delta) + 2*math.Max(0, float64(c.Stderr))
	return upper <= level*float64(c.After)
}

// heapRate is the heap's total as a rate, with its sampling error if asked for.
func (o *overviewScreen) heapRate(withError bool) string {
	th, c := o.m.theme, o.heap
	switch {
	case c.Comparison == nil:
		return ""
	case o.noGC():
		return "no GC since the base" + o.inUse()
	}
	rate := c.rateText(o.heapTotal.Delta, o.heapUnit)
	if rate == "" {
		return ""
	}
	if !o.live() {
		// What only counts up, or is no memory, says nothing about what is kept.
		return o.heapName + " " + rate
	}
	text := "live heap " + paintIf(th, o.heapTotal).Apply(rate)
	if e, ok := c.perMinute(o.heapTotal.Stderr); ok && withError && o.heapTotal.Stderr > 0 {
		text += th.Dim.Apply(" ±" + units.Format(int64(e), o.heapUnit))
	}
	return text
}

// live reports whether the profile tells what is kept.
func (o *overviewScreen) live() bool {
	return o.heap.Comparison != nil && o.heap.Columns().LiveBytes >= 0
}

// groupRate is the number of goroutines as a rate.
func (o *overviewScreen) groupRate() string {
	if o.goroutines.Comparison == nil {
		return ""
	}
	rate := o.goroutines.rateText(o.groupTotal.Delta, "count")
	if rate == "" {
		return ""
	}
	return "goroutines " + o.groupPaint().Apply(rate)
}

// groupPaint colours the number of goroutines where it is more than coming and going.
func (o *overviewScreen) groupPaint() theme.Paint {
	if multiplied(o.groupTotal) {
		return o.m.theme.Growing
	}
	return o.m.theme.Normal
}

// paintIf colours a number that means something and leaves the others alone.
func paintIf(th theme.Theme, c diff.Change) theme.Paint {
	if !c.Significant() {
		return th.Normal
	}
	return changePaint(th, c)
}
