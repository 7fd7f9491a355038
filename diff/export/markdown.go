package export

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// markdownRows is how many rows a table has where no limit was asked for: an
// issue wants the top, and the rest counted.
const markdownRows = 20

// Markdown writes a report for an issue or a pull request: a sentence with the
// totals, a table of what changed most, and the stack behind each row in a section
// that is folded away. It takes the dialect of GitHub, with names escaped. A sample type that
// the profiles do not have is an error, before anything is written.
func Markdown(w io.Writer, d Diff, o Options) error {
	column, err := d.sampleIndex(o.SampleType)
	if err != nil {
		return err
	}
	if o.Limit <= 0 {
		o.Limit = markdownRows
	}
	// Errors of a bufio.Writer stay: Flush returns the first.
	m := &markdown{w: bufio.NewWriter(w), o: o}
	m.head(d)
	if d.Heap != nil {
		m.heap(d.Heap, column)
	}
	if d.Goroutines != nil {
		m.goroutines(d.Goroutines)
	}
	return m.w.Flush()
}

type markdown struct {
	w *bufio.Writer
	o Options
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(m.w, format, args...) }

func (m *markdown) head(d Diff) {
	title := "### leaktop diff"
	if d.below {
		title = "#### What changed"
	}
	m.printf("%s\n\n", title)
	if target := d.Target.line(); target != "" {
		m.printf("- target: %s\n", code(target))
	}
	m.printf("- base: %s\n- current: %s\n", m.input(d.Base), strings.TrimSpace(m.input(d.Current)+" "+distance(d)))
	for _, note := range d.notes() {
		m.printf("\n> %s\n", escape(note))
	}
}

func (m *markdown) input(in Input) string {
	if in.Name == "" {
		return stamp(in.Time)
	}
	return stamp(in.Time) + ", " + code(in.Name)
}

func (m *markdown) heap(c *diff.Comparison, column int) {
	if column < 0 {
		m.printf("\n**%s:** no sample types.\n", kindOf(c))
		return
	}
	v := values{unit: c.Types[column].Unit, exact: m.o.Exact}
	m.printf("\n**%s %s:** %s.\n", kindOf(c), escape(c.Types[column].Name), v.total(c.Total(column)))
	all := changedRows(c.ByFunction(column))
	if len(all) == 0 {
		m.printf("\n%s.\n", escape(sentence(unchanged(c, column))))
		return
	}
	rows := atMost(all, m.o.Limit)
	m.printf("\n| flat Δ | ± | flat now | cum Δ | | function | at |\n|---:|---:|---:|---:|---|---|---|\n")
	for _, r := range rows {
		m.printf("| %s | %s | %s | %s | %s | %s | %s |\n", v.change(r.Flat.Delta), v.stderr(r.Flat.Stderr), v.value(r.Flat.After),
			v.change(r.Cum.Delta), v.status(r.Status), code(r.Name), escape(place(snapshot.Frame{File: r.File, Line: r.Line})))
	}
	m.rest(len(all)-len(rows), "function")
	m.printf("\nThe stack of each that changed most, leaf first:\n")
	for _, r := range rows {
		m.folded(c.Table, v.change(r.Cum.Delta)+" "+oneLine(r.Name), r.Stack)
	}
}

func (m *markdown) goroutines(c *diff.Comparison) {
	v := values{unit: "count", exact: m.o.Exact}
	groups := c.Groups()
	m.printf("\n**goroutines:** %s.\n", v.total(groupTotal(groups)))
	all := changedGroups(groups)
	if len(all) == 0 {
		m.printf("\n0 of %s changed.\n", units.Plural(len(groups), "group"))
		m.locks(c, groups)
		return
	}
	rows := atMost(all, m.o.Limit)
	more := toldColumns(c)
	m.printf("\n| Δ | now | | state | blocked in | at | started as |")
	m.cells(more)
	m.printf("\n|---:|---:|---|---|---|---|---|%s\n", strings.Repeat("---|", len(more)))
	for _, g := range rows {
		m.printf("| %s | %s | %s | %s | %s | %s | %s |", v.change(g.Delta), v.value(g.After), v.status(g.Status), escape(stateText(c, g)),
			code(named(g.Blocked)), escape(place(g.Blocked)), code(named(g.Entry)))
		if more != nil {
			m.cells(told(c, g))
		}
		m.printf("\n")
	}
	m.rest(len(all)-len(rows), "group")
	m.locks(c, groups)
	m.printf("\nThe commonest stack of each, leaf first:\n")
	for _, g := range rows {
		m.folded(c.Table, fmt.Sprintf("%s %s, %s", v.change(g.Delta), oneLine(named(g.Blocked)), g.State), g.Stacks[0])
	}
}

// locks writes who waits for which lock, where a dump tells.
func (m *markdown) locks(c *diff.Comparison, groups []diff.Group) {
	locks, head := sharedLocks(c, groups)
	if head == "" {
		return
	}
	m.printf("\n**locks:** %s.\n", head)
	if len(locks) == 0 {
		return
	}
	m.printf("\n|")
	m.cells(lockColumns())
	m.printf("\n|---:|---:|---|---|---|\n")
	rows := atMost(locks, m.o.Limit)
	for _, l := range rows {
		m.printf("| %s | %s | %s | %s | %s |\n", values{unit: "count", exact: m.o.Exact}.value(l.Waiters), escape(lockWait(l)), code(diff.LockName(l.Address)),
			escape(string(l.At[0].Group.State)), escape(lockPlaces(l, "; ")))
	}
	m.rest(len(locks)-len(rows), "lock")
}

// cells writes the last ones of a row.
func (m *markdown) cells(texts []string) {
	for _, text := range texts {
		m.printf(" %s |", escape(text))
	}
}

func (m *markdown) rest(n int, what string) {
	if n > 0 {
		m.printf("\nand %s.\n", units.Plural(n, "more "+what))
	}
}

func (m *markdown) stack(t *snapshot.Table, id snapshot.StackID) {
	for f := range t.Frames(id) {
		line := "    " + oneLine(f.Function)
		if f.File != "" {
			line += fmt.Sprintf("  %s:%d", oneLine(f.File), f.Line)
		}
		m.printf("%s\n", html.EscapeString(line))
	}
}

// code is a name in a fixed-width font. The element, unlike backquotes, also
// takes names that hold backquotes or bars, and inside it GitHub links no
// @name and no #1.
func code(name string) string { return "<code>" + escape(name) + "</code>" }

// escape takes away what any character means to Markdown, to HTML or to a table.
func escape(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		switch {
		case strings.ContainsRune("&<>\"", r):
			b.WriteString(html.EscapeString(string(r)))
		case strings.ContainsRune("\\`*_{}[]#|~!$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine keeps a line break from ending a row or a block.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

// sentence begins with a capital.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
