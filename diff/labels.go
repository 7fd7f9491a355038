package diff

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// LabelKey is a key of pprof labels and what carries it, whatever other labels
// that has besides.
type LabelKey struct {
	Key    string
	Change // of all that carries the key
	Values []LabelValue
}

// LabelValue is one value of a key.
type LabelValue struct {
	Value string
	Change
	Status Status
}

// LabelKeys adds up sets of labels by key and by value, as go tool pprof -tags
// does: where every request has an id of its own, the route that they share is
// seen all the same. What has several labels counts for each of them. The key with
// the largest change in one value comes first, then that with the largest value,
// and so do its values.
func LabelKeys(sets iter.Seq[LabelCount]) []LabelKey {
	type counts struct {
		total  count
		values map[string]count
	}
	keys := make(map[string]*counts)
	for set := range sets {
		for i, l := range set.Labels {
			of := keys[l.Key]
			if of == nil {
				of = &counts{values: make(map[string]count)}
				keys[l.Key] = of
			}
			if i == 0 || set.Labels[i-1].Key != l.Key { // they are in order
				of.total = of.total.plus(set.Before, set.After)
			}
			of.values[l.Value] = of.values[l.Value].plus(set.Before, set.After)
		}
	}
	out := make([]LabelKey, 0, len(keys))
	for key, of := range keys {
		k := LabelKey{Key: key, Change: of.total.change(), Values: make([]LabelValue, 0, len(of.values))}
		for value, n := range of.values {
			change := n.change()
			k.Values = append(k.Values, LabelValue{value, change, StatusOf(change)})
		}
		slices.SortFunc(k.Values, func(a, b LabelValue) int {
			return cmp.Or(cmp.Compare(abs(b.Delta), abs(a.Delta)), cmp.Compare(abs(b.After), abs(a.After)), strings.Compare(a.Value, b.Value))
		})
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b LabelKey) int {
		x, y := a.Values[0], b.Values[0]
		return cmp.Or(cmp.Compare(abs(y.Delta), abs(x.Delta)), cmp.Compare(abs(y.After), abs(x.After)), strings.Compare(a.Key, b.Key))
	})
	return out
}

// Rest adds up the values behind the first ones.
func (k LabelKey) Rest(first int) Change {
	var sum count
	for _, v := range k.Values[min(first, len(k.Values)):] {
		sum = sum.plus(v.Before, v.After)
	}
	return sum.change()
}

func (c count) change() Change {
	return Change{Before: c.before, After: c.after, Delta: snapshot.SubSaturating(c.after, c.before)}
}

// LabelSets yields the labels of each record with its values in one column. What
// has none is left out.
func (c *Comparison) LabelSets(column int) iter.Seq[LabelCount] {
	return func(yield func(LabelCount) bool) {
		if !c.valid(column) {
			return
		}
		for _, r := range c.records {
			labels := c.key(r).Labels
			if labels == 0 {
				continue
			}
			if !yield(LabelCount{c.Table.Labels(labels), c.base.value(r.base, column), c.current.value(r.current, column)}) {
				return
			}
		}
	}
}
