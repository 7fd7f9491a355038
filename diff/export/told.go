package export

import (
	"cmp"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// toldColumns are what a table of goroutine groups has more where they come
// from a full dump.
func toldColumns(c *diff.Comparison) []string {
	if c.HasTold() {
		return []string{"started by", "reported wait"}
	}
	return nil
}

// told are the cells of toldColumns for a group: the line that started most of
// them, and for how long the runtime says that they wait. They are of the
// current dump; of the base where nothing is left, or the current one is none.
func told(c *diff.Comparison, g diff.Group) []string {
	if t, ok := c.Told(g.Stacks); ok {
		return []string{creator(c.Table, t), reported(t)}
	}
	return []string{"-", "-"}
}

// stateText is the state of a group and what a dump says of its goroutines
// besides.
func stateText(c *diff.Comparison, g diff.Group) string {
	t, _ := c.Told(g.Stacks)
	return g.Describe(t)
}

// creator names the line that started most goroutines, and counts the others.
func creator(table *snapshot.Table, t snapshot.Told) string {
	f := table.Frame(t.Creators[0].Creator)
	text := "-"
	if f.Function != "" {
		text = f.Function + " " + place(f)
	}
	if more := len(t.Creators) - 1; more > 0 {
		text += " and " + units.Plural(more, "other")
	}
	return text
}

// reported is for how long they wait, as the runtime says: "3d16h to 3d21h".
func reported(t snapshot.Told) string { return cmp.Or(diff.ReportedWait(t, " to "), "-") }
