package diff

import (
	"iter"

	"leaktop/capture/snapshot"
)

// sums yields every stack of the comparison with its sum in one column.
func (c *Comparison) sums(column int) iter.Seq2[snapshot.StackID, sum] {
	return func(yield func(snapshot.StackID, sum) bool) {
		if !c.valid(column) {
			return
		}
		falls := c.falling()
		n := c.noiseOf(column)
		for _, s := range c.stacks {
			var total sum
			for _, r := range c.records[s.from:s.to] {
				total.add(sum{
					before:   c.base.value(r.base, column),
					after:    c.current.value(r.current, column),
					variance: c.variance(n, r),
					presence: c.presence(r, falls),
				})
			}
			if !yield(s.stack, total) {
				return
			}
		}
	}
}

// falling says for each column whether it can fall. Where none can, what only
// counts up is all there is to go by, and each is taken as one that can.
func (c *Comparison) falling() []bool {
	falls, some := make([]bool, len(c.Types)), false
	for i, t := range c.Types {
		falls[i] = !cumulative(t)
		some = some || falls[i]
	}
	if !some {
		for i := range falls {
			falls[i] = true
		}
	}
	return falls
}

func (c *Comparison) presence(r record, falls []bool) presence {
	var p presence
	for column := range c.Types {
		if c.base.value(r.base, column) != 0 {
			p |= hadAny
			if falls[column] {
				p |= hadHeld
			}
		}
		if c.current.value(r.current, column) != 0 {
			p |= hasAny
			if falls[column] {
				p |= hasHeld
			}
		}
	}
	return p
}

// Total returns the change of everything in one column; the zero Change for a
// column that is not there.
func (c *Comparison) Total(column int) Change {
	var total sum
	for _, s := range c.sums(column) {
		total.add(s)
	}
	return total.change()
}

// Identical reports whether no record differs in any column.
func (c *Comparison) Identical() bool {
	for _, r := range c.records {
		for column := range c.Types {
			if c.base.value(r.base, column) != c.current.value(r.current, column) {
				return false
			}
		}
	}
	return true
}
