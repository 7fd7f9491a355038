package diff

import (
	"cmp"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// Group is goroutines that entered at the same function and wait at the same
// place for the same thing, however they got there.
type Group struct {
	Key     GroupKey
	State   State
	Entry   snapshot.Frame // the function they were started with
	Blocked snapshot.Frame // where they wait, as a person would say it
	Leaf    snapshot.Frame // where they wait, as the machine sees it
	Change                 // of their number; counted, so Stderr is 0
	Status  Status
	Role    Role
	Stacks  []snapshot.StackID // of the members, the most goroutines first
	Labels  []LabelCount       // the most goroutines first; empty where none has labels
}

// LabelCount is how many goroutines of a group carry one set of labels.
type LabelCount struct {
	Labels        snapshot.Labels
	Before, After int64
}

// Groups compares two goroutine profiles of one build and table. Either may be
// nil. The largest change comes first, then the largest group.
func Groups(table *snapshot.Table, base, current *snapshot.Profile) []Group {
	return groupsAt(newPlaces(table), base, current)
}

// Groups returns the groups of one profile, in the order of the function [Groups].
func (c *Counter) Groups(p *snapshot.Profile) []Group { return groupsAt(c.at, nil, p) }

func groupsAt(at *places, base, current *snapshot.Profile) []Group {
	c := Comparison{Table: at.table, Base: base, Current: current}
	c.base = side{profile: base, columns: []int{goroutineColumn(base)}}
	c.current = side{profile: current, columns: []int{goroutineColumn(current)}}
	c.join()
	return c.groups(0, at)
}

// Groups returns the groups of goroutines of both profiles, in the order of the
// function [Groups]. Those of different builds are matched as their stacks are.
func (c *Comparison) Groups() []Group {
	for column, t := range c.Types {
		if t.Name == "goroutine" {
			return c.groups(column, newPlaces(c.Table))
		}
	}
	return c.groups(0, newPlaces(c.Table))
}

// groups counts goroutines by one column.
func (c *Comparison) groups(column int, at *places) []Group {
	groups := make(map[GroupKey]*members)
	var order []*members
	for _, s := range c.stacks {
		place := *at.of(c.show(s.stack))
		if onlyBefore(c.records[s.from:s.to]) && c.show(s.stack) != s.stack {
			// Its name may be another's in the current build.
			place.key = at.of(s.stack).key
		}
		g := groups[place.key]
		if g == nil {
			g = newMembers(place)
			groups[place.key] = g
			order = append(order, g)
		}
		for _, r := range c.records[s.from:s.to] {
			key := c.key(r)
			key.Stack = c.show(s.stack)
			g.add(key, c.base.value(r.base, column), c.current.value(r.current, column))
		}
	}
	out := make([]Group, 0, len(order))
	for _, g := range order {
		if group, ok := g.group(c.Table); ok {
			group.Role = c.role(group)
			out = append(out, group)
		}
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(abs(b.Delta), abs(a.Delta)),
			cmp.Compare(abs(b.After), abs(a.After)),
			strings.Compare(a.Key.Blocked, b.Key.Blocked),
			strings.Compare(a.Key.Entry, b.Key.Entry),
			cmp.Compare(a.Key.Line, b.Key.Line),
			cmp.Compare(a.Key.State, b.Key.State),
		)
	})
	return out
}

// onlyBefore reports whether records are of the base alone.
func onlyBefore(records []record) bool {
	return !slices.ContainsFunc(records, func(r record) bool { return r.current >= 0 })
}

// goroutineColumn is the column that counts goroutines, -1 for none. Go names
// it "goroutine", and "goroutineleak" in the profile of leaked ones.
func goroutineColumn(p *snapshot.Profile) int {
	switch {
	case p == nil || len(p.Types) == 0:
		return -1
	case p.Column("goroutine") >= 0:
		return p.Column("goroutine")
	}
	return 0
}

// count is goroutines before and after.
type count struct{ before, after int64 }

func (c count) plus(before, after int64) count {
	return count{snapshot.AddSaturating(c.before, before), snapshot.AddSaturating(c.after, after)}
}

func (c count) most() uint64 { return max(abs(c.before), abs(c.after)) }

// members collects a group.
type members struct {
	place  place
	total  count
	stacks map[snapshot.StackID]count
	labels map[snapshot.LabelsID]count // nil where none has any
}

func newMembers(at place) *members {
	return &members{place: at, stacks: make(map[snapshot.StackID]count)}
}

func (m *members) add(k snapshot.Key, before, after int64) {
	m.total = m.total.plus(before, after)
	m.stacks[k.Stack] = m.stacks[k.Stack].plus(before, after)
	if k.Labels != 0 {
		if m.labels == nil {
			m.labels = make(map[snapshot.LabelsID]count)
		}
		m.labels[k.Labels] = m.labels[k.Labels].plus(before, after)
	}
}

// group returns what was collected; false for records that say 0 on both sides.
func (m *members) group(table *snapshot.Table) (Group, bool) {
	if m.total == (count{}) {
		return Group{}, false
	}
	g := Group{
		Key:     m.place.key,
		State:   m.place.key.State,
		Entry:   m.place.entry,
		Blocked: m.place.blocked,
		Leaf:    m.place.leaf,
		Change:  m.total.change(),
		Stacks:  ordered(m.stacks),
	}
	g.Status = StatusOf(g.Change)
	for _, id := range ordered(m.labels) {
		g.Labels = append(g.Labels, LabelCount{table.Labels(id), m.labels[id].before, m.labels[id].after})
	}
	return g, true
}

// ordered returns the ids with the largest counts first.
func ordered[ID cmp.Ordered](counts map[ID]count) []ID {
	ids := make([]ID, 0, len(counts))
	for id := range counts {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int {
		return cmp.Or(cmp.Compare(counts[b].most(), counts[a].most()), cmp.Compare(a, b))
	})
	return ids
}
