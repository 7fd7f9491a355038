package session

import (
	"fmt"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// leftOut says that something of a run is not in its file.
type leftOut struct {
	what string // is said once for each
	text string
}

func (l leftOut) Error() string { return l.text }

// leave notes what of a snapshot does not fit.
func (w *Writer) leave(seq int, what, why string) {
	w.left = append(w.left, leftOut{what: what, text: fmt.Sprintf("%s: the %s of #%d %s; it is left out, and so are later ones that do not fit", clean.Text(w.path), what, seq, why)})
}

// excess says why a profile is too large for a file, "" for one that is not.
func excess(p *snapshot.Profile) string {
	over := func(what string, most int) string {
		return fmt.Sprintf("has %s, more than the %d that a session file can hold", what, most)
	}
	told := len(p.Told)
	for _, t := range p.Told {
		told += len(t.Creators)
	}
	switch {
	case len(p.Keys) > maxRecords:
		return over(plural(len(p.Keys), "record"), maxRecords)
	case len(p.Values) > maxValues:
		return over(plural(len(p.Values), "value"), maxValues)
	case told > maxTold:
		return over(fmt.Sprintf("%d stacks and creators in its dump", told), maxTold)
	}
	return ""
}
