package main

import (
	"fmt"
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/fixtures/leaky"
)

// sheet is what was said of one mode when some time was up, held against the
// truth.
type sheet struct {
	mode     leaky.Mode
	end      time.Duration
	table    *snapshot.Table // nil where findings have no stacks
	result   *leak.Result
	findings []marked
	places   []place
}

// marked is a finding and whether it names what leaks.
type marked struct {
	leak.Finding
	functions []string // all that it names
	right     bool
}

// place is one thing that leaks: an allocating function, a blocked function, or
// memory beside the heap. Recall counts places.
type place struct {
	kind leak.Kind
	best *marked // of the findings that name it, the strongest; nil for none
}

func mark(mode leaky.Mode, end time.Duration, table *snapshot.Table, result *leak.Result) sheet {
	s := sheet{mode: mode, end: end, table: table, result: result}
	for _, f := range result.Findings {
		m := marked{Finding: f, functions: functions(table, f)}
		m.right = m.names(mode)
		s.findings = append(s.findings, m)
	}
	if mode.Leak && mode.Heap {
		s.add(leak.HeapKind, mode.Function)
	}
	if mode.Leak && mode.Blocked != "" {
		s.add(leak.GoroutineKind, append([]string{mode.Blocked}, mode.Others...)...)
	}
	if mode.Leak && mode.OffHeap {
		s.add(leak.ProcessKind)
	}
	return s
}

// add adds a place that is named by these functions, or by no function.
func (s *sheet) add(kind leak.Kind, names ...string) {
	p := place{kind: kind}
	for i := range s.findings {
		f := &s.findings[i]
		named := f.right && f.Kind == kind
		if len(names) > 0 {
			named = slices.ContainsFunc(names, func(name string) bool { return slices.Contains(f.functions, name) })
		}
		if named && (p.best == nil || f.Verdict.Severity() > p.best.Verdict.Severity()) {
			p.best = f
		}
	}
	s.places = append(s.places, p)
}

// names reports whether a finding is about what a mode leaks or wastes.
func (m *marked) names(mode leaky.Mode) bool {
	switch {
	case mode.Waste || m.Kind == leak.ProcessKind:
		return slices.Contains(mode.Checks, string(m.Check))
	case !mode.Leak:
		return false
	}
	return slices.ContainsFunc(append([]string{mode.Function, mode.Blocked}, mode.Others...), func(name string) bool {
		return name != "" && slices.Contains(m.functions, name)
	})
}

// functions lists all functions that a finding names, the one to look at first.
func functions(table *snapshot.Table, f leak.Finding) []string {
	out := []string{f.Where.Function}
	if table == nil {
		return out
	}
	stacks := append([]snapshot.StackID{f.Stack}, f.Stacks...)
	for _, r := range f.Related {
		stacks = append(stacks, r.Stack)
	}
	for _, stack := range stacks {
		for frame := range table.Frames(stack) {
			out = append(out, frame.Function)
		}
	}
	return out
}

// about is what a wrong finding is counted by: two about the same are one.
func (m *marked) about() string {
	if m.Kind == leak.ProcessKind {
		return string(m.Check)
	}
	return m.Where.Function
}

// tally is how well some modes were judged.
type tally struct {
	places int // that leak
	found  int // of them, as a leak or stuck
	unsure int // of them, as growing only
	wrong  int // what was said to leak or be stuck, and does not
	checks int // of those found or growing, by a check that names them rightly
	// handlers are of those the ones with the right handler.
	handlers int
	wastes   int
	named    int // of them, by their check and with any verdict
}

// scores is the tally by kind, and of all kinds together.
type scores struct {
	byKind map[leak.Kind]*tally
	all    tally
}

func score(sheets []sheet) scores {
	s := scores{byKind: map[leak.Kind]*tally{leak.HeapKind: {}, leak.GoroutineKind: {}, leak.ProcessKind: {}}}
	for i := range sheets {
		s.addPlaces(&sheets[i])
		s.addWrong(&sheets[i])
		if sheets[i].mode.Waste {
			s.all.wastes++
			if slices.ContainsFunc(sheets[i].findings, func(f marked) bool { return f.right }) {
				s.all.named++
			}
		}
	}
	return s
}

func (s *scores) addPlaces(from *sheet) {
	for _, p := range from.places {
		for _, t := range []*tally{&s.all, s.byKind[p.kind]} {
			t.places++
			switch {
			case p.best == nil || p.best.Verdict == leak.Plateau:
				continue
			case p.best.Verdict.Fails():
				t.found++
			default:
				t.unsure++
			}
			if slices.Contains(from.mode.Checks, string(p.best.Check)) {
				t.checks++
			}
			if p.best.HasHandler && p.best.Handler.Function == from.mode.Handler {
				t.handlers++
			}
		}
	}
}

func (s *scores) addWrong(from *sheet) {
	told := make(map[string]bool)
	for _, f := range from.findings {
		if f.right || !f.Verdict.Fails() || told[f.about()] {
			continue
		}
		told[f.about()] = true
		s.all.wrong++
		s.byKind[f.Kind].wrong++
	}
}

// named is the share of what leaks that was named, as a leak or as growing; 1
// where nothing does.
func (s scores) named() share { return share{s.all.seen(), s.all.places} }

// seen is how many places were found, or are growing.
func (t *tally) seen() int { return t.found + t.unsure }

// precision is the share of what was said to leak that does.
func (s scores) precision() share { return s.all.precision() }

func (t *tally) precision() share { return share{t.found, t.found + t.wrong} }

// share is a part of a whole.
type share struct{ part, whole int }

func (s share) value() float64 {
	if s.whole == 0 {
		return 1
	}
	return float64(s.part) / float64(s.whole)
}

func (s share) String() string {
	if s.whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%d/%d)", s.value(), s.part, s.whole)
}
