package export

import (
	"strconv"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// heldTable is a table of what a snapshot by itself holds.
type heldTable struct {
	ID, Short, Title, Total string
	Head                    []heldHead
	Rows                    []heldRow
	More                    string    // how many rows were left out
	Locks                   lockTable // below a table of goroutines
}

// heldHead is the head of a column, with the class of its cells.
type heldHead struct{ Name, Class string }

type heldRow struct{ Cells []heldCell }

// heldCell is one cell, with what it is sorted by and the stack to fold out.
type heldCell struct {
	Name, Class, Value string
	Stack              shownStack
}

// heldTables are those of a snapshot by itself: of functions, then of groups of
// goroutines by state and by where they wait.
func heldTables(r Run, c column, o Options) []heldTable {
	a := alone{r, o}
	var out []heldTable
	if c.index >= 0 && c.Current.Told == nil {
		out = append(out, a.heldFunctions(c))
	}
	if r.Goroutines != nil {
		groups := r.Goroutines.Groups()
		out = append(out, a.heldStates(groups), a.heldGroups(r.Goroutines, groups))
	}
	return out
}

func (a alone) heldFunctions(c column) heldTable {
	v := values{unit: c.sampleType().Unit, exact: a.o.Exact}
	total := c.Total(c.index).After
	t := heldTable{
		ID: "heap", Short: "Functions", Title: c.title() + " by function", Total: v.value(total),
		Head: []heldHead{{"flat", "n"}, {"flat%", "n"}, {"cum", "n"}, {"cum%", "n"}, {"function", "function"}, {"at", "place"}},
	}
	all := changedRows(c.ByFunction(c.index))
	rows := atMost(all, a.o.Limit)
	for _, row := range rows {
		name := heldText(row.Name, "function")
		name.Stack = newShownStack(c.Table, "The stack that holds most, leaf first", row.Stack)
		t.Rows = append(t.Rows, heldRow{[]heldCell{
			heldNumber(v.value(row.Flat.After), row.Flat.After), heldNumber(share(row.Flat.After, total), row.Flat.After),
			heldNumber(v.value(row.Cum.After), row.Cum.After), heldNumber(share(row.Cum.After, total), row.Cum.After),
			name, heldText(place(snapshot.Frame{File: row.File, Line: row.Line}), "place"),
		}})
	}
	t.More = moreRows(len(all)-len(rows), "function")
	return t
}

func (a alone) heldStates(groups []diff.Group) heldTable {
	v := values{unit: "count", exact: a.o.Exact}
	t := heldTable{
		ID: "states", Short: "States", Title: "Goroutines by state", Total: a.grouped(groups),
		Head: []heldHead{{"goroutines", "n"}, {"state", "state"}},
	}
	for _, s := range states(groups) {
		t.Rows = append(t.Rows, heldRow{[]heldCell{heldNumber(v.value(s.Goroutines), s.Goroutines), heldText(string(s.State), "state")}})
	}
	return t
}

func (a alone) heldGroups(c *diff.Comparison, groups []diff.Group) heldTable {
	v := values{unit: "count", exact: a.o.Exact}
	t := heldTable{
		ID: "goroutines", Short: "Goroutines", Title: "Goroutines by where they wait", Total: units.Plural(len(groups), "group"),
		Head: []heldHead{{"count", "n"}, {"state", "state"}, {"blocked in", "function"}, {"at", "place"}, {"started as", "function entry"}},
	}
	dump := toldColumns(c) != nil
	if dump {
		t.Head = append(t.Head, heldHead{"started by", "function entry"}, heldHead{"reported wait", "n"})
	}
	rows := atMost(groups, a.o.Limit)
	for _, g := range rows {
		blocked := heldText(functionName(g.Blocked), "function")
		blocked.Stack = newShownStack(c.Table, "The commonest stack of the group, leaf first", g.Stacks[0])
		row := []heldCell{
			heldNumber(v.value(g.After), g.After), heldText(stateText(c, g), "state"), blocked,
			heldText(place(g.Blocked), "place"), heldText(functionName(g.Entry), "function entry"),
		}
		if dump {
			cells := told(c, g)
			most := int64(0)
			if of, ok := c.Current.ToldOf(g.Stacks); ok {
				most = int64(of.Most)
			}
			row = append(row, heldText(cells[0], "function entry"), heldNumber(cells[1], most))
		}
		t.Rows = append(t.Rows, heldRow{row})
	}
	t.More = moreRows(len(groups)-len(rows), "group")
	t.Locks = newLockTable(c, groups, v, a.o)
	return t
}

func heldText(text, class string) heldCell { return heldCell{Name: text, Class: class, Value: text} }

func heldNumber(text string, value int64) heldCell {
	return heldCell{Name: text, Class: "n", Value: strconv.FormatInt(value, 10)}
}
