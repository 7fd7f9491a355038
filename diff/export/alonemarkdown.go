package export

import (
	"bufio"
	"io"
	"strings"

	"leaktop/diff"
)

// aloneMarkdown writes what one snapshot holds for an issue: the verdict with its
// findings, the table of go tool pprof -top, and the groups of goroutines, with
// the stack of each folded away.
func aloneMarkdown(w io.Writer, r Run, o Options) error {
	if o.Limit <= 0 {
		o.Limit = markdownRows
	}
	a := alone{r, o}
	top, hasTop, err := a.top()
	if err != nil {
		return err
	}
	m := &markdown{w: bufio.NewWriter(w), o: o}
	m.printf("### leaktop")
	if r.Judged != nil {
		m.printf(": %s", escape(r.check().headline()))
	}
	m.printf("\n\n")
	for _, f := range a.headFacts() {
		switch f.name {
		case "verdict": // stands in the head
		case "target", "file":
			m.printf("- %s: %s\n", f.name, code(f.text))
		default:
			m.fact(f)
		}
	}
	if r.Judged != nil {
		m.findings(r.check(), "", r.check().news())
	}
	if hasTop {
		m.top(top)
	}
	if r.Goroutines != nil {
		m.groups(a, r.Goroutines)
	}
	return m.w.Flush()
}

func (m *markdown) top(t topTable) {
	m.printf("\n**%s.**\n", escape(t.about()))
	if len(t.Rows) == 0 {
		return
	}
	m.printf("\n| flat | flat%% | sum%% | cum | cum%% | function |\n|---:|---:|---:|---:|---:|---|\n")
	for _, c := range t.cells() {
		for _, number := range c[:5] {
			m.printf("| %s ", strings.TrimSpace(number))
		}
		m.printf("| %s |\n", code(c[5]))
	}
	m.rest(t.more, "function")
}

func (m *markdown) groups(a alone, c *diff.Comparison) {
	groups := c.Groups()
	m.printf("\n**%s.**\n", a.grouped(groups))
	if len(groups) == 0 {
		return
	}
	v := values{unit: "count", exact: m.o.Exact}
	m.printf("\n| goroutines | state |\n|---:|---|\n")
	for _, s := range states(groups) {
		m.printf("| %s | %s |\n", v.value(s.Goroutines), escape(string(s.State)))
	}
	rows, head := atMost(groups, m.o.Limit), groupHead(c)
	m.printf("\n|")
	m.cells(head)
	m.printf("\n|---:|%s\n", strings.Repeat("---|", len(head)-1))
	for _, g := range rows {
		m.printf("|")
		m.cells(a.groupCells(c, g))
		m.printf("\n")
	}
	m.rest(len(groups)-len(rows), "group")
	m.locks(c, groups)
	m.printf("\nThe commonest stack of each, leaf first:\n")
	for _, g := range rows {
		m.folded(c.Table, oneLine(groupTitle(c, g)+": "+named(g.Blocked)), g.Stacks[0])
	}
}
