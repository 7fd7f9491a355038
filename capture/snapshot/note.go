package snapshot

import (
	"cmp"
	"slices"
)

// maxNotes bounds the snapshots that something was said of.
const maxNotes = 1024

// note takes in what was said of a snapshot. Above the bound, what was said of
// the oldest snapshot goes.
func (h *History) note(n Noted) {
	if n.Empty() {
		delete(h.notes, n.Seq)
		return
	}
	h.notes[n.Seq] = n
	if len(h.notes) > maxNotes {
		delete(h.notes, h.Notes()[0].Seq)
	}
}

// Note returns what was said of a snapshot, and whether anything was.
func (h *History) Note(seq int) (Noted, bool) {
	n, ok := h.notes[seq]
	return n, ok
}

// Notes returns all that was said of snapshots, in the order of their numbers.
// The snapshot need not be kept any more.
func (h *History) Notes() []Noted {
	out := make([]Noted, 0, len(h.notes))
	for _, n := range h.notes {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Noted) int { return cmp.Compare(a.Seq, b.Seq) })
	return out
}

// kept reports whether thinning must not drop a snapshot.
func (h *History) kept(seq int) bool {
	n := h.notes[seq]
	return slices.Contains(h.keep, seq) || n.Pinned || n.Baseline != ""
}
