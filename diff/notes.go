package diff

import (
	"fmt"
	"strings"

	"leaktop/capture/snapshot"
)

// Notes says what a reader must know to read the comparison right, one sentence
// each: that the two profiles are of different builds, processes, kinds,
// sampling rates or sample types. It is empty where there is nothing to say.
func (c *Comparison) Notes() []string {
	if c.Base == nil || c.Current == nil {
		return nil
	}
	var notes []string
	if c.Base.Kind != c.Current.Kind {
		notes = append(notes, fmt.Sprintf("the base is a %s profile and the current one a %s profile", c.Base.Kind, c.Current.Kind))
	}
	switch {
	case c.Identity == snapshot.AcrossBuilds:
		notes = append(notes, "the builds differ: stacks are matched by what they call, even where lines moved or closures were renumbered")
		notes = append(notes, c.movedNotes()...)
	case c.separate():
		notes = append(notes, "the profiles are from different processes: nothing in one is still there in the other")
	}
	if c.Base.Period != c.Current.Period {
		notes = append(notes, fmt.Sprintf("the sampling rates differ: %d before, %d after", c.Base.Period, c.Current.Period))
	}
	for _, missing := range []struct {
		in    string
		types []snapshot.SampleType
	}{
		{"base", only(c.Current, c.Base)},
		{"current profile", only(c.Base, c.Current)},
	} {
		var names []string
		for _, t := range missing.types {
			names = append(names, t.Name)
		}
		if len(names) > 0 {
			notes = append(notes, fmt.Sprintf("the %s has no %s, which counts as 0", missing.in, strings.Join(names, ", ")))
		}
	}
	return notes
}

// only returns the sample types that p has and other does not.
func only(p, other *snapshot.Profile) []snapshot.SampleType {
	var types []snapshot.SampleType
	for _, t := range p.Types {
		if other.Column(t.Name) < 0 {
			types = append(types, t)
		}
	}
	return types
}

// separate reports whether the profiles are known to be of different processes.
func (c *Comparison) separate() bool {
	return c.Base != nil && c.Current != nil &&
		c.Base.Mappings != "" && c.Current.Mappings != "" && c.Base.Mappings != c.Current.Mappings
}
