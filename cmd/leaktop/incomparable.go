package main

import (
	"fmt"
	"slices"
	"strings"

	"leaktop/capture/snapshot"
)

// nothingToCompare says why no profile of one input can be compared with one of the
// other; nil where one can.
func nothingToCompare(base, current input) error {
	var apart error
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine, snapshot.Other} {
		switch before, p := base.profiles[kind], current.profiles[kind]; {
		case before == nil || p == nil:
		case nothingInCommon(before, p):
			apart = typesDiffer(base, current, before, p)
		default:
			return nil
		}
	}
	if apart != nil {
		return apart
	}
	return kindsDiffer(base, current)
}

// nothingInCommon reports whether two profiles measure different things.
func nothingInCommon(base, current *snapshot.Profile) bool {
	return len(base.Types) > 0 && len(current.Types) > 0 &&
		!slices.ContainsFunc(base.Types, func(t snapshot.SampleType) bool { return current.Column(t.Name) >= 0 })
}

// typesDiffer says that two inputs hold profiles of different things.
func typesDiffer(base, current input, before, after *snapshot.Profile) error {
	return fmt.Errorf("%s and %s: one measures %s, the other %s; compare two profiles of the same kind", base.name, current.name, typeNames(before), typeNames(after))
}

// typeNames lists the sample types of a profile.
func typeNames(p *snapshot.Profile) string {
	names := make([]string, 0, len(p.Types))
	for _, t := range p.Types {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

// kindsDiffer says that two inputs have no kind of profile in common.
func kindsDiffer(base, current input) error {
	do := "compare two profiles of the same kind"
	for _, in := range []input{base, current} {
		if in.others != "" && !strings.Contains(do, in.others) {
			do += "; " + in.others
		}
	}
	return fmt.Errorf("%s and %s: one holds %s, the other %s; %s", base.name, current.name, kinds(base), kinds(current), do)
}

// kinds names the profiles of an input.
func kinds(in input) string {
	var names []string
	for kind := range in.profiles {
		if kind == snapshot.Other {
			names = append(names, "a profile of another kind")
			continue
		}
		names = append(names, "a "+string(kind)+" profile")
	}
	slices.Sort(names)
	return strings.Join(names, " and ")
}
