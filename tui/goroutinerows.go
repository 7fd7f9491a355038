package tui

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
)

// build works out what a setting asks for, as far as what there is already is not
// it. It is false once the analyst was stopped.
func (g *goroutineContent) build(a *analyst, setting goroutineSetting) bool {
	cmp := a.compare(snapshot.Goroutine)
	if cmp.Comparison == nil {
		*g = goroutineContent{goroutineSetting: setting}
		return true
	}
	if g.made && g.goroutineSetting == setting && g.cmp.Comparison == cmp.Comparison && g.verdicts == a.verdicts {
		return true
	}
	*g = goroutineContent{goroutineSetting: setting, made: true, cmp: cmp, verdicts: a.verdicts, total: cmp.Total(0)}
	if a.stopped() {
		return false
	}
	groups := a.groups()
	if g.ownOnly || g.found {
		groups = slices.Collect(g.chosen(groups, a.own))
	}
	if a.stopped() {
		return false
	}
	rows := g.rowsOf(a, groups)
	g.rows = make([]*goroutineRow, len(rows))
	for i := range rows {
		g.rows[i] = &rows[i]
	}
	g.has = whatRowsHave(g.rows)
	return !a.stopped()
}

// count adds up what the filter lets through.
func (g *goroutineContent) count(rows iter.Seq[*goroutineRow]) {
	g.sum = 0
	var handlers []handler.Handler
	for r := range rows {
		g.sum = snapshot.AddSaturating(g.sum, r.After)
		if g.by == byRequest {
			handlers = append(handlers, r.handler)
		}
	}
	g.handlers = handlersText(handlers)
}

// rowsOf makes the table's rows in the order of their change.
func (g *goroutineContent) rowsOf(a *analyst, groups []diff.Group) []goroutineRow {
	var rows []goroutineRow
	switch g.by {
	case byState:
		rows = mergeGroups(groups, func(group *diff.Group, add func(string, diff.Change)) {
			add(string(group.State), group.Change)
		})
		g.waits(rows, groups)
	case byRequest:
		rows = handlerGroupRows(a, groups)
	case byLabel:
		rows = g.labelRows(groups)
	case byLabelSet:
		rows = mergeGroups(groups, func(group *diff.Group, add func(string, diff.Change)) {
			for _, l := range group.Labels {
				add(l.Labels.String(), diff.Change{Before: l.Before, After: l.After, Delta: snapshot.SubSaturating(l.After, l.Before)})
			}
			rest := unlabelled(*group)
			if rest.Before != 0 || rest.After != 0 {
				add(noLabels, rest)
			}
		})
	default:
		for i := range groups {
			group := &groups[i]
			row := goroutineRow{
				key: group.Key, name: group.Blocked.Function, group: group, Change: group.Change, status: group.Status, groups: 1,
				seen: a.seenFor(group.Key), finding: a.verdicts.ofGroup(group),
			}
			if len(group.Labels) > 0 {
				row.labels = labelsText(group.Labels)
			}
			if row.told, row.isTold = g.cmp.Told(group.Stacks); row.isTold {
				row.starter = shortName(g.cmp.Table.Frame(row.told.Creators[0].Creator).Function)
				if more := len(row.told.Creators) - 1; more > 0 {
					row.starter += fmt.Sprintf(" +%d", more)
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// waits adds up for how long the goroutines of each state wait, as far as a dump
// tells.
func (g *goroutineContent) waits(rows []goroutineRow, groups []diff.Group) {
	stacks := make(map[string][]snapshot.StackID)
	for _, group := range groups {
		stacks[string(group.State)] = append(stacks[string(group.State)], group.Stacks...)
	}
	for i := range rows {
		rows[i].told, rows[i].isTold = g.cmp.Told(stacks[rows[i].name])
	}
}

// handlerGroupRows are the rows by handler; what belongs to none stays the last.
func handlerGroupRows(a *analyst, groups []diff.Group) []goroutineRow {
	var rows []goroutineRow
	index := make(map[string]int)
	for _, part := range a.groupsByHandler(groups) {
		key := part.handler.Key()
		at, ok := index[key]
		if !ok {
			at = len(rows)
			index[key] = at
			row := goroutineRow{key: key, name: part.handler.Name, handler: part.handler}
			if found := a.verdicts.ofHandler(part.handler); len(found) > 0 {
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
func (g *goroutineContent) chosen(groups []diff.Group, prefixes []string) iter.Seq[diff.Group] {
	return func(yield func(diff.Group) bool) {
		for _, group := range groups {
			own := !g.ownOnly || diff.IsOwn(group.Blocked, prefixes) || diff.IsOwn(group.Entry, prefixes)
			found := !g.found || g.verdicts.ofGroup(&group) != nil
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
