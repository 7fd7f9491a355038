package export

import (
	"fmt"
	"strings"

	"leaktop/capture/snapshot"
)

// Said returns what a person said of the snapshots that are numbered from one to
// another, either way round, one line each: "#3: pinned".
func Said(notes []snapshot.Noted, from, to int) []string {
	var out []string
	for _, n := range notes {
		if n.Seq >= min(from, to) && n.Seq <= max(from, to) {
			out = append(out, fmt.Sprintf("#%d: %s", n.Seq, NoteText(n)))
		}
	}
	return out
}

// NoteText is what a person said of a snapshot, on one line: "pinned · baseline
// quiet · after the deploy".
func NoteText(n snapshot.Noted) string {
	var parts []string
	if n.Pinned {
		parts = append(parts, "pinned")
	}
	if n.Baseline != "" {
		parts = append(parts, "baseline "+n.Baseline)
	}
	if n.Text != "" {
		parts = append(parts, n.Text)
	}
	return strings.Join(parts, " · ")
}
