package export

import (
	"strings"

	"leaktop/capture/snapshot"
)

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
