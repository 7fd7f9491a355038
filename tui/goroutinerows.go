package tui

import (
	"cmp"
	"iter"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// rows makes the table's rows in the order of their change.
func (g *goroutinesScreen) rows() []goroutineRow {
	var rows []goroutineRow
	switch g.by {
	case byState:
		rows = mergeGroups(g.groups, func(group *diff.Group, add func(string, diff.Change)) {
			add(string(group.State), group.Change)
		})
	case byRequest:
		rows = g.handlerRows()
	case byLabel:
		rows = mergeGroups(g.groups, func(group *diff.Group, add func(string, diff.Change)) {
			rest := group.Change
			for _, l := range group.Labels {
				add(l.Labels.String(), diff.Change{Before: l.Before, After: l.After, Delta: snapshot.SubSaturating(l.After, l.Before)})
				rest.Before = snapshot.SubSaturating(rest.Before, l.Before)
				rest.After = snapshot.SubSaturating(rest.After, l.After)
			}
			rest.Delta = snapshot.SubSaturating(rest.After, rest.Before)
			if rest.Before != 0 || rest.After != 0 {
				add(noLabels, rest)
			}
		})
	default:
		for i := range g.groups {
			group := &g.groups[i]
			rows = append(rows, goroutineRow{key: group.Key, name: group.Blocked.Function, group: group, Change: group.Change, status: group.Status, groups: 1, finding: g.m.data.verdictOfGroup(group)})
		}
	}
	return rows
}

// handlerRows are the rows by handler; what belongs to none stays the last.
func (g *goroutinesScreen) handlerRows() []goroutineRow {
	var rows []goroutineRow
	index := make(map[string]int)
	for _, part := range g.m.data.groupsByHandler(g.groups) {
		key := part.handler.Key()
		at, ok := index[key]
		if !ok {
			at = len(rows)
			index[key] = at
			row := goroutineRow{key: key, name: part.handler.Name, handler: part.handler}
			if found := g.m.data.findingsOf(part.handler); len(found) > 0 {
				row.finding = found[0]
			}
			rows = append(rows, row)
		}
		rows[at].add(part.Change)
	}
	for i := range rows {
		rows[i].status = diff.StatusOf(rows[i].Change)
	}
	slices.SortStableFunc(rows, func(a, b goroutineRow) int {
		return cmp.Or(otherLast(a.handler, b.handler), cmp.Compare(absolute(b.Delta), absolute(a.Delta)), cmp.Compare(b.After, a.After))
	})
	return rows
}

// add counts the goroutines of one more group.
func (r *goroutineRow) add(c diff.Change) {
	r.Before = snapshot.AddSaturating(r.Before, c.Before)
	r.After = snapshot.AddSaturating(r.After, c.After)
	r.Delta = snapshot.SubSaturating(r.After, r.Before)
	r.groups++
}

// chosen yields those that are asked for: that own code is in, where they wait
// or as what they were started with, and that belong to a finding.
func (g *goroutinesScreen) chosen(groups []diff.Group) iter.Seq[diff.Group] {
	return func(yield func(diff.Group) bool) {
		for _, group := range groups {
			own := !g.ownOnly || diff.IsOwn(group.Blocked, g.m.cfg.Own) || diff.IsOwn(group.Entry, g.m.cfg.Own)
			found := !g.found || g.m.data.verdictOfGroup(&group) != nil
			if own && found && !yield(group) {
				return
			}
		}
	}
}

// mergeGroups adds groups up by name, in the order in which names come up,
// which is that of the largest change.
func mergeGroups(groups []diff.Group, split func(*diff.Group, func(string, diff.Change))) []goroutineRow {
	var rows []goroutineRow
	index := make(map[string]int)
	for i := range groups {
		split(&groups[i], func(name string, c diff.Change) {
			at, ok := index[name]
			if !ok {
				at = len(rows)
				index[name] = at
				rows = append(rows, goroutineRow{key: name, name: name})
			}
			rows[at].add(c)
		})
	}
	for i := range rows {
		rows[i].status = diff.StatusOf(rows[i].Change)
	}
	return rows
}
