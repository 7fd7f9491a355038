package export

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// Options chooses what [Text] and [Markdown] show.
type Options struct {
	// SampleType is the column, as in go tool pprof -sample_index; "" is the one
	// that pprof shows by itself.
	SampleType string
	// Exact writes plain integers in the sample type's unit, with no grouping
	// and an ASCII minus.
	Exact bool
	// Limit bounds the rows of each table; 0 for all that changed in [Text],
	// and 20 in [Markdown].
	Limit int
}

// Text writes a table for people: what is compared, the totals, then every
// function whose flat or cum value changed, in the order of go tool pprof -top
// (the largest flat change first, then by name), then the groups of goroutines
// whose number changed. A sample type that the profiles do not have is an
// error, before anything is written.
func Text(w io.Writer, d Diff, o Options) error {
	column, err := d.sampleIndex(o.SampleType)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	err = textHead(out, d)
	if err == nil && d.Heap != nil {
		err = textHeap(out, d.Heap, column, o)
	}
	if err == nil && d.Goroutines != nil {
		err = textGoroutines(out, d.Goroutines, o)
	}
	if err == nil {
		err = out.Flush()
	}
	return err
}

func textHead(w io.Writer, d Diff) error {
	var head aligned
	if target := d.Target.line(); target != "" {
		head.add("target", target)
	}
	head.add("base", stamp(d.Base.Time), d.Base.Name)
	head.add("current", stamp(d.Current.Time), strings.TrimSpace(d.Current.Name+"  "+distance(d)))
	if err := head.write(w); err != nil {
		return err
	}
	for _, note := range d.notes() {
		if _, err := fmt.Fprintf(w, "note: %s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// stamp writes a time for people, in UTC so that two machines write the same.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "time unknown"
	}
	return t.UTC().Format("2006-01-02 15:04:05 MST")
}

// distance says how far apart the snapshots are, in brackets; "" where a time
// is unknown.
func distance(d Diff) string {
	if d.Base.Time.IsZero() || d.Current.Time.IsZero() {
		return ""
	}
	// Two addresses are asked at once; which answers first by a few
	// milliseconds means nothing.
	switch apart := d.Current.Time.Sub(d.Base.Time); {
	case apart.Abs() < time.Second:
		return "(at the same time as the base)"
	case apart > 0:
		return "(" + units.Duration(apart) + " after the base)"
	}
	return "(" + units.Duration(d.Base.Time.Sub(d.Current.Time)) + " before the base)"
}

func textHeap(w io.Writer, c *diff.Comparison, column int, o Options) error {
	if column < 0 {
		_, err := fmt.Fprintf(w, "\n%s: no sample types\n", kindOf(c))
		return err
	}
	v := values{unit: c.Types[column].Unit, exact: o.Exact}
	changed := c.ChangedFunctions(column)
	if _, err := fmt.Fprintf(w, "\n%s %s: %s\n", kindOf(c), c.Types[column].Name, v.total(changed.Total)); err != nil {
		return err
	}
	rows := changed.Rows
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, unchanged(c, column))
		return err
	}
	if _, err := fmt.Fprintf(w, "%s of %s changed\n", units.Count(int64(len(rows))), units.Plural(changed.Functions, "function")); err != nil {
		return err
	}
	table := aligned{right: 4}
	table.add()
	table.add("flat Δ", "±", "flat now", "cum Δ", "", "function")
	for _, r := range atMost(rows, o.Limit) {
		table.add(v.change(r.Flat.Delta), v.stderr(r.Flat.Stderr), v.value(r.Flat.After), v.change(r.CumDelta), v.status(r.Status), r.Name)
	}
	if err := table.write(w); err != nil {
		return err
	}
	return textRest(w, len(rows), o.Limit, "function")
}

// changedRows returns the rows that go tool pprof -top shows of a diff, in its order.
func changedRows(rows []diff.Row) []diff.Row {
	var out []diff.Row
	for _, r := range rows {
		if r.Flat.Delta != 0 || r.Cum.Delta != 0 {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b diff.Row) int {
		return cmp.Or(
			cmp.Compare(magnitude(b.Flat.Delta), magnitude(a.Flat.Delta)),
			strings.Compare(a.Name, b.Name),
		)
	})
	return out
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// unchanged says why there is no table.
func unchanged(c *diff.Comparison, column int) string {
	if c.Identical() {
		return "the profiles are identical: no stack changed in any sample type"
	}
	var others []string
	for i, t := range c.Types {
		if i != column && len(c.ChangedFunctions(i).Rows) > 0 {
			others = append(others, t.Name)
		}
	}
	if len(others) == 0 {
		return "no function changed"
	}
	return "no function changed in " + c.Types[column].Name + "; some did in " + strings.Join(others, ", ")
}

func textGoroutines(w io.Writer, c *diff.Comparison, o Options) error {
	v := values{unit: "count", exact: o.Exact}
	groups := c.Groups()
	if _, err := fmt.Fprintf(w, "\ngoroutines: %s\n", v.total(groupTotal(groups))); err != nil {
		return err
	}
	changed := changedGroups(groups)
	if _, err := fmt.Fprintf(w, "%s of %s changed\n", units.Count(int64(len(changed))), units.Plural(len(groups), "group")); err != nil {
		return err
	}
	if len(changed) == 0 {
		return textLocks(w, c, groups, o)
	}
	table := aligned{right: 2}
	table.add()
	more := toldColumns(c)
	table.add(append([]string{"Δ", "now", "", "state", "blocked in", "at", "started as"}, more...)...)
	for _, g := range atMost(changed, o.Limit) {
		row := []string{v.change(g.Delta), v.value(g.After), v.status(g.Status), stateText(c, g), named(g.Blocked), place(g.Blocked), named(g.Entry)}
		if more != nil {
			row = append(row, told(c, g)...)
		}
		table.add(row...)
	}
	if err := table.write(w); err != nil {
		return err
	}
	if err := textRest(w, len(changed), o.Limit, "group"); err != nil {
		return err
	}
	return textLocks(w, c, groups, o)
}

// textLocks writes who waits for which lock, where a dump tells.
func textLocks(w io.Writer, c *diff.Comparison, groups []diff.Group, o Options) error {
	locks, head := sharedLocks(c, groups)
	if head == "" {
		return nil
	}
	if _, err := fmt.Fprintf(w, "\nlocks: %s\n", head); err != nil || len(locks) == 0 {
		return err
	}
	v := values{unit: "count", exact: o.Exact}
	table := aligned{right: 2}
	table.add()
	table.add(lockColumns()...)
	for _, l := range atMost(locks, o.Limit) {
		table.add(v.value(l.Waiters), lockWait(l), diff.LockName(l.Address), string(l.At[0].Group.State), lockPlaces(l, "; "))
	}
	if err := table.write(w); err != nil {
		return err
	}
	return textRest(w, len(locks), o.Limit, "lock")
}

func groupTotal(groups []diff.Group) diff.Change {
	var total diff.Change
	for _, g := range groups {
		total.Before = snapshot.AddSaturating(total.Before, g.Before)
		total.After = snapshot.AddSaturating(total.After, g.After)
	}
	total.Delta = snapshot.SubSaturating(total.After, total.Before)
	return total
}

func changedGroups(groups []diff.Group) []diff.Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g diff.Group) bool { return g.Delta == 0 })
}

// named is the function of a frame; of none, as goroutines have that were running
// when a dump was taken, a dash.
func named(f snapshot.Frame) string { return cmp.Or(f.Function, "-") }

// place is the short form of where a frame is, "notify.go:88".
func place(f snapshot.Frame) string {
	if f.File == "" {
		return "-"
	}
	base := path.Base(strings.ReplaceAll(f.File, `\`, "/"))
	if f.Line == 0 {
		return base
	}
	return base + ":" + strconv.Itoa(f.Line)
}

func textRest(w io.Writer, rows, limit int, what string) error {
	if limit <= 0 || rows <= limit {
		return nil
	}
	_, err := fmt.Fprintf(w, "and %s\n", units.Plural(rows-limit, "more "+what))
	return err
}
