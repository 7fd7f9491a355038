package diff

import (
	"fmt"
	"strconv"
	"strings"

	"leaktop/capture/snapshot"
)

// Columns says which of the comparison's columns play which part; see
// [snapshot.Profile.Columns].
func (c *Comparison) Columns() snapshot.Columns { return c.head().Columns() }

// Order returns every column, the most telling first: live bytes, live
// objects, allocated bytes, allocated objects, then the others.
func (c *Comparison) Order() []int { return c.head().Order() }

// DefaultColumn returns the column to look at where none was asked for: live
// bytes, else the one that the profile itself names, else the most telling one;
// -1 where there is no column at all.
func (c *Comparison) DefaultColumn() int {
	order := c.Order()
	switch {
	case len(order) == 0:
		return -1
	case c.Columns().LiveBytes >= 0 || c.Current == nil || c.Current.DefaultType < 0:
		return order[0]
	}
	return c.Current.DefaultType
}

// SampleIndex finds a column as `go tool pprof -sample_index` does: by name, by
// number, or by a name whose "inuse_" the profile leaves out. The empty name
// gives the default column, -1 where there is none. A name that matches nothing
// is an error.
func (c *Comparison) SampleIndex(name string) (int, error) {
	if name == "" {
		return c.DefaultColumn(), nil
	}
	if i, err := strconv.Atoi(name); err == nil && c.valid(i) {
		return i, nil
	}
	for _, want := range []string{name, strings.TrimPrefix(name, "inuse_")} {
		if i := c.head().Column(want); i >= 0 {
			return i, nil
		}
	}
	names := make([]string, len(c.Types))
	for i, t := range c.Types {
		names[i] = t.Name
	}
	if len(names) == 0 {
		return -1, fmt.Errorf("sample type %q: the profiles have no sample types; compare others", name)
	}
	return -1, fmt.Errorf("sample type %q: the profiles have no such one; use %s", name, strings.Join(names, ", "))
}

// head is a profile that has the comparison's columns and nothing else.
func (c *Comparison) head() *snapshot.Profile { return &snapshot.Profile{Types: c.Types} }

// cumulative reports whether a column counts everything since the process
// began, so that it never falls.
func cumulative(t snapshot.SampleType) bool {
	return strings.HasPrefix(t.Name, "alloc") || strings.HasPrefix(t.Name, "total")
}
