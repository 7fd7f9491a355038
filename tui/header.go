package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// clock is how the screens write a time of day.
const clock = "15:04:05"

// clockOf is a time of day; a dash where it is not known, as of a file that
// does not say when it was taken.
func clockOf(t time.Time) string { return timeIn(t, clock) }

// timeIn is a time in a layout, and a dash where it is not known.
func timeIn(t time.Time, layout string) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format(layout)
}

// stampOf is a whole time for what is copied.
func stampOf(t time.Time) string {
	if t.IsZero() {
		return "time unknown"
	}
	return t.Format(time.RFC3339)
}

// renderHeader is the first line of every screen: who is watched, and whether
// it answers.
func (m *Model) renderHeader(width int) string {
	status, paint := m.status(width)
	right := paint.Apply(status) + " "
	room := width - ansi.StringWidth(right) - 2
	parts := []string{m.theme.Title.Apply(" leaktop")}
	used := len(" leaktop")
	for _, part := range m.identity() {
		if w := ansi.StringWidth(part); used+2+w <= room {
			parts, used = append(parts, part), used+2+w
		}
	}
	return ends(strings.Join(parts, "  "), right, width)
}

// identity returns what is known of the target, the most telling first.
func (m *Model) identity() []string {
	info := m.data.history.Info
	var out []string
	if info.Name != "" {
		out = append(out, info.Name)
	}
	if info.Address != "" {
		out = append(out, m.theme.Accent.Apply(shortAddress(info.Address)))
	}
	var facts []string
	if info.GoVersion != "" {
		facts = append(facts, info.GoVersion)
	}
	if info.PID != 0 {
		facts = append(facts, fmt.Sprintf("pid %d", info.PID))
	}
	if start := m.data.startTime(); !start.IsZero() {
		facts = append(facts, "up "+units.Duration(m.now().Sub(start)))
	}
	if len(facts) > 0 {
		out = append(out, m.theme.Dim.Apply(strings.Join(facts, " · ")))
	}
	return out
}

// status says whether the target answers, in words and a glyph.
func (m *Model) status(width int) (string, theme.Paint) {
	if m.recorded() {
		return m.recordedStatus(width)
	}
	d, now := m.data, m.cfg.Now()
	newest := d.history.Newest()
	seq := ""
	if newest != nil {
		seq = fmt.Sprintf("  #%d", newest.Seq)
	}
	switch {
	case d.ended:
		return "■ ended" + seq, m.theme.Dim
	case d.outage != nil:
		return m.noAnswer(width), m.theme.Error
	case d.schedule.Paused && (d.restarted || newest == nil):
		return "‖ paused" + seq, m.theme.Growing
	case d.restarted:
		return "↻ restarted, the first snapshot is being taken", m.theme.Growing
	case newest == nil:
		return "… attaching", m.theme.Dim
	case d.schedule.Paused:
		return "‖ paused" + seq, m.theme.Growing
	case d.past():
		return fmt.Sprintf("◂ as of %s, #%d of %d  (end on 1: live)", d.Current().Time.Format(clock), d.current, newest.Seq), m.theme.Accent
	}
	text := "● live  " + units.Pace(d.schedule.Actual, d.schedule.Every) + seq
	if !d.schedule.Next.IsZero() {
		text += "  next " + untilText(d.schedule.Next, now)
	}
	return text, m.theme.Level
}

// noAnswer says since when there is no answer and why, as far as there is room.
func (m *Model) noAnswer(width int) string {
	o := m.data.outage
	since := "✗ no answer since " + o.Since.Format(clock)
	next := ", next try in " + untilText(o.Next, m.cfg.Now())
	if m.data.schedule.Paused {
		next = ", paused"
	}
	// At least the program's own name stays beside it.
	room := width - ansi.StringWidth(since+next) - len(" ()") - len(" leaktop ") - 3
	if room < 4 {
		return since + next
	}
	return since + " (" + ansi.Truncate(o.Reason, room, "…") + ")" + next
}

// untilText is a countdown in whole seconds.
func untilText(t, now time.Time) string {
	s := max(0, int((t.Sub(now)+time.Second/2)/time.Second))
	if s >= 100 {
		return units.Duration(time.Duration(s) * time.Second)
	}
	return fmt.Sprintf("%ds", s)
}

// shortAddress drops what is the same for most targets.
func shortAddress(address string) string {
	return strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/debug/pprof")
}

// renderTabs is the second line: the screens and where one is.
func (m *Model) renderTabs(width int) string {
	var b strings.Builder
	for _, tab := range m.tabs {
		b.WriteString(tab.label(m.theme, tab.view == m.view) + strings.Repeat(" ", m.tabGap(width)))
	}
	right := m.theme.Key.Apply("?") + m.theme.Hint.Apply(" help  ") + m.theme.Key.Apply("q") + m.theme.Hint.Apply(" quit ")
	if ansi.StringWidth(b.String())+ansi.StringWidth(right)+2 > width {
		return fit(b.String(), width)
	}
	return ends(b.String(), right, width)
}

// tabGap is how many cells stand between the screens' names.
func (m *Model) tabGap(width int) int {
	const wide = 2
	used := 0
	for _, tab := range m.tabs {
		used += tab.width() + wide
	}
	if used > width {
		return 1
	}
	return wide
}

// tab is one screen's place in the second line.
type tab struct {
	view view
	key  string
	name string
}

func (t tab) label(th theme.Theme, active bool) string {
	if active {
		return th.Accent.Apply(theme.SelectionGlyph+t.key+" ") + th.Title.Apply(t.name)
	}
	return " " + th.Dim.Apply(t.key) + " " + t.name
}

// width is how many cells the label takes.
func (t tab) width() int { return ansi.StringWidth(t.key) + len(t.name) + 2 }
