package tui

import (
	"regexp"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// What a narrow window leaves out is the least telling; what it shows is whole.

// A number that is cut reads as another number.
func TestVerdictIsWhole(t *testing.T) {
	for _, width := range []int{60, 66, 72, 80, 100, 120} {
		p := told(t, width, 24)
		for _, l := range []string{p.lines()[bodyTop], p.press("left", "left").lines()[bodyTop]} {
			if strings.Contains(l, "…") {
				t.Errorf("at %d columns the verdict is cut: %s", width, l)
			}
		}
	}
}

func TestTotalIsWhole(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for _, to := range []string{"2", "3"} {
			p := told(t, width, 24).press(to)
			if l := p.line("total"); strings.Contains(l, "…") {
				t.Errorf("screen %s at %d columns: the total is cut: %s", to, width, l)
			}
		}
	}
}

// What is counted and what is compared stand apart, and neither is cut; where
// there is no room for both, what is compared is left out.
func TestComparedLineHasAGap(t *testing.T) {
	line := regexp.MustCompile(`^ (live|allocated) (bytes|objects) \(\w+\) · (by|as) \w+( graph)?(  +(base )?#1 .*→ #8 .*1m45s)? *$`)
	for _, width := range []int{60, 80, 120} {
		for _, view := range []string{"", "v", "v v", "v v v", "v v v v", "v v v v v"} {
			for _, metric := range []string{"", "m", "m m"} {
				p := told(t, width, 24).press("2").press(strings.Fields(view)...).press(strings.Fields(metric)...)
				if l := p.lines()[bodyTop]; !line.MatchString(l) {
					t.Errorf("at %d columns: %q", width, l)
				}
			}
		}
	}
}

func TestFlameGraphTellsAboutItsSelection(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		p := told(t, width, 24).press("2", "v", "v", "v", "v", "v", "down")
		p.want("api.(*Server).Create.func1  now 76.0 MiB", "+56.0 MiB")
	}
}

// What waits for what can be told apart.
func TestOverviewNamesTheKindOfWait(t *testing.T) {
	for _, width := range []int{80, 100, 120} {
		unjudged(t, width, 24).want("chan send", "chan receive")
	}
}

// A method without its name says nothing: cut is what stands before it, or
// another column gives way.
func TestMethodsCanBeRead(t *testing.T) {
	for _, width := range []int{80, 120, 200} {
		told(t, width, 24).press("3").want("Push", "next")
		told(t, width, 24).press("2").want("encode", "Put", "Add", "Page")
		told(t, width, 24).want("Push", "next", "Put")
		unjudged(t, width, 24).want("Push", "encode", "next", "Put")
	}
}

// Heads are words: none is cut because its column is sorted by.
func TestHeadsAreWhole(t *testing.T) {
	for _, to := range []string{"1", "2", "2 v", "3", "3 v", "3 v v", "3 v v v", "4"} {
		for _, width := range []int{60, 80, 120, 200} {
			p := told(t, width, 24).press(strings.Fields(to)...)
			for range 8 {
				p.press("o")
				for _, l := range p.lines()[bodyTop:] {
					if strings.ContainsAny(l, "↓↑") && (strings.Contains(l, "now") || strings.Contains(l, "count")) && strings.Contains(l, "…") {
						t.Errorf("screen %s at %d columns: %s", to, width, l)
					}
				}
			}
		}
	}
}

// That the target restarted, and what it means, is told in the smallest window.
func TestRestartIsToldWhole(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		p := told(t, width, 24)
		p.restart(storySnapshots)
		if f := p.footer(); !strings.Contains(f, "restarted") || !strings.Contains(f, "start anew") {
			t.Errorf("at %d columns: %s", width, f)
		}
	}
}

// The units of a count are what is counted.
func TestTotalsNameWhatTheyCount(t *testing.T) {
	told(t, 120, 32).press("3", "v").wantNot("in 5 groups")
	told(t, 120, 32).press("3", "v", "v", "v").wantNot("in 3 groups")
	told(t, 120, 32).press("3", "v", "v").want("in 3 handlers and other")
	told(t, 120, 32).press("2", "v", "v", "v").want("in 2 handlers and other")
	told(t, 120, 32).press("3").want("in 6 groups")
	told(t, 120, 32).press("2").want("in 8 stacks")
	told(t, 120, 32).press("2", "v").want("in 29 functions")
	told(t, 120, 32).press("2", "v", "v").want("in 14 packages")
}

// Looking back, a group was there for as long as it had been then.
func TestSeenForIsAsOfTheTimeLookedAt(t *testing.T) {
	p := told(t, 120, 32).press("home", "right", "right", "3")
	p.want("→ #3 12:00:30", "≥30s")
	p.wantNot("≥1m45s")
}

// A page whose group is in neither snapshot any more says so, and does not
// show the numbers of another comparison as if they were of this one.
func TestDetailOfAGroupThatIsNoMore(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	p.tell(p.story.between(1, 4, nothing)...)
	p.press("5", "down", "B", "3").want("base #3 12:00:30 → #4")
	p.press("/").enter("config.watch").press("enter", "enter").want("goroutines, sleep", "−1")
	p.tell(p.story.between(5, 6, nothing)...)
	p.wantNot("−1", "−4.0/min")
}

// The same for a stack of the heap.
func TestDetailOfAStackThatIsNoMore(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	gone := func(s *snapshot.Snapshot) {
		if s.Seq >= 3 {
			s.Heap = heapProfile(p.story.table, objects(putStack, 64<<10, 9, 9))
		}
	}
	p.tell(p.story.between(1, 3, gone)...)
	p.press("5", "down", "B", "2", "/").enter("lru").press("enter", "enter").want("lru.(*Cache).Add")
	p.tell(p.story.between(4, 5, gone)...)
	p.want("no such stack")
}
