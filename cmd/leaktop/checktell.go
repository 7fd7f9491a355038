package main

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// targetProgress is how the check of one target goes.
type targetProgress struct {
	*progress

	// These are shown, and guarded by the progress of all.
	address   string    // as the user typed it, until it is reached
	begun     time.Time // zero until it is reached
	done      bool
	snapshots int
	headline  string // of what was judged last, "" before

	// These are of the goroutine alone that the events come in.
	said   map[string]bool // what is worth saying once
	down   bool            // it gave no answer, and that was said
	slowed time.Duration   // the longest interval that was said to be in force
}

// standing is how it goes: "30s of 2m, 3 snapshots, LEAK: 1 leak".
func (t *targetProgress) standing() string {
	out := units.Duration(time.Since(t.begun).Round(time.Second))
	if t.duration > 0 {
		out += " of " + units.Duration(t.duration)
	}
	out += ", " + units.Plural(t.snapshots, "snapshot")
	if t.headline != "" {
		out += ", " + t.headline
	}
	return out
}

// found says what the run comes to so far.
func (t *targetProgress) found(headline string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.snapshots++
	t.headline = headline
}

// end says what came of the run.
func (t *targetProgress) end(headline string) {
	t.mu.Lock()
	t.done, t.headline = true, headline
	text := t.address + ": " + t.standing()
	t.mu.Unlock()
	if t.width == nil {
		t.say(text)
	}
}

// drop takes a target out that nothing came of.
func (t *targetProgress) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = true
}

// tell says what happens to the target, as far as it is news.
func (t *targetProgress) tell(e snapshot.Event, every time.Duration) {
	switch e := e.(type) {
	case snapshot.Attached:
		t.attached(e.Info.Address, every)
	case snapshot.VitalsTaken:
		t.down = false
	case snapshot.Taken:
		t.down = false
		for _, missing := range e.Snapshot.Missing {
			t.once(missing)
		}
	case snapshot.Unreachable:
		if !t.down {
			t.down = true
			t.news(fmt.Sprintf("no answer since %s (%s); leaktop retries until the end", e.Since.UTC().Format("15:04:05 MST"), e.Reason))
		}
	case snapshot.Restarted:
		t.news("it was restarted (" + e.Evidence + "); what was seen before no longer counts")
	case snapshot.Scheduled:
		t.scheduled(e)
	case snapshot.Asked:
		t.once("left out because of the cost to the target: the " + e.Call + " (" + e.Cost + "); take it with --allow-costly")
	case snapshot.Warned:
		t.once(e.Text)
	}
}

// attached says that the target answers, the first time.
func (t *targetProgress) attached(address string, every time.Duration) {
	t.mu.Lock()
	first := t.begun.IsZero()
	if first {
		t.address, t.begun = address, time.Now()
	}
	t.mu.Unlock()
	switch {
	case !first:
	case t.width != nil:
		t.show()
	case t.duration == 0:
		t.news("watched until interrupted, with a snapshot every " + units.Duration(every))
	default:
		t.news(fmt.Sprintf("watched for %s, with a snapshot every %s", units.Duration(t.duration), units.Duration(every)))
	}
}

// scheduled says that snapshots come less often than was asked for, and again
// once that is twice as true.
func (t *targetProgress) scheduled(e snapshot.Scheduled) {
	if e.Slowed == "" || e.Actual < 2*t.slowed || e.Actual < e.Every*11/10 || units.Duration(e.Actual) == units.Duration(e.Every) {
		return
	}
	t.slowed = e.Actual
	t.news("a snapshot comes " + units.Pace(e.Actual, e.Every) + ": " + e.Slowed)
}

// once says something that is likely to come again with every snapshot.
func (t *targetProgress) once(text string) {
	if !t.said[text] {
		t.said[text] = true
		t.news(text)
	}
}

// news says something about the target.
func (t *targetProgress) news(text string) { t.say(t.address + ": " + text) }
