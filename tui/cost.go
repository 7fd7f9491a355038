package tui

import (
	"fmt"

	"leaktop/diff/units"
)

// slowedLine says why snapshots come less often than asked for, "" where they do not.
func (m *Model) slowedLine(width int) string {
	d := m.data.schedule
	if d.Slowed == "" || d.Paused {
		return ""
	}
	text := " a snapshot " + units.Pace(d.Actual, d.Every) + ": " + d.Slowed
	return m.theme.Growing.Apply(fit(text, width))
}

// costLine says what watching has cost the target so far.
func (m *Model) costLine(width int) string {
	c := m.data.schedule.Cost
	if c.Requests == 0 || c.Elapsed <= 0 {
		return ""
	}
	text := fmt.Sprintf(" watching so far: the requests took %.2f%% of the time, %s of them, %s", 100*c.Share(), units.Count(int64(c.Requests)), units.Bytes(c.Bytes))
	if c.CPU >= 0 {
		text += fmt.Sprintf(" · the process itself uses %.1f%%", 100*float64(c.CPU)/float64(c.Elapsed))
	}
	return m.theme.Dim.Apply(fit(text, width))
}
