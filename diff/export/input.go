package export

import (
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// Diff is what is exported: two snapshots, compared.
type Diff struct {
	Target        Target
	Base, Current Input
	// Heap compares the heap profiles, or those of any other kind that is not
	// of goroutines; nil where there are none.
	Heap *diff.Comparison
	// Goroutines compares the goroutine profiles; nil where there are none.
	Goroutines *diff.Comparison
	// Alone says that Current is shown by itself: there is no base, and nothing
	// is a difference.
	Alone bool
	// Notes are what a reader must know besides, one sentence each: that a
	// profile could not be had, or that it is of another snapshot.
	Notes []string
	// Said is what a person said of the snapshots, one line each. It is free text,
	// and left out of what is anonymised.
	Said []string
	// below says that what was judged of the run stands above it.
	below bool
}

// Input is one of the two snapshots: what the user called it and when it was taken.
type Input struct {
	Name string    // a path or an address without secrets, "" unknown
	Time time.Time // zero unknown
}

// comparisons are those that there are, the heap's first.
func (d Diff) comparisons() []*diff.Comparison {
	var out []*diff.Comparison
	for _, c := range []*diff.Comparison{d.Heap, d.Goroutines} {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

// notes are those of all comparisons, each once.
func (d Diff) notes() []string {
	out := slices.Concat(d.Notes, d.Said)
	seen := make(map[string]bool)
	for _, c := range d.comparisons() {
		for _, note := range c.Notes() {
			if !seen[note] {
				seen[note] = true
				out = append(out, note)
			}
		}
	}
	return out
}

// sampleIndex finds the column of the heap comparison that was asked for. With
// goroutines alone there is one to look at; a name is checked all the same.
func (d Diff) sampleIndex(name string) (int, error) {
	switch {
	case d.Heap != nil:
		return d.Heap.SampleIndex(name)
	case d.Goroutines != nil && name != "":
		return d.Goroutines.SampleIndex(name)
	}
	return -1, nil
}

// kindOf is the kind of what is compared, as a word.
func kindOf(c *diff.Comparison) string {
	kind := snapshot.Other
	switch {
	case c.Current != nil:
		kind = c.Current.Kind
	case c.Base != nil:
		kind = c.Base.Kind
	}
	if kind == snapshot.Other {
		return "profile"
	}
	return string(kind)
}
