package tui

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
	"leaktop/diff/units"
	"leaktop/tui/theme"
)

// Recorded is what the screens want to know of a run that is read from a file.
// Its methods may be called while the file is read.
type Recorded interface {
	// Name is the file's, safe to print.
	Name() string
	// State says how far the file is read.
	State() RecordedState
}

// RecordedState says how far a file is read.
type RecordedState struct {
	Reading  bool   // there is more in it than was read so far
	Followed bool   // it is still being written, and what comes is read
	Damage   string // what could not be read, "" for nothing
}

// recorded reports whether the source is a file: nothing is asked of a target.
func (m *Model) recorded() bool { return m.cfg.Recorded != nil }

// replaying reports whether what comes is of the past, so that nobody needs to
// be told at once.
func (m *Model) replaying() bool {
	if !m.recorded() {
		return false
	}
	s := m.cfg.Recorded.State()
	return s.Reading || !s.Followed
}

// now is the time that ages are counted to: of a recorded run it is that of the
// last thing seen.
func (m *Model) now() time.Time {
	if !m.recorded() || m.cfg.Recorded.State().Followed {
		return m.cfg.Now()
	}
	return m.data.lastSeen
}

// timeOf is when an event was, zero for one that tells no time.
func timeOf(e snapshot.Event) time.Time {
	switch e := e.(type) {
	case snapshot.VitalsTaken:
		return e.Vitals.Time
	case snapshot.Taken:
		return e.Snapshot.Time
	case snapshot.Restarted:
		return e.At
	case snapshot.Unreachable:
		return e.Since
	}
	return time.Time{}
}

// needsTarget answers a key that asks something of a target. It reports whether
// there is none.
func (m *Model) needsTarget() bool {
	if m.recorded() {
		m.say("a recorded run: nothing is asked of the target")
	}
	return m.recorded()
}

// offered leaves out the keys that ask something of a target where there is none.
func (m *Model) offered(hints []hint) []hint {
	if !m.recorded() {
		return hints
	}
	var out []hint
	for _, h := range hints {
		switch h.key {
		case "s", "space", "+ -", "D":
		default:
			out = append(out, h)
		}
	}
	return out
}

// recordedStatus is the end of the header for a recorded run.
func (m *Model) recordedStatus(width int) (string, theme.Paint) {
	d, state := m.data, m.cfg.Recorded.State()
	newest := d.history.Newest()
	switch {
	case newest == nil && state.Reading:
		return "… reading", m.theme.Dim
	case newest == nil && state.Followed:
		return "● being recorded, no snapshot yet", m.theme.Growing
	case newest == nil:
		return "■ recorded, no snapshot", m.theme.Dim
	case d.past():
		return fmt.Sprintf("◂ as of %s, #%d of %d  (end on 1: newest)", clockOf(d.Current().Time), d.current, newest.Seq), m.theme.Accent
	case state.Reading:
		return fmt.Sprintf("… reading  #%d", newest.Seq), m.theme.Dim
	case state.Followed && d.outage != nil:
		return m.noAnswer(width), m.theme.Error
	case state.Followed:
		return fmt.Sprintf("● being recorded  #%d  since %s", newest.Seq, m.data.firstSeen.Format(clock)), m.theme.Level
	}
	return m.recordedSpan(width, newest.Seq), m.theme.Accent
}

// recordedSpan says of when a run is, with its date where there is room.
func (m *Model) recordedSpan(width, seq int) string {
	from, to := m.data.firstSeen, m.data.lastSeen
	damaged := ""
	if m.cfg.Recorded.State().Damage != "" {
		damaged = ", damaged"
	}
	number := fmt.Sprintf("  #%d", seq)
	if from.IsZero() {
		return "■ recorded" + damaged + ", time unknown"
	}
	if m.data.history.Find(seq) != nil && len(m.data.history.Snapshots()) == 1 {
		return "■ recorded" + damaged + " " + from.Format(time.DateOnly+" "+clock)
	}
	ends := to.Format(clock)
	if from.Format(time.DateOnly) != to.Format(time.DateOnly) {
		ends = to.Format(time.DateOnly + " " + clock)
	}
	if width < 110 {
		return "■ recorded" + damaged + " " + from.Format(clock) + " – " + to.Format(clock) + number
	}
	return "■ recorded" + damaged + " " + from.Format(time.DateOnly+" "+clock) + " – " + ends + number
}

// recordedLine is the last line of Snapshots for a recorded run: the file, and
// what of it could not be read.
func (m *Model) recordedLine(width int) string {
	text := " " + m.cfg.Recorded.Name() + ": " + units.Plural(len(m.data.history.Snapshots()), "snapshot")
	damage := m.cfg.Recorded.State().Damage
	if damage == "" {
		return m.theme.Dim.Apply(fit(text, width))
	}
	return m.theme.Growing.Apply(fit(" "+m.cfg.Recorded.Name()+": "+damage, width))
}

// tellDamage says once what could not be read of a file that was read.
func (m *Model) tellDamage() {
	if !m.recorded() || m.told {
		return
	}
	s := m.cfg.Recorded.State()
	if s.Reading || s.Damage == "" {
		return
	}
	// What a run that is being written has at its end is still being written.
	if s.Followed {
		return
	}
	m.told = true
	m.tell(m.cfg.Recorded.Name() + ": " + s.Damage)
}

// beforeRecorded says why there is no snapshot to show.
func (m *Model) beforeRecorded() string {
	switch s := m.cfg.Recorded.State(); {
	case s.Reading:
		return "reading " + m.cfg.Recorded.Name()
	case s.Followed:
		return m.cfg.Recorded.Name() + " is being written, and has no snapshot yet"
	}
	return m.cfg.Recorded.Name() + " holds no complete snapshot"
}

// single reports whether the source is a file that holds one snapshot, and no
// more will come.
func (m *Model) single() bool {
	return m.recorded() && !m.cfg.Recorded.State().Followed && !m.cfg.Recorded.State().Reading && len(m.data.history.Snapshots()) == 1
}

// oneSnapshot is the verdict on a file that holds one snapshot: a dump may tell by
// itself that something is stuck.
func (m *Model) oneSnapshot(width int) string {
	text := "a second one shows what changes: give it as --base FILE"
	if m.data.outside != nil {
		text = "compared with " + m.data.outside.name + "; two snapshots do not tell a leak from what fills up"
	}
	head := " "
	if r := m.data.judged(); r.Outcome == leak.Leaks {
		word, paint := outcomeWord(m.theme, r)
		head += paint.Apply(word) + "  "
	}
	return fit(head+m.theme.Title.Apply("one snapshot")+m.theme.Dim.Apply(" · "+text), width)
}
