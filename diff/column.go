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
// bytes, else the one of go tool pprof; -1 where there is no column at all.
func (c *Comparison) DefaultColumn() int {
	if live := c.Columns().LiveBytes; live >= 0 {
		return live
	}
	return c.pprofColumn()
}

// pprofColumn is what go tool pprof shows where no -sample_index is given: the
// column that the profile itself names, else its last one; -1 for none.
func (c *Comparison) pprofColumn() int {
	p := c.Current
	if p == nil {
		p = c.Base
	}
	if p == nil || len(p.Types) == 0 {
		return -1
	}
	shown := len(p.Types) - 1
	if p.DefaultType >= 0 && p.DefaultType < len(p.Types) {
		shown = p.DefaultType
	}
	return c.head().Column(p.Types[shown].Name) // of two of one name the first is compared
}

// SampleIndex finds a column as `go tool pprof -sample_index` does: by name, by
// number, or by a name whose "inuse_" the profile leaves out. The empty name
// gives the one that pprof shows by itself: the profile's own default, else its
// last; -1 where there is none. A name that matches nothing is an error.
func (c *Comparison) SampleIndex(name string) (int, error) {
	if name == "" {
		return c.pprofColumn(), nil
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
	return -1, fmt.Errorf("sample type %q: the profiles do not have it; use %s", name, strings.Join(names, ", "))
}

// head is a profile that has the comparison's columns and nothing else.
func (c *Comparison) head() *snapshot.Profile { return &snapshot.Profile{Types: c.Types} }

// cumulative reports whether a column counts everything since the process
// began, so that it never falls.
func cumulative(t snapshot.SampleType) bool {
	return strings.HasPrefix(t.Name, "alloc") || strings.HasPrefix(t.Name, "total")
}
