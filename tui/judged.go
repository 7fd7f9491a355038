package tui

import (
	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/leak"
	"leaktop/tui/theme"
)

// judged returns what is judged of the newest run. It is made anew only after
// an event that may change it, and the screens share it.
func (d *data) judged() *leak.Result {
	if d.verdicts == nil {
		d.verdicts = newVerdicts(d.judge.Result(), d.tellingFrame)
	}
	return d.verdicts.result
}

// finding returns what is judged under an id now, nil where nothing is.
func (d *data) finding(id string) *leak.Finding { return d.judged().Finding(id) }

// verdictOf returns the finding that a heap stack belongs to, nil for none.
func (d *data) verdictOf(stack snapshot.StackID) *leak.Finding {
	d.judged()
	return d.verdicts.stacks[stack]
}

// verdictIn returns the finding whose place to look at first is in a function
// or a package, nil for none.
func (d *data) verdictIn(by grouping, name string) *leak.Finding {
	d.judged()
	if by == byPackage {
		return d.verdicts.packages[name]
	}
	return d.verdicts.functions[name]
}

// verdictOfGroup returns the finding that a group of goroutines belongs to, nil for none.
func (d *data) verdictOfGroup(g *diff.Group) *leak.Finding {
	d.judged()
	if f := d.verdicts.groups[g.Key]; f != nil {
		return f
	}
	for _, id := range g.Stacks {
		if f := d.verdicts.stacks[id]; f != nil {
			return f
		}
	}
	return nil
}

// verdicts finds the finding that a row of a table belongs to: the worst one.
type verdicts struct {
	result *leak.Result
	stacks map[snapshot.StackID]*leak.Finding
	groups map[diff.GroupKey]*leak.Finding
	// functions are those in which one looks first, or whose stacks hang
	// together with a finding; packages only the former.
	functions, packages map[string]*leak.Finding
}

func newVerdicts(r *leak.Result, telling func(snapshot.StackID) snapshot.Frame) *verdicts {
	v := &verdicts{
		result:    r,
		stacks:    make(map[snapshot.StackID]*leak.Finding),
		groups:    make(map[diff.GroupKey]*leak.Finding),
		functions: make(map[string]*leak.Finding),
		packages:  make(map[string]*leak.Finding),
	}
	for i := range r.Findings { // the worst first
		f := &r.Findings[i]
		for _, id := range f.Stacks {
			keep(v.stacks, id, f)
		}
		for _, key := range f.Groups {
			keep(v.groups, key, f)
		}
		if f.Kind != leak.ProcessKind {
			keep(v.functions, f.Where.Function, f)
			keep(v.packages, diff.PackageOf(f.Where.Function), f)
		}
	}
	// What only hangs together with a finding may have one of its own.
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, related := range f.Related {
			keep(v.stacks, related.Stack, f)
			keep(v.functions, telling(related.Stack).Function, f)
		}
	}
	return v
}

// keep notes what is not known yet.
func keep[K comparable](m map[K]*leak.Finding, key K, f *leak.Finding) {
	if m[key] == nil {
		m[key] = f
	}
}

// verdictPaint is red for what leaks, amber for what may, green for what levelled off.
func verdictPaint(th theme.Theme, v leak.Verdict) theme.Paint {
	switch v {
	case leak.Proven, leak.Leak:
		return th.Leak
	case leak.Stuck, leak.Growing:
		return th.Growing
	case leak.Plateau:
		return th.Level
	}
	return th.Normal
}
