package export

import (
	"bufio"
	"fmt"
	"io"

	"leaktop/diff"
	"leaktop/diff/units"
)

// aloneText writes what one snapshot holds: the verdict with its findings, the
// table of go tool pprof -top row by row, and the groups of goroutines with
// their states and stacks.
func aloneText(w io.Writer, r Run, o Options) error {
	a := alone{r, o}
	top, hasTop, err := a.top()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w) // its errors stay: Flush returns the first
	t := &checkText{w: out}
	t.facts("", a.headFacts())
	if r.Judged != nil {
		t.section(r.check(), "", r.check().news())
	}
	if hasTop {
		textTop(out, top)
	}
	if r.Goroutines != nil {
		if err := a.textGroups(out, r.Goroutines); err != nil {
			return err
		}
	}
	return out.Flush()
}

func textTop(w io.Writer, t topTable) {
	fmt.Fprintf(w, "\n%s\n", t.about())
	fmt.Fprintf(w, "%10s %6s %6s %10s %6s\n", "flat", "flat%", "sum%", "cum", "cum%")
	for _, c := range t.cells() {
		fmt.Fprintf(w, "%10s %s %s %10s %s  %s\n", c[0], c[1], c[2], c[3], c[4], c[5])
	}
	if t.more > 0 {
		fmt.Fprintf(w, "and %s\n", units.Plural(t.more, "more function"))
	}
}

func (a alone) textGroups(w io.Writer, c *diff.Comparison) error {
	groups := c.Groups()
	fmt.Fprintf(w, "\n%s\n", a.grouped(groups))
	byState := aligned{right: 1}
	v := values{unit: "count", exact: a.o.Exact}
	for _, s := range states(groups) {
		byState.add(v.value(s.Goroutines), string(s.State))
	}
	if err := byState.write(w); err != nil || len(groups) == 0 {
		return err
	}
	shown := atMost(groups, a.o.Limit)
	table := aligned{right: 1}
	table.add()
	table.add(groupHead(c)...)
	for _, g := range shown {
		table.add(a.groupCells(c, g)...)
	}
	if err := table.write(w); err != nil {
		return err
	}
	if err := textRest(w, len(groups), a.o.Limit, "group"); err != nil {
		return err
	}
	if err := textLocks(w, c, groups, a.o); err != nil {
		return err
	}
	for _, g := range shown {
		fmt.Fprintf(w, "\n%s", groupTitle(c, g))
		if more := otherStacks(g); more != "" {
			fmt.Fprintf(w, "; %s", more)
		}
		fmt.Fprintln(w)
		for f := range c.Table.Frames(g.Stacks[0]) {
			line := "    " + functionName(f)
			if at := fullPlace(f); at != "" {
				line += "  " + at
			}
			fmt.Fprintln(w, line)
		}
		if t, ok := c.Current.ToldOf(g.Stacks); ok {
			for _, by := range t.Creators {
				if f := c.Table.Frame(by.Creator); f.Function != "" {
					fmt.Fprintf(w, "    created by %s  %s\n", f.Function, fullPlace(f))
				}
			}
		}
	}
	return nil
}
