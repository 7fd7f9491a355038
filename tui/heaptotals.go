package tui

import (
	"fmt"
	"strings"

	"leaktop/diff"
	"leaktop/diff/units"
	"leaktop/tui/list"
)

func (h *heapContent) metricName() string {
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

// totalLine says what the shown rows add up to, and what is hidden and why, in
// as many words as there is room for.
func (h *heapScreen) totalLine(width int) string {
	unit := h.unit()
	switch h.by {
	case asTree:
		why := hiddenWhy(h.tree.list.FilterShown(), false, false)
		if why == "" {
			return h.m.totalLine(h.total, unit, "", "", width)
		}
		return h.m.totalLine(h.total, unit, "   "+why, why, width)
	case asFlame:
		return h.m.totalLine(h.total, unit, "", "", width)
	}
	return h.m.totalLine(h.total, unit, h.hidden(unit), hiddenWhy(h.list.FilterShown(), h.ownOnly, h.found), width)
}

// totalLine writes a total and what is hidden. Why rows are hidden is told in
// every window, since what is not seen is not missed.
func (m *Model) totalLine(total diff.Change, unit, hidden, why string, width int) string {
	change := changePaint(m.theme, total).Apply(units.Signed(total.Delta, unit))
	exact := change
	if e := errorText(total, unit); e != "" {
		exact += " " + m.theme.Dim.Apply(e)
	}
	full := exact
	if p := units.Percent(total.Before, total.After); p != "" && total.Delta != 0 {
		full += " " + m.theme.Dim.Apply("("+p+")")
	}
	span := fmt.Sprintf("   total %s → %s  ", units.Format(total.Before, unit), units.Format(total.After, unit))
	if why != "" {
		why = "   " + why
	}
	hidden, why = m.theme.Dim.Apply(hidden), m.theme.Dim.Apply(why)
	return firstFit(width, span+full+hidden, span+exact+hidden, span+full+why, span+exact+why, span+change+why, "   total "+change+why)
}

// hidden says over how many rows the total goes, and what the shown ones add
// up to where some are left out.
func (h *heapScreen) hidden(unit string) string {
	why := hiddenWhy(h.list.FilterShown(), h.ownOnly, h.found)
	shown, all := h.list.Len()
	if why == "" {
		text := "   in "
		if h.by == byHandler {
			text += h.handlers
		} else {
			text += units.Plural(int64(all), [...]string{"stack", "function", "package"}[h.by])
		}
		if h.empty > 0 {
			text += fmt.Sprintf(", %s more holding nothing", units.Count(int64(h.empty)))
		}
		return text
	}
	return fmt.Sprintf("   shown %s: %s (%s)", units.Count(int64(shown)), units.Signed(h.sum, unit), why)
}

// hiddenWhy says why rows are left out, "" where none is.
func hiddenWhy(f list.Filter, ownOnly, found bool) string {
	var why []string
	if f.Active() {
		why = append(why, "filter "+f.String())
	}
	if ownOnly {
		why = append(why, "own code only")
	}
	if found {
		why = append(why, "findings only")
	}
	return strings.Join(why, ", ")
}
