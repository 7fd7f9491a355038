package tui

import (
	"fmt"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
	"leaktop/tui/list"
)

func (h *heapScreen) metricName() string {
	if h.columnN < 0 {
		return "no sample types"
	}
	name := h.cmp.Types[h.columnN].Name
	switch h.columnN {
	case h.cmp.Columns().LiveBytes:
		return "live bytes (" + name + ")"
	case h.cmp.Columns().LiveObjects:
		return "live objects (" + name + ")"
	case h.cmp.Columns().AllocBytes:
		return "allocated bytes (" + name + ")"
	case h.cmp.Columns().AllocObjects:
		return "allocated objects (" + name + ")"
	}
	return name
}

// totalLine says what the shown rows add up to, and what is hidden and why.
func (h *heapScreen) totalLine(width int) string {
	unit := h.unit()
	text := fmt.Sprintf("   total %s → %s  ", units.Format(h.total.Before, unit), units.Format(h.total.After, unit))
	text += h.m.paintChange(h.total, unit)
	if h.by == byStack || h.by == byFunction || h.by == byPackage {
		text += h.m.theme.Dim.Apply(h.hidden(unit))
	}
	return fit(text, width)
}

// hidden says over how many rows the total goes, and what the shown ones add
// up to where some are left out.
func (h *heapScreen) hidden(unit string) string {
	why := hiddenWhy(h.list.Filter(), h.ownOnly)
	shown, all := h.list.Len()
	if why == "" {
		return fmt.Sprintf("   in %s %s", units.Count(int64(all)), [...]string{"stacks", "functions", "packages"}[h.by])
	}
	var sum int64
	for r := range h.list.Shown() {
		sum = snapshot.AddSaturating(sum, r.Flat.Delta)
	}
	return fmt.Sprintf("   shown %s: %s (%s)", units.Count(int64(shown)), units.Signed(sum, unit), why)
}

// hiddenWhy says why rows are left out, "" where none is.
func hiddenWhy(f list.Filter, ownOnly bool) string {
	var why []string
	if f.Active() {
		why = append(why, "filter "+f.String())
	}
	if ownOnly {
		why = append(why, "own code only")
	}
	return strings.Join(why, ", ")
}
