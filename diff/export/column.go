package export

import (
	"cmp"

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

// functionName is the name that stands for a frame, as [diff.Row] has it.
func functionName(f snapshot.Frame) string { return cmp.Or(f.Function, "<unknown>") }

// side is one way to look at a difference with values that are not negative,
// for formats that have no others.
type side struct {
	name  string
	value func(diff.Change) int64
}

// after is the side that holds what there is now.
const after = "after"

// sides are those of a difference, in the order in which they are listed.
func sides() []side {
	return []side{
		{"before", func(c diff.Change) int64 { return max(0, c.Before) }},
		{after, func(c diff.Change) int64 { return max(0, c.After) }},
		{"growth", func(c diff.Change) int64 { return max(0, c.Delta) }},
		{"shrink", func(c diff.Change) int64 { return max(0, snapshot.SubSaturating(c.Before, c.After)) }},
	}
}
