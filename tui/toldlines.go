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

// toldOf is what a full dump says of a group of goroutines, one by one or counted.
type toldOf struct {
	snapshot.Told
	creators []creator
	locks    []awaited // that of most of the group first
}

// awaited is a lock that goroutines of the group wait for.
type awaited struct {
	snapshot.LockCount
	all int64 // who wait for it in all groups
}

// toldOf finds what a dump says of goroutines with some stacks; nil where none does.
func (a *analyst) toldOf(c compared, stacks []snapshot.StackID) *toldOf {
	if c.Comparison == nil {
		return nil
	}
	told, ok := c.Told(stacks)
	if !ok {
		return nil
	}
	out := &toldOf{Told: told}
	for _, by := range told.Creators {
		out.creators = append(out.creators, creator{c.Table.Frame(by.Creator), int(by.Count)})
	}
	if len(told.Locks) == 0 {
		return out
	}
	locks := c.Locks(a.groups())
	for _, l := range told.Locks {
		of := awaited{LockCount: l, all: l.Count}
		if at := slices.IndexFunc(locks, func(o diff.Lock) bool { return o.Address == l.Address }); at >= 0 {
			of.all = max(of.all, locks[at].Waiters)
		}
		out.locks = append(out.locks, of)
	}
	return out
}

// describe is the state of a group with what a dump says of it besides.
func (t *toldOf) describe(g diff.Group) string {
	if t == nil {
		return g.Describe(snapshot.Told{})
	}
	return g.Describe(t.Told)
}

// text is a lock and its waiters: "0xc000012345 299 waiters, longest 3d21h".
func (l awaited) text() string {
	text := diff.LockName(l.Address) + " " + units.Plural(l.Count, "waiter")
	if l.all > l.Count {
		text = fmt.Sprintf("%s %s of %s", diff.LockName(l.Address), units.Count(l.Count), units.Plural(l.all, "waiter"))
	}
	switch {
	case l.Most <= 0:
	case l.all == 1:
		text += ", " + diff.Minutes(l.Most)
	default:
		text += ", longest " + diff.Minutes(l.Most)
	}
	return text
}

// shownLocks is how many locks have room on the page.
const shownLocks = 3

// toldLines says in up to two lines what a dump has of a group. What was said
// already, of a dump that came beside the profile, is left out.
func (m *Model) toldLines(t *toldOf, said bool) []string {
	if t == nil {
		return nil
	}
	var lines []string
	if !said {
		line := " " + m.theme.Title.Apply("Dump") + "  " + joined(reportedText(t.Told), "started by "+startedBy(t.creators[0].Frame))
		if more := len(t.creators) - 1; more > 0 {
			line += fmt.Sprintf(" (%s of them) and %s", units.Count(int64(t.creators[0].count)), units.Plural(more, "other line"))
		}
		lines = append(lines, line)
	}
	if len(t.locks) > 0 {
		var texts []string
		if t.locks[0].all == 1 {
			texts = append(texts, "each has one waiter")
		}
		for _, l := range t.locks[:min(shownLocks, len(t.locks))] {
			texts = append(texts, l.text())
		}
		line := " " + m.theme.Title.Apply("Locks") + " " + strings.Join(texts, " · ")
		if more := len(t.locks) - shownLocks; more > 0 {
			line += fmt.Sprintf(" · %d more", more)
		}
		lines = append(lines, line)
	}
	return lines
}

// lockHints are all locks that are known, one a line.
func (t *toldOf) lockHints() []hint {
	if t == nil {
		return nil
	}
	var out []hint
	for _, l := range t.locks {
		out = append(out, hint{"lock", l.text()})
	}
	if len(t.Locks) == snapshot.MaxLocks {
		out = append(out, hint{"…", fmt.Sprintf("no more than %d locks are kept for each stack", snapshot.MaxLocks)})
	}
	return out
}

// words is all that a dump says of the group, as text.
func (t *toldOf) words() section {
	out := section{title: "What the dump says about " + units.Plural(t.Goroutines(), "goroutine")}
	out.hints = append(out.hints, hint{"reported", "they have waited " + cmp.Or(diff.ReportedWait(t.Told, " to "), "under a minute") + ", as the runtime says"})
	for _, c := range t.creators {
		out.hints = append(out.hints, hint{"started", units.Count(int64(c.count)) + " by " + startedBy(c.Frame)})
	}
	if t.Locked > 0 {
		out.hints = append(out.hints, hint{"threads", units.Count(t.Locked) + " of them locked to threads"})
	}
	out.hints = append(out.hints, t.lockHints()...)
	return out
}
