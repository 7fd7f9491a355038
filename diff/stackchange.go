package diff

import (
	"cmp"
	"iter"
	"slices"

	"leaktop/capture/snapshot"
)

// StackChange is how one stack changed in every column.
type StackChange struct {
	Stack   snapshot.StackID
	Changes []Change // one for each of the comparison's Types
	Status  Status
}

// Changes returns the stacks that differ in any column, the largest change in
// the most telling column first.
func (c *Comparison) Changes() []StackChange {
	all := make([]StackChange, len(c.stacks))
	values := make([]Change, len(c.stacks)*len(c.Types))
	for column := range c.Types {
		i := 0
		for id, s := range c.sums(column) {
			at := &all[i]
			if at.Changes == nil {
				at.Stack = c.show(id)
				at.Changes = values[i*len(c.Types) : (i+1)*len(c.Types)]
			}
			at.Changes[column] = s.change()
			differs := at.Status == Changed || at.Changes[column].Delta != 0
			at.Status = s.presence.status(differs)
			i++
		}
	}
	out := slices.DeleteFunc(all, func(s StackChange) bool {
		return !slices.ContainsFunc(s.Changes, func(c Change) bool { return c.Delta != 0 })
	})
	order := c.Order()
	slices.SortFunc(out, func(a, b StackChange) int {
		for _, column := range order {
			if o := cmp.Compare(abs(b.Changes[column].Delta), abs(a.Changes[column].Delta)); o != 0 {
				return o
			}
		}
		return cmp.Compare(a.Stack, b.Stack)
	})
	return out
}

// Deltas yields every record with its change in each column, in order. Records
// that did not change are yielded too. The slice is reused for the next one.
func (c *Comparison) Deltas() iter.Seq2[snapshot.Key, []int64] {
	return func(yield func(snapshot.Key, []int64) bool) {
		delta := make([]int64, len(c.Types))
		for _, r := range c.records {
			for column := range delta {
				delta[column] = snapshot.SubSaturating(c.current.value(r.current, column), c.base.value(r.base, column))
			}
			key := c.key(r)
			key.Stack = c.show(key.Stack)
			if !yield(key, delta) {
				return
			}
		}
	}
}
