package tui

import (
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

// After a restart there is another process: what was chosen is forgotten, the
// pages of the old one close, and nothing is compared across.
func TestRestart(t *testing.T) {
	p := told(t, 120, 32).press("5", "down", "a", "2", "enter")
	p.want("stack, leaf first")
	p.restart(storySnapshots)
	p.want("restarted at 12:01:48: base and trend start anew (process start time moved)")
	p.wantNot("stack, leaf first")
	p.tell(p.story.between(9, 9, nothing)...)
	p.want("base #9 12:02:00 → #9", "same snapshot", "total 61.4 MiB → 61.4 MiB")
	p.tell(p.story.between(10, 10, nothing)...)
	p.want("base #9 12:02:00 → #10 12:02:15 · 15s")
	p.tell(p.story.between(11, 11, nothing)...)
	p.press("1").want("NOT CLEAR YET", "since #9", "↻")
	p.press("3").want("≥30s")
	p.wantNot("≥2m")
	p.resize(200, 32)
	p.press("5").want("↻ first after restart 1")
	if first := p.line("#9"); strings.Contains(first, "MiB  −") {
		t.Errorf("the first snapshot after the restart has a change since another process: %q", first)
	}
	// The old run can still be looked at, against its own base.
	p.press("G", "up", "b", "2").want("base #1 12:00:00 → #2 12:00:15")
}

// Between a restart and the first snapshot after it the screens hold numbers of
// a process that is no more, and must not call them the state of things.
func TestRestartBeforeItsFirstSnapshot(t *testing.T) {
	p := told(t, 120, 32)
	p.restart(storySnapshots)
	p.press("g") // the message goes with the next key
	if strings.Contains(p.screen(), " LEAK  live heap") && !strings.Contains(p.screen(), "restarted") {
		t.Errorf("nothing says that this is of the process before the restart:\n%s", p.screen())
	}
}

func TestOutage(t *testing.T) {
	for _, to := range []string{"1", "2", "3", "4", "5", "1 enter", "2 enter", "4 enter", "?", "e"} {
		p := told(t, 120, 32).press(strings.Fields(to)...)
		before := p.table()
		p.tell(snapshot.Unreachable{Since: storyEnd.Add(-4 * time.Second), Reason: "refused", Next: storyEnd.Add(5 * time.Second)})
		if !strings.Contains(p.header(), "✗ no answer since 12:01:44 (refused), next try in") {
			t.Errorf("%s: the header is %q", to, p.header())
		}
		if after := p.table(); after != before {
			t.Errorf("%s: the outage took the data away:\n%s\nwas\n%s", to, after, before)
		}
		p.now = storyEnd.Add(3 * time.Second)
		p.send(tickMsg{})
		if h := strings.Join(strings.Fields(p.header()), " "); !strings.Contains(h, "next try in 2s") {
			t.Errorf("%s: the countdown stands still: %q", to, h)
		}
		// The first answer of any kind ends it.
		p.tell(snapshot.VitalsTaken{Vitals: p.story.vitals(storyEnd.Add(6 * time.Second))})
		if !strings.Contains(p.header(), "● live") {
			t.Errorf("%s: the outage does not end: %q", to, p.header())
		}
	}
}

// table is the screen without its header, and Overview without what says how
// old its numbers are.
func (p *program) table() string {
	p.t.Helper()
	_, rest, _ := strings.Cut(p.screen(), "\n")
	if _, growers, ok := strings.Cut(rest, "Findings"); ok {
		return growers
	}
	return rest
}

// A reason of any length leaves the time of the next try in sight.
func TestOutageWithALongReason(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		p := told(t, width, 24)
		p.tell(snapshot.Unreachable{Since: storyEnd.Add(-4 * time.Second), Reason: "timed out after 30s waiting for the heap profile", Next: storyEnd.Add(5 * time.Second)})
		if h := p.header(); !strings.Contains(h, "no answer since 12:01:44") || !strings.Contains(h, "next try in") {
			t.Errorf("at %d columns the header is %q", width, h)
		}
	}
}

func TestNoAnswerFromTheStart(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	p.tell(snapshot.Unreachable{Since: noon, Reason: "refused", Next: storyEnd.Add(5 * time.Second)})
	p.want("✗ no answer since 12:00:00 (refused)")
	p.wantNot("the first snapshot is being taken") // it is not: there is no one to take it of
}

func TestEnded(t *testing.T) {
	p := told(t, 120, 32)
	p.send(endedMsg{})
	p.want("■ ended  #8")
	p.press("2", "enter", "esc", "3", "5", "1").want("LEAK", "■ ended")
	// Once ended there is no next try, whatever was the last word.
	p = told(t, 120, 32)
	p.tell(snapshot.Unreachable{Since: storyEnd, Reason: "refused", Next: storyEnd})
	p.send(endedMsg{})
	if strings.Contains(p.header(), "next try") {
		t.Errorf("the source has ended and the header promises another try: %q", p.header())
	}
}
