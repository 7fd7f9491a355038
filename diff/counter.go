package diff

import "leaktop/capture/snapshot"

// Counter counts the goroutines of each group, one profile after another. It
// finds the place of a stack once, so that a profile which holds few new stacks
// costs little. It is not safe for concurrent use.
type Counter struct{ at *places }

// NewCounter returns a counter for profiles whose stacks are of the table.
func NewCounter(t *snapshot.Table) *Counter { return &Counter{at: newPlaces(t)} }

// Count returns how many goroutines a profile has in each group; nil for a
// profile that does not count goroutines.
func (c *Counter) Count(p *snapshot.Profile) map[GroupKey]int64 {
	column := goroutineColumn(p)
	if column < 0 {
		return nil
	}
	counts := make(map[GroupKey]int64)
	for i, k := range p.Keys {
		key := c.at.of(k.Stack).key
		counts[key] = snapshot.AddSaturating(counts[key], p.Vector(i)[column])
	}
	return counts
}
