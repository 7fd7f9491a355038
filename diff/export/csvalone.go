package export

import (
	"encoding/csv"
	"strconv"
)

// csvHeld writes the stacks of a snapshot by itself with their values, the
// largest first.
func csvHeld(out *csv.Writer, r Run, o Options) {
	head := []string{"function", "file", "line"}
	c := r.Heap
	if c == nil {
		out.Write(append(head, "stack"))
		return
	}
	for _, t := range c.Types {
		head = append(head, outside(t.Name))
	}
	out.Write(append(head, "stack"))
	telling := telling(c)
	for _, s := range atMost(c.Changes(), o.Limit) {
		at := telling[s.Stack]
		row := []string{outside(at.Name), outside(at.File), line(at.Line)}
		for _, value := range s.Changes {
			row = append(row, number(value.After))
		}
		out.Write(append(row, outside(foldedPath(c.Table, s.Stack))))
	}
}

// csvHeldGoroutines writes the groups of a snapshot by itself, the largest first,
// with what a dump reports: the minutes waited, and the line that started most.
func csvHeldGoroutines(out *csv.Writer, r Run, o Options) {
	out.Write([]string{"goroutines", "state", "function", "file", "line", "started as", "least minutes reported", "most minutes reported", "started by", "stack"})
	c := r.Goroutines
	if c == nil {
		return
	}
	for _, g := range atMost(c.Groups(), o.Limit) {
		least, most, by := "", "", ""
		if t, ok := c.Current.ToldOf(g.Stacks); ok {
			least, most = strconv.Itoa(int(t.Least)), strconv.Itoa(int(t.Most))
			if f := c.Table.Frame(t.Creators[0].Creator); f.Function != "" {
				by = f.Function + " " + fullPlace(f)
			}
		}
		out.Write([]string{number(g.After), stateText(c, g), outside(g.Blocked.Function), outside(g.Blocked.File), line(g.Blocked.Line),
			outside(g.Entry.Function), least, most, outside(by), outside(foldedPath(c.Table, g.Stacks[0]))})
	}
}
