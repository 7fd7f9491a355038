package export

import (
	"fmt"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// toldColumns are what a table of goroutine groups has more where they come
// from a full dump.
func toldColumns(c *diff.Comparison) []string {
	for _, p := range []*snapshot.Profile{c.Base, c.Current} {
		if p != nil && p.Told != nil {
			return []string{"started by", "reported wait"}
		}
	}
	return nil
}

// told are the cells of toldColumns for a group: the line that started most of
// them, and for how long the runtime says that they wait. They are of the
// current dump; of the base where nothing is left, or the current one is none.
func told(c *diff.Comparison, g diff.Group) []string {
	for _, p := range []*snapshot.Profile{c.Current, c.Base} {
		if p == nil {
			continue
		}
		if t, ok := p.ToldOf(g.Stacks); ok {
			return []string{creator(c.Table, t), reported(t)}
		}
	}
	return []string{"-", "-"}
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

// reported is a range of minutes as the runtime has them.
func reported(t snapshot.Told) string {
	switch {
	case t.Most == 0:
		return "-"
	case t.Least == t.Most:
		return fmt.Sprintf("%d min", t.Most)
	}
	return fmt.Sprintf("%d to %d min", t.Least, t.Most)
}
