package tui

import (
	"fmt"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// comparedLine says what a table compares: what is counted on the left, the
// two snapshots and the time between them on the right, in as many words as
// there is room for.
func (m *Model) comparedLine(c compared, what string, width int) string {
	span, base := c.spanText(), c.baseName()
	short := fmt.Sprintf("%s → #%d · %s ", base, c.current.Seq, span)
	long := fmt.Sprintf("base %s %s → #%d %s · %s ", base, clockOf(c.base.Time), c.current.Seq, clockOf(c.current.Time), span)
	if c.base.Time.IsZero() && c.current.Time.IsZero() {
		long = "base " + short
	}
	rights := []string{long, "base " + short, short}
	if c.kind == snapshot.Heap && !c.current.Advanced {
		rights = []string{"no GC since the snapshot before · " + long, "no GC · " + long, "no GC · " + short, short}
	}
	for i := range rights {
		rights[i] = m.theme.Dim.Apply(rights[i])
	}
	return leftFirst(" "+m.theme.Title.Apply(what), rights, width)
}

// spanText is how far apart the two snapshots are, in words.
func (c pair) spanText() string {
	switch d := c.span(); {
	case c.outside == nil && c.base.Seq == c.current.Seq:
		return "same snapshot"
	case !c.timed():
		return "time unknown"
	case d == 0:
		return "same time"
	default:
		return units.Duration(d)
	}
}

// waiting says why there is nothing to show yet, and what comes next.
func (m *Model) waiting(kind snapshot.Kind, width int) []string {
	text := fmt.Sprintf("No %s profile yet: the first comes with the first snapshot.", kind)
	newest := m.data.history.Newest()
	switch {
	case m.data.pair(kind).current != nil:
		return nil // it is being worked out, which is said above where it takes long
	case newest != nil:
		text = fmt.Sprintf("The target gave no %s profile.", kind)
		if m.recorded() && m.data.ended {
			text = fmt.Sprintf("%s holds no %s profile.", m.cfg.Recorded.Name(), kind)
		}
		if before := m.data.newestWith(kind); before != nil {
			text = fmt.Sprintf("The target has given no %s profile since it restarted. The last one is in #%d: ← on the Overview goes there.", kind, before.Seq)
		}
		for _, why := range newest.Missing {
			text += " " + why
		}
	}
	var lines []string
	for _, line := range wrap(text, width-4) {
		lines = append(lines, "  "+m.theme.Dim.Apply(line))
	}
	return lines
}

// paintChange writes a change with its error and its percentage.
func (m *Model) paintChange(c diff.Change, unit string) string {
	text := units.Signed(c.Delta, unit)
	if e := errorText(c, unit); e != "" {
		text += " " + e
	}
	if p := units.Percent(c.Before, c.After); p != "" && c.Delta != 0 {
		text += " (" + p + ")"
	}
	return changePaint(m.theme, c).Apply(text)
}

// changePaint is amber for growth, green for what fell; what may be noise is dim.
func changePaint(th theme.Theme, c diff.Change) theme.Paint {
	switch {
	case !c.Significant():
		return th.Dim
	case c.Delta > 0:
		return th.Growing
	}
	return th.Level
}

// errorText is the sampling error of a change: nothing for what was counted.
func errorText(c diff.Change, unit string) string {
	switch {
	case c.Stderr < 0:
		return "±?"
	case c.Stderr == 0:
		return ""
	}
	return "±" + units.Format(c.Stderr, unit)
}

// rateCell is rateText for a table: most rows do not change, and the head says
// that it is per minute.
func (c pair) rateCell(delta int64, unit string) string {
	if delta == 0 {
		return ""
	}
	return perMinuteCell(c.rateText(delta, unit))
}

func perMinuteCell(rate string) string { return strings.TrimSuffix(rate, "/min") }

// rateText is a change per minute of the compared span, "" where there is none.
func (c pair) rateText(delta int64, unit string) string {
	perMinute, ok := c.perMinute(delta)
	switch {
	case !ok:
		return ""
	case unit == "bytes":
		return units.BytesPerMinute(perMinute)
	}
	return units.CountPerMinute(perMinute)
}

// changeText is a change, with NEW or GONE before it where a word says more
// than a percentage would. A row may be new in another column than the one
// shown; there it only says that nothing changed.
func changeText(s diff.Status, delta int64, unit string) string {
	text := units.Signed(delta, unit)
	switch {
	case delta == 0:
	case s == diff.New:
		return "NEW " + text
	case s == diff.Gone:
		return "GONE " + text
	}
	return text
}
