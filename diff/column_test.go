package diff

import (
	"testing"

	"leaktop/capture/snapshot"
)

// Where no column is named it is the one of go tool pprof, the profile's own
// default or its last one. The screens look at live bytes first.
func TestColumnsWhereNoneIsNamed(t *testing.T) {
	table := snapshot.NewTable()
	of := func(defaultType int, names ...string) *snapshot.Profile {
		p := &snapshot.Profile{DefaultType: defaultType}
		for _, name := range names {
			unit := "count"
			if name == "size" || name == "inuse_space" || name == "alloc_space" {
				unit = "bytes"
			}
			p.Types = append(p.Types, snapshot.SampleType{Name: name, Unit: unit})
		}
		return p
	}
	for _, c := range []struct {
		name          string
		base, current *snapshot.Profile
		pprof, shown  int
	}{
		{"mutex", nil, of(-1, "contentions", "delay"), 1, 1},
		{"heap of Go", nil, of(-1, "alloc_objects", "alloc_space", "inuse_objects", "inuse_space"), 3, 3},
		{"allocs of Go", nil, of(1, "alloc_objects", "alloc_space", "inuse_objects", "inuse_space"), 1, 3},
		{"heap with its count last", nil, of(-1, "size", "allocs"), 1, 0},
		{"a default", nil, of(0, "samples", "cpu"), 0, 0},
		{"a default out of bounds", nil, of(7, "samples", "cpu"), 1, 1},
		{"the base alone", of(-1, "contentions", "delay"), nil, 1, 1},
		{"a base with more", of(-1, "samples", "cpu", "wall"), of(-1, "samples", "cpu"), 1, 1},
		{"two of one name", nil, of(-1, "x", "y", "x"), 0, 0},
		{"none", nil, of(-1), -1, -1},
		{"nothing", nil, nil, -1, -1},
	} {
		comparison := Compare(table, c.base, c.current)
		got, err := comparison.SampleIndex("")
		if err != nil || got != c.pprof {
			t.Errorf("%s: without a name it is column %d, %v; want %d", c.name, got, err, c.pprof)
		}
		if got := comparison.DefaultColumn(); got != c.shown {
			t.Errorf("%s: shown is column %d, want %d", c.name, got, c.shown)
		}
	}
}
