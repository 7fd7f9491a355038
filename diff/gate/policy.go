package gate

import (
	"regexp"
	"slices"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// Policy is what the user said about what may pass. The zero Policy lets pass
// what only grows and ignores nothing.
type Policy struct {
	// FailOnGrowing makes a run fail on what is [leak.Growing], too.
	FailOnGrowing bool
	// Ignore takes findings out of the run whose stack holds a function that a
	// pattern matches, or whose id or check one does.
	Ignore []*regexp.Regexp
	// Known are the ids of findings that an earlier report held: they are
	// listed, and fail nothing.
	Known map[string]bool
	// MaxHeap and MaxGoroutines are how many bytes the live heap and how many
	// the goroutines may have grown since the warm-up; unknown for no limit.
	MaxHeap, MaxGoroutines snapshot.Value
}

// ignores reports whether a finding is of no interest to the user.
func (p *Policy) ignores(table *snapshot.Table, f *leak.Finding) bool {
	matches := func(text string) bool {
		return slices.ContainsFunc(p.Ignore, func(pattern *regexp.Regexp) bool { return pattern.MatchString(text) })
	}
	if matches(f.ID) || matches(string(f.Check)) {
		return true
	}
	for frame := range table.Frames(f.Stack) {
		if matches(frame.Function) {
			return true
		}
	}
	return false
}

// limits reports whether growth is bounded.
func (p *Policy) limits() bool {
	_, heap := p.MaxHeap.Get()
	_, goroutines := p.MaxGoroutines.Get()
	return heap || goroutines
}
