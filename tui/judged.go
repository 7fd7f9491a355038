package tui

import (
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
	"leaktop/tui/theme"
)

// judged returns what is judged of the newest run, as of the last judgement.
func (d *data) judged() *leak.Result { return d.verdicts.result }

// finding returns what is judged under an id now, nil where nothing is.
func (d *data) finding(id string) *leak.Finding { return d.judged().Finding(id) }

// verdicts is one judgement, and finds in it the finding that a row of a table
// belongs to: the worst one. It is not changed once it was made.
type verdicts struct {
	result *leak.Result
	seq    int                         // number of the newest snapshot that was judged, 0 before the first
	since  map[diff.GroupKey]time.Time // since when each group of goroutines is there
	stuck  []snapshot.StackID          // of the goroutines that are stuck

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

// ofStack returns the finding that a heap stack belongs to, nil for none.
func (v *verdicts) ofStack(stack snapshot.StackID) *leak.Finding { return v.stacks[stack] }

// in returns the finding whose place to look at first is in a function or a
// package, nil for none.
func (v *verdicts) in(by grouping, name string) *leak.Finding {
	if by == byPackage {
		return v.packages[name]
	}
	return v.functions[name]
}

// ofGroup returns the finding that a group of goroutines belongs to, nil for none.
func (v *verdicts) ofGroup(g *diff.Group) *leak.Finding {
	if f := v.groups[g.Key]; f != nil {
		return f
	}
	for _, id := range g.Stacks {
		if f := v.stacks[id]; f != nil {
			return f
		}
	}
	return nil
}

// ofHandler returns the findings that belong to a handler, the worst first.
func (v *verdicts) ofHandler(h handler.Handler) []*leak.Finding {
	var out []*leak.Finding
	for i := range v.result.Findings {
		f := &v.result.Findings[i]
		if f.HasHandler && f.Handler.Key() == h.Key() || !f.HasHandler && h.Name == handler.Other && f.Kind != leak.ProcessKind {
			out = append(out, f)
		}
	}
	return out
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
