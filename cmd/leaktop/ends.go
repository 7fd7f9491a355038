package main

import (
	"fmt"
	"slices"
	"strings"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// comparedKinds are the kinds of profiles of which two are compared.
func comparedKinds() []snapshot.Kind { return []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} }

// end is one side of a comparison within a session file: a snapshot, and for each
// of its profiles which snapshot it is of. A target that is about to die often
// gives none any more, so that earlier ones stand in.
type end struct {
	seq  int
	from map[snapshot.Kind]int
}

// of is the snapshot with its profiles.
func (e end) of(kept map[int]keptShot) *snapshot.Snapshot {
	s := *kept[e.seq].Snapshot
	if from := e.from[snapshot.Heap]; s.Heap == nil && from != 0 {
		s.Heap = kept[from].Heap
	}
	if from := e.from[snapshot.Goroutine]; s.Goroutines == nil && from != 0 {
		s.Goroutines = kept[from].Goroutines
	}
	return &s
}

// seqs are the snapshots that it is made of.
func (e end) seqs() []int {
	seqs := []int{e.seq}
	for _, kind := range comparedKinds() {
		if from := e.from[kind]; from != 0 && !slices.Contains(seqs, from) {
			seqs = append(seqs, from)
		}
	}
	return seqs
}

// has reports whether a snapshot has a profile of a kind.
func (s indexedShot) has(kind snapshot.Kind) bool {
	if kind == snapshot.Heap {
		return s.heap
	}
	return s.goroutines
}

// at finds a snapshot by its number.
func (x shotIndex) at(seq int) (indexedShot, bool) {
	i, ok := slices.BinarySearchFunc(x, seq, func(s indexedShot, seq int) int { return s.seq - seq })
	if !ok {
		return indexedShot{}, false
	}
	return x[i], true
}

// with are the snapshots that have a profile of one of some kinds.
func (x shotIndex) with(kinds ...snapshot.Kind) shotIndex {
	var out shotIndex
	for _, s := range x {
		if slices.ContainsFunc(kinds, s.has) {
			out = append(out, s)
		}
	}
	return out
}

// own is a snapshot with no profiles but its own.
func (s indexedShot) own() end {
	e := end{seq: s.seq, from: make(map[snapshot.Kind]int)}
	for _, kind := range comparedKinds() {
		if s.has(kind) {
			e.from[kind] = s.seq
		}
	}
	return e
}

// kinds are those of its profiles.
func (e end) kinds() []snapshot.Kind {
	return slices.DeleteFunc(comparedKinds(), func(kind snapshot.Kind) bool { return e.from[kind] == 0 })
}

// last is the last snapshot that has a profile of one of some kinds. For a kind
// that it lacks, the newest before it of the same process stands in.
func (x shotIndex) last(kinds ...snapshot.Kind) (end, bool) {
	with := x.with(kinds...)
	slices.Reverse(with)
	return with.lead(kinds)
}

// first is the first snapshot that has a profile of one of some kinds. For a kind
// that it lacks, the first after it of the same process stands in.
func (x shotIndex) first(kinds ...snapshot.Kind) (end, bool) {
	return x.with(kinds...).lead(kinds)
}

// lead is the first of some snapshots, with the next one of the same process for each
// kind that it lacks.
func (x shotIndex) lead(kinds []snapshot.Kind) (end, bool) {
	if len(x) == 0 {
		return end{}, false
	}
	e := x[0].own()
	for _, kind := range kinds {
		for _, s := range x {
			if e.from[kind] == 0 && s.run == x[0].run && s.has(kind) {
				e.from[kind] = s.seq
			}
		}
	}
	return e, true
}

// ends are the two snapshots of a file that are compared: those that are named,
// 0 for none, else the first and the last that have something to compare. The
// notes say where that is not the very first or last.
func (x shotIndex) ends(path string, base, current int) (from, to end, notes []string, err error) {
	for _, seq := range []int{base, current} {
		if err := x.named(path, seq); err != nil {
			return end{}, end{}, nil, err
		}
	}
	kinds := comparedKinds()
	if s, ok := x.at(base); ok {
		from = s.own()
		kinds = from.kinds()
	}
	to, ok := x.last(kinds...)
	if s, named := x.at(current); named {
		to, ok = s.own(), true
	}
	if !ok {
		return end{}, end{}, nil, x.none(path)
	}
	if base == 0 {
		from, _ = x.first(to.kinds()...)
	}
	// What stands in on both sides is one and the same, and says nothing.
	for _, kind := range comparedKinds() {
		if from.from[kind] == to.from[kind] && from.seq != to.seq {
			delete(from.from, kind)
			delete(to.from, kind)
		}
	}
	switch {
	case from.seq == to.seq:
		return end{}, end{}, nil, fmt.Errorf("%s: it holds one snapshot to compare, #%d%s; name two with --base and --current, or record for longer", clean.Text(path), to.seq, x.without())
	case !slices.ContainsFunc(from.kinds(), func(kind snapshot.Kind) bool { return to.from[kind] != 0 }):
		a, _ := x.at(from.seq)
		b, _ := x.at(to.seq)
		return end{}, end{}, nil, fmt.Errorf("%s: #%d has %s and #%d has %s, which cannot be compared; %s", clean.Text(path), a.seq, a.profiles(), b.seq, b.profiles(), x.having())
	}
	if base == 0 {
		notes = append(notes, x.standIns(path, from, x[0], "first")...)
	}
	if current == 0 {
		notes = append(notes, x.standIns(path, to, x[len(x)-1], "last")...)
	}
	return from, to, notes, nil
}

// standIns says of the first or the last snapshot, which, what is taken in its place.
func (x shotIndex) standIns(path string, e end, at indexedShot, which string) []string {
	var notes []string
	if e.seq != at.seq {
		notes = append(notes, fmt.Sprintf("%s: #%d of %s is used, the %s snapshot that has profiles: #%d, the very %s, has %s", clean.Text(path), e.seq, x.clock(e.seq), which, at.seq, which, at.profiles()))
	}
	for _, kind := range comparedKinds() {
		if from := e.from[kind]; from != 0 && from != e.seq {
			notes = append(notes, fmt.Sprintf("%s: #%d has no %s profile: that of #%d, %s, is used", clean.Text(path), e.seq, kind, from, x.clock(from)))
		}
	}
	return notes
}

// clock is when a snapshot was taken, as it is written for people.
func (x shotIndex) clock(seq int) string {
	s, _ := x.at(seq)
	return s.time.Local().Format(shownTime)
}

// profiles says what a snapshot has, and why it has no more: "a heap profile",
// "no profiles (heap profile: 500 Internal Server Error)".
func (s indexedShot) profiles() string {
	var names []string
	for _, kind := range comparedKinds() {
		if s.has(kind) {
			names = append(names, "a "+string(kind)+" profile")
		}
	}
	text := strings.Join(names, " and ")
	if len(names) == 0 {
		text = "no profiles"
	}
	return text + because(s.missing)
}

// named refuses a snapshot that has nothing to compare.
func (x shotIndex) named(path string, seq int) error {
	s, ok := x.at(seq)
	if !ok || s.heap || s.goroutines {
		return nil
	}
	return fmt.Errorf("%s#%d: it has %s; %s", clean.Text(path), seq, s.profiles(), x.having())
}

// having says which snapshots have which profiles, and that one of them is to be named.
func (x shotIndex) having() string {
	var parts []string
	for _, kind := range comparedKinds() {
		if with := x.with(kind); len(with) > 0 {
			parts = append(parts, fmt.Sprintf("a %s profile is in %s", kind, with.numbers()))
		}
	}
	if len(parts) == 0 {
		return "no other has one; record it again"
	}
	return "name another: " + strings.Join(parts, ", ")
}

// without says that other snapshots have nothing to compare, "" where all have.
func (x shotIndex) without() string {
	n := len(x) - len(x.with(comparedKinds()...))
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (of %s, %d without profiles)", units.Plural(len(x), "snapshot"), n)
}

// none says that no snapshot has anything to compare.
func (x shotIndex) none(path string) error {
	return fmt.Errorf("%s: none of its %s has a profile to compare%s; record the target again once it serves them", clean.Text(path), units.Plural(len(x), "snapshot"), because(x[len(x)-1].missing))
}

// mostReason bounds a reason, in characters.
const mostReason = 160

// because puts the first of the reasons for something into brackets, without what
// to do about it, "" where none is known.
func because(reasons []string) string {
	if len(reasons) == 0 {
		return ""
	}
	why, _, _ := strings.Cut(reasons[0], "; ")
	return " (" + clean.Line(why, mostReason) + ")"
}
