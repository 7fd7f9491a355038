package tui

import (
	"strings"
	"testing"
	"time"

	"leaktop/capture/snapshot"
)

func nothing(*snapshot.Snapshot) {}

// The time cursor of Overview decides what every screen shows.
func TestLookingBackInTime(t *testing.T) {
	p := told(t, 120, 32).press("left")
	p.want("12:01:30, #7")
	p.press("left", "left", "left").want("12:00:45, #4", "as of #8, the newest", "live heap 97.6 MiB")
	p.press("2").want("base #1 12:00:00 → #4 12:00:45 · 45s", "total 61.4 MiB → 97.6 MiB")
	p.press("3").want("→ #4 12:00:45", "total 45 → 77")
	p.press("enter").want("44 goroutines, chan send")
	p.press("esc", "5")
	if got := p.line("current"); !strings.Contains(got, "#4") {
		t.Errorf("Snapshots marks %q as the current one", got)
	}
	// What comes in the meantime does not take one away from there.
	p.tell(p.story.taken(9))
	p.press("2").want("→ #4 12:00:45")
	p.press("1", "right").want("12:01:00, #5")
	p.press("home").want("#1")
	p.press("end").want("LEAK").wantNot("the newest")
	// Live again: the newest is shown as it comes.
	p.tell(p.story.taken(10))
	p.press("2").want("→ #10")

	told(t, 120, 32).press("left", "left", "esc").want("● live")
	told(t, 120, 32).press("right", "right").want("● live")
}

// On the first snapshot nothing changed yet.
func TestLookingAtTheFirstSnapshot(t *testing.T) {
	p := told(t, 120, 32).press("home")
	p.want("12:00:00, #1", "as of #8")
	if got := strings.TrimRight(p.lines()[bodyTop], " "); strings.HasSuffix(got, "·") {
		t.Errorf("the line ends in the air: %q", got)
	}
	p.press("2").want("same snapshot", "total 61.4 MiB → 61.4 MiB")
}

func TestBase(t *testing.T) {
	p := told(t, 120, 32)
	p.press("b").want("base is #8 now: changes count from 12:01:45")
	p.tell(p.story.taken(9))
	p.press("2").want("base #8 12:01:45 → #9 12:02:00 · 15s")
	p.press("3").want("base #8")
	p.tell(p.story.taken(10))
	p.press("b").want("base is #10 now")
	p.press("5")
	if got := p.line("base+current"); !strings.Contains(got, "#10") {
		t.Errorf("#10 is not marked as both: %q", got)
	}

	// a and b on Snapshots choose any two.
	p = told(t, 120, 32).press("5", "down", "down", "b")
	p.want("current is #6")
	p.press("down", "down", "a").want("base is #4")
	if b, c := p.line("base  "), p.line("current  "); !strings.Contains(b, "#4") || !strings.Contains(c, "#6") {
		t.Errorf("base on %q, current on %q", b, c)
	}
	p.press("2").want("base #4 12:00:45 → #6 12:01:15 · 30s", "total 97.6 MiB → 121.6 MiB")
	p.press("5", "g", "g", "b").want("current is always the newest")
	p.tell(p.story.taken(9))
	p.press("2").want("base #4 12:00:45 → #9")

	// The later of two as the base: what fell since is what the other grew by.
	p = told(t, 120, 32).press("5", "a", "G", "b", "2")
	p.want("base #8 12:01:45 → #1 12:00:00", "−83.6 MiB")
	p.wantNot("/min")
}

// B keeps the base as far behind the newest as the selected snapshot is now.
func TestBaseThatFollows(t *testing.T) {
	p := told(t, 120, 32).press("5", "down", "down", "B")
	p.want("the base stays 2 behind the newest")
	p.press("2").want("base #6 12:01:15 → #8")
	p.tell(p.story.taken(9))
	p.want("base #7 12:01:30 → #9")
	p.press("5", "B").want("the base is the first snapshot of the run again")
	p.press("2").want("base #1 12:00:00 → #9")
	// The newest itself as the base would never show a change: one behind it is the least.
	p.press("5", "g", "g", "B").want("the base stays 1 behind the newest")
	p.press("2").want("base #8 12:01:45 → #9")
	// A base that is chosen does not follow any more.
	p.press("b")
	p.tell(p.story.taken(10))
	p.want("base #9 12:02:00 → #10")
	p.tell(p.story.taken(11))
	p.want("base #9 12:02:00 → #11")
}

// A snapshot may lack a profile. The screens then show the last one that had
// it, and Snapshots says why it is missing.
func TestSnapshotWithoutAProfile(t *testing.T) {
	p := told(t, 200, 32)
	p.tell(p.story.takenWith(9, func(s *snapshot.Snapshot) {
		s.Heap, s.Advanced = nil, false
		s.Missing = []string{"heap: timed out after 30s"}
	}))
	p.press("2").want("base #1 12:00:00 → #8 12:01:45", "145.0 MiB")
	p.press("3").want("→ #9 12:02:00")
	p.press("5").want("heap: timed out after 30s")
	if l := p.line("#9"); strings.Contains(l, "no GC") {
		t.Errorf("there is no heap profile to say that there was no GC: %q", l)
	}

	p = told(t, 120, 32)
	p.tell(p.story.takenWith(9, func(s *snapshot.Snapshot) {
		s.Goroutines = nil
		s.Missing = []string{"goroutine: 403 Forbidden"}
	}))
	p.press("3").want("→ #8 12:01:45")
	p.press("2").want("→ #9 12:02:00")

	// None ever had it.
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		p = newProgram(t)
		p.resize(120, 32)
		p.tell(p.story.attached())
		for seq := 1; seq <= 3; seq++ {
			p.tell(p.story.takenWith(seq, func(s *snapshot.Snapshot) {
				if kind == snapshot.Heap {
					s.Heap = nil
				} else {
					s.Goroutines = nil
				}
				s.Missing = []string{string(kind) + ": 404 Not Found"}
			}))
		}
		p.press("2")
		p.screen()
		p.press("3")
		p.screen()
		screen := map[snapshot.Kind]string{snapshot.Heap: "2", snapshot.Goroutine: "3"}[kind]
		p.press(screen).want("The target gave no "+string(kind)+" profile", "404 Not Found")
		p.press("enter", "down", "o", "v", "m", "p", "y", "i", "left")
		p.screen()
		p.press("1").want("Growing since the base")
		p.press("enter", "esc", "5", "e")
		p.screen()
		p.press("enter")
		p.screen()
	}
}

// No GC since the snapshot before: the heap is the same observation again.
func TestSnapshotWithoutGC(t *testing.T) {
	p := told(t, 200, 32)
	p.tell(p.story.takenWith(9, func(s *snapshot.Snapshot) { s.Advanced = false }))
	p.press("2").want("no GC since")
	p.press("3").wantNot("no GC since")
	p.press("5").want("no GC since the one before")
	p.tell(p.story.takenWith(10, func(s *snapshot.Snapshot) { s.ForcedGC = true }))
	p.want("forced GC")
}

// What is special about a snapshot, above all why it lacks a profile, can be
// read in every window.
func TestNoteOfASnapshotIsReadable(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		p := told(t, width, 24)
		p.tell(p.story.takenWith(9, func(s *snapshot.Snapshot) {
			s.Goroutines = nil
			s.Missing = []string{"goroutine: 403 Forbidden"}
		}))
		p.press("5")
		if !strings.Contains(p.screen(), "goroutine: 403 Forbidden") {
			t.Errorf("at %d columns the selected snapshot does not say why it has no goroutines:\n%s", width, p.screen())
		}
	}
}

func TestEmptyHistory(t *testing.T) {
	p := newProgram(t)
	p.resize(80, 24)
	for _, to := range []string{"1", "2", "3", "4", "5"} {
		p.press(to)
		p.screen()
		for _, key := range strings.Fields("enter esc down up G g g o O i y b v m p a B n left right home end pgup pgdown S space space + - s e ? x / a enter esc") {
			p.press(key)
			p.screen()
		}
		p.click(5, 10)
		p.screen()
	}
	p.press("2").want("No heap profile yet")
	p.press("3").want("No goroutine profile yet")
	p.press("e").want("nothing to export yet")
}

// Bubble Tea promises no order: events may come before the window's size.
func TestEventsBeforeTheFirstSize(t *testing.T) {
	p := newProgram(t)
	if got := p.View().Content; got != "" {
		t.Errorf("before there is a size the content is %q", got)
	}
	p.tell(p.story.whole()...)
	p.press("2", "down", "/", "a", "enter", "1")
	p.click(3, 1)
	p.resize(120, 32)
	p.want("● live", "#8")
}

func TestQuestion(t *testing.T) {
	asked := snapshot.Asked{Call: "goroutine profile", Cost: "about 1.2 s of CPU"}
	for key, want := range map[string]int{"Y": 1, "y": 0, "n": 0, "esc": 0, "enter": 0, "space": 0} {
		p := told(t, 120, 32).press("2")
		p.tell(asked)
		p.want("The goroutine profile would cost the target about 1.2 s of CPU. Take it anyway?", "Y yes")
		p.press(key).want("in 8 stacks")
		if len(p.sampler.asked) != want {
			t.Errorf("%s: asked for %q", key, p.sampler.asked)
		}
	}
}

// A yes is to the newest question: what it costs may have changed while the one
// before was open.
func TestNewerQuestion(t *testing.T) {
	p := told(t, 120, 32)
	p.tell(snapshot.Asked{Call: "goroutine profile", Cost: "about 1.2 s of CPU"})
	p.tell(snapshot.Asked{Call: "full goroutine dump", Cost: "a standstill of about 3 s"})
	p.want("The full goroutine dump would cost the target a standstill of about 3 s.").wantNot("1.2 s of CPU")
	p.press("Y").want("Findings").wantNot("would cost")
	if len(p.sampler.asked) != 1 {
		t.Errorf("asked for %q", p.sampler.asked)
	}
}

// A yes that costs the target must be meant: a letter that was on its way into
// a filter or a path is none, and what was typed is not lost.
func TestQuestionDoesNotTakeWhatIsTyped(t *testing.T) {
	for _, to := range []string{"2 / p a", "e"} {
		p := told(t, 120, 32).press(strings.Fields(to)...)
		p.tell(snapshot.Asked{Call: "goroutine profile", Cost: "about 1.2 s of CPU"})
		p.press("y")
		if len(p.sampler.asked) != 0 {
			t.Errorf("after %q: the y that was typed became a yes", to)
		}
	}
}

func TestWarning(t *testing.T) {
	p := told(t, 120, 32)
	p.tell(snapshot.Warned{Text: "the target is slow: snapshots every 30s"})
	p.want("the target is slow: snapshots every 30s")
	p.press("down").wantNot("the target is slow")
}

// What stands in the header is cut to the window, the least telling first.
func TestHeader(t *testing.T) {
	for width, want := range map[int]string{
		200: " leaktop  orders  http://10.0.3.7:6060  go1.26.8 · pid 4312 · up 2h15m",
		80:  " leaktop  orders  http://10.0.3.7:6060",
		60:  " leaktop  orders",
	} {
		p := told(t, width, 30)
		if h := p.header(); !strings.HasPrefix(h, want+"  ") || !strings.HasSuffix(h, "● live  every 15s  #8  next 12s ") {
			t.Errorf("at %d columns the header is %q", width, h)
		}
	}
	p := told(t, 120, 32)
	p.now = storyEnd.Add(4*time.Second + 400*time.Millisecond)
	p.send(tickMsg{})
	if h := strings.Join(strings.Fields(p.header()), " "); !strings.Contains(h, "next 8s") {
		t.Errorf("the countdown reads %q", h)
	}
	if title := p.View().WindowTitle; title != "leaktop orders" {
		t.Errorf("the window is titled %q", title)
	}
}

// The interval in force is told, not the one asked for, and what it is for.
func TestSlowTarget(t *testing.T) {
	const why = "more often would keep the target busy for over 1 % of a core (goroutine profile 433 ms)"
	p := told(t, 120, 32)
	p.tell(snapshot.Scheduled{Every: 15 * time.Second, Actual: 40 * time.Second, Slowed: why, Next: storyEnd.Add(30 * time.Second)})
	p.want("every 40s, not 15s", "next 30s")
	p.press("s").want("the next snapshot comes in ", ": "+why[:40])
	p.press("5").want("a snapshot every 40s, not 15s: "+why[:70], "next 30s")
	p.tell(snapshot.Scheduled{Every: 15 * time.Second, Actual: 15 * time.Second, Next: storyEnd.Add(15 * time.Second)})
	p.want("every 15s").wantNot("not 15s")
}

// In a comparison that reads backwards in time what shrank would seem to grow.
func TestBaseLaterThanCurrent(t *testing.T) {
	unjudged(t, 120, 32).press("b", "left", "left").want("the base is the later one")
}

// Two processes have nothing in common to compare.
func TestBaseOfAnotherProcess(t *testing.T) {
	p := told(t, 120, 32)
	p.restart(storySnapshots)
	p.tell(p.story.between(9, 10, nothing)...)
	p.press("5", "G", "a").want("#1 is from a different process than #10")
	p.wantNot("base is #1")
}

// A pause is told while there is no answer, too: nothing is tried.
func TestPauseInAnOutage(t *testing.T) {
	p := told(t, 120, 32)
	p.tell(snapshot.Unreachable{Since: storyEnd, Reason: "refused", Next: storyEnd.Add(time.Second)})
	p.press("space")
	if h := p.header(); !strings.Contains(h, "paused") || strings.Contains(h, "next try") {
		t.Errorf("the header is %q", h)
	}
}
