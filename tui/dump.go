package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// dumpNow asks for a full dump. What it would cost the target is asked about
// before it is taken.
func (m *Model) dumpNow() {
	if m.needsTarget() {
		return
	}
	m.cfg.Sampler.Dump()
	switch {
	case m.data.schedule.Paused:
		m.say("paused: the full dump is taken when you resume (space); you confirm its cost first")
	case m.data.outage != nil:
		m.say("no answer: the full dump comes once it is back; you confirm its cost first")
	default:
		m.say("a full dump comes with the next snapshot; you confirm its cost first")
	}
}

// dumped is what the newest full dump says of a group of goroutines.
type dumped struct {
	of       dumpAt
	members  []snapshot.DumpedGoroutine
	creators []creator // of the members, the most first
}

// creator is a line that started goroutines.
type creator struct {
	snapshot.Frame
	count int
}

// dumpOf finds the members of a group in the newest full dump that is no later
// than what is looked at; nil where there is no dump.
func (a *analyst) dumpOf(stacks []snapshot.StackID) *dumped {
	if a.current == nil {
		return nil
	}
	dump := dumpUpTo(a.history.RunOf(a.current), a.current)
	if dump.Dump == nil {
		return nil
	}
	table := a.table
	bare := make(map[snapshot.StackID]bool, len(stacks))
	for _, id := range stacks {
		bare[table.Dumped(id)] = true
	}
	out := &dumped{of: dump}
	counts := make(map[snapshot.FrameID]int)
	for _, g := range dump.Goroutines {
		if g.Stack != snapshot.NoStack && bare[g.Stack] {
			out.members = append(out.members, g)
			counts[g.Creator]++
		}
	}
	for id, count := range counts {
		out.creators = append(out.creators, creator{table.Frame(id), count})
	}
	slices.SortFunc(out.creators, func(a, b creator) int {
		return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(a.Function, b.Function), cmp.Compare(a.Line, b.Line))
	})
	return out
}

// reported is the range of what the runtime says that they have waited.
func (d *dumped) reported() string {
	told := snapshot.Told{Least: d.members[0].Minutes, Most: d.members[0].Minutes}
	for _, g := range d.members {
		told.Least, told.Most = min(told.Least, g.Minutes), max(told.Most, g.Minutes)
	}
	return reportedText(told)
}

// reportedText says for how long goroutines have waited, by the runtime.
func reportedText(t snapshot.Told) string {
	return "reported: " + cmp.Or(diff.ReportedWait(t, " to "), "under a minute")
}

// ids lists the first members' ids.
func (d *dumped) ids(most int) string {
	var out []string
	for _, g := range d.members[:min(most, len(d.members))] {
		out = append(out, fmt.Sprint(g.ID))
	}
	text := "ids " + strings.Join(out, " ")
	if more := len(d.members) - most; more > 0 {
		text += " and " + units.Count(int64(more)) + " more"
	}
	return text
}

// startedBy names a line that started goroutines.
func startedBy(f snapshot.Frame) string {
	if f.Function == "" {
		return "the start of the program"
	}
	return spaced(shortName(f.Function), position(f.File, f.Line))
}

// dumpLines says in two lines what the newest full dump has of the group.
func (m *Model) dumpLines(d *dumped) []string {
	if d == nil {
		return nil
	}
	th := m.theme
	head := " " + th.Title.Apply("Full dump") + th.Dim.Apply(" of #"+itoa(d.of.seq)) + "  "
	if len(d.members) == 0 {
		return []string{head + "none of them is in it"}
	}
	first := head + joined(joined(units.Plural(len(d.members), "goroutine"), d.reported()), d.ids(6))
	by := d.creators[0]
	second := "   started by " + startedBy(by.Frame)
	if len(d.creators) > 1 {
		second += fmt.Sprintf(" (%s of them) and %s", units.Count(int64(by.count)), units.Plural(len(d.creators)-1, "other line"))
	}
	return []string{first, second}
}

// dumpWords is the dump of a group as text: its creators, and each of its
// goroutines.
func (m *Model) dumpWords(d *dumped, told *toldOf) section {
	const most = 500 // who needs them all exports the snapshot
	out := section{title: fmt.Sprintf("Full dump of #%d, %s: %s", d.of.seq, d.of.Time.Format(clock), units.Plural(len(d.members), "goroutine"))}
	if d.of.Cut {
		out.hints = append(out.hints, hint{"cut", "the target's text is truncated: these are not all"})
	}
	for _, c := range d.creators {
		out.hints = append(out.hints, hint{"started", units.Count(int64(c.count)) + " by " + startedBy(c.Frame)})
	}
	out.hints = append(out.hints, told.lockHints()...)
	for _, g := range d.members[:min(most, len(d.members))] {
		text := g.Status
		if g.Minutes > 0 {
			text = joined(text, "reported: "+diff.Minutes(g.Minutes))
		}
		if g.CreatorID != 0 {
			text = joined(text, fmt.Sprintf("started by goroutine %d", g.CreatorID))
		}
		if g.Leaked {
			text = joined(text, "leaked, the runtime says")
		}
		if g.Locked {
			text = joined(text, "locked to its thread")
		}
		if g.Lock != 0 {
			text = joined(text, "waits for lock "+diff.LockName(g.Lock))
		}
		out.hints = append(out.hints, hint{fmt.Sprint(g.ID), text})
	}
	if more := len(d.members) - most; more > 0 {
		out.hints = append(out.hints, hint{"…", units.Count(int64(more)) + " more"})
	}
	return out
}
