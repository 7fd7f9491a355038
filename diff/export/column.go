package export

import (
	"cmp"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// column is one sample type of one comparison: what a format is about that has
// one value for each stack.
type column struct {
	*diff.Comparison
	index int // -1 where the profiles have no sample types
}

// column finds the sample type that was asked for, the heap's first and then
// the goroutines'; "" is the default of the heap, else of the goroutines.
func (d Diff) column(name string) (column, error) {
	if d.Heap == nil && d.Goroutines == nil {
		return column{index: -1}, nil
	}
	all := d.comparisons()
	index, err := all[0].SampleIndex(name)
	if err == nil {
		return column{all[0], index}, nil
	}
	for _, c := range all[1:] {
		if i, err := c.SampleIndex(name); err == nil {
			return column{c, i}, nil
		}
	}
	return column{index: -1}, err
}

// Of returns the comparison that a sample type is of, as the formats choose it
// that are about one: the heap's first, then the goroutines'. It is nil where
// nothing is compared.
func (d Diff) Of(sampleType string) (*diff.Comparison, error) {
	c, err := d.column(sampleType)
	return c.Comparison, err
}

// kind is the kind of the profiles, as a word.
func (c column) kind() string {
	if c.Comparison == nil {
		return "profile"
	}
	return kindOf(c.Comparison)
}

// sampleType is that of the column, with the name "" where there is none.
func (c column) sampleType() snapshot.SampleType {
	if c.index < 0 {
		return snapshot.SampleType{}
	}
	return c.Types[c.index]
}

// title is what the column counts: "heap inuse_space", "goroutines".
func (c column) title() string {
	switch name := c.sampleType().Name; name {
	case "":
		return c.kind()
	case "goroutine":
		return "goroutines"
	default:
		return c.kind() + " " + name
	}
}

// stackValue is what one stack held before and holds after.
type stackValue struct {
	stack         snapshot.StackID
	before, after int64
}

// stacks returns all stacks that hold something on either side, in the order of
// their names from the root, which no table's ids have a part in.
func (c column) stacks() []stackValue {
	if c.index < 0 {
		return nil
	}
	var out []stackValue
	paths := make(map[snapshot.StackID][]string)
	for _, r := range c.ByStack(c.index, nil) {
		if r.Flat.Before != 0 || r.Flat.After != 0 {
			out = append(out, stackValue{r.Stack, r.Flat.Before, r.Flat.After})
			paths[r.Stack] = rootFirst(c.Table, r.Stack)
		}
	}
	slices.SortFunc(out, func(a, b stackValue) int {
		return cmp.Or(slices.Compare(paths[a.stack], paths[b.stack]), cmp.Compare(a.stack, b.stack))
	})
	return out
}

// rootFirst returns the functions of a stack from the root to the leaf.
func rootFirst(t *snapshot.Table, id snapshot.StackID) []string {
	var names []string
	for f := range t.Frames(id) {
		names = append(names, functionName(f))
	}
	slices.Reverse(names)
	return names
}

// functionName is the name that stands for a frame, as [diff.Row] has it.
func functionName(f snapshot.Frame) string { return cmp.Or(f.Function, "<unknown>") }

// side is one way to look at a difference with values that are not negative,
// for formats that have no others.
type side struct {
	name  string
	value func(stackValue) int64
}

// The sides of a difference, in the order in which they are listed. A growth
// that does not fit an int64 is held at its bound.
func sides() []side {
	return []side{
		{"before", func(s stackValue) int64 { return max(0, s.before) }},
		{"after", func(s stackValue) int64 { return max(0, s.after) }},
		{"growth", func(s stackValue) int64 { return max(0, snapshot.SubSaturating(s.after, s.before)) }},
		{"shrink", func(s stackValue) int64 { return max(0, snapshot.SubSaturating(s.before, s.after)) }},
	}
}
