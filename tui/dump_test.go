package tui

import (
	"slices"
	"strings"
	"testing"

	"leaktop/capture/snapshot"
)

// dumped is snapshot #9 with a full dump, in which n goroutines of the stuck
// send and one of something else are.
func (s *story) dumped(n int) snapshot.Event {
	send := s.table.Dumped(intern(s.table, sendingStack))
	creator := s.table.InternFrame(snapshot.Frame{Function: "example.com/orders/api.(*Server).Create", File: "/home/dev/orders/api/create.go", Line: 80})
	retrier := s.table.InternFrame(snapshot.Frame{Function: "example.com/orders/notify.(*Notifier).Start", File: "/home/dev/orders/notify/notify.go", Line: 20})
	return s.takenWith(9, func(shot *snapshot.Snapshot) {
		shot.Dump = &snapshot.Dump{Time: shot.Time, Goroutines: []snapshot.DumpedGoroutine{{ID: 1, Status: "IO wait", Stack: s.table.Dumped(intern(s.table, acceptStack))}}}
		for i := range n {
			g := snapshot.DumpedGoroutine{ID: int64(100 + i), CreatorID: 18, Status: "chan send", Stack: send, Creator: creator, Minutes: int32(i % 3)}
			if i == 0 {
				g.Creator, g.Leaked = retrier, true
			}
			shot.Dump.Goroutines = append(shot.Dump.Goroutines, g)
		}
	})
}

func TestFullDump(t *testing.T) {
	p := told(t, 120, 32).press("3", "enter").wantNot("Full dump of")
	p.press("D").want("you confirm its cost first")
	p.tell(snapshot.Asked{Call: "full goroutine dump", Cost: "a standstill of about 1 ms and 0.1 MiB of text"})
	p.want("The full goroutine dump would cost the target a standstill of about 1 ms", "Y yes")
	p.press("Y")
	if want := []string{"dump", "allow costly"}; !slices.Equal(p.sampler.asked, want) {
		t.Errorf("asked for %q, want %q", p.sampler.asked, want)
	}
	p.tell(p.story.dumped(68))
	p.want("Full dump of #9  68 goroutines · reported: <1m to 2m · ids 100 101 102 103 104 105 and 62 more",
		"started by api.(*Server).Create create.go:80 (67 of them) and 1 other line")
	p.press("enter").want("Full dump of #9, 12:02:00: 68 goroutines", "67 by api.(*Server).Create create.go:80", "1 by notify.(*Notifier).Start notify.go:20",
		"chan send · started by goroutine 18 · leaked, the runtime says", "reported: 1m")
	p.press("x")
	// It stays what the newest dump said, and is not there for an earlier moment.
	p.tell(p.story.taken(10))
	p.want("Full dump of #9")
	p.press("1", "left", "left", "3", "enter").wantNot("Full dump of")
	if l := p.press("5").line("#9 "); !strings.Contains(l, "full dump") {
		t.Errorf("Snapshots does not say which has the dump: %q", l)
	}
	// Others may not be in it.
	p.press("1", "end", "3", "down", "enter").want("Full dump of #9  none of them is in it")
}

// Every page about goroutines asks for a dump, and says when it comes.
func TestAskingForADump(t *testing.T) {
	for _, to := range []string{"3", "3 enter", "enter"} {
		p := told(t, 120, 32).press(strings.Fields(to)...).press("D").want("comes with the next snapshot")
		if !slices.Equal(p.sampler.asked, []string{"dump"}) {
			t.Errorf("%s: asked for %q", to, p.sampler.asked)
		}
	}
	told(t, 120, 32).press("3", "space", "D").want("paused: the full dump is taken when you resume")
	p := told(t, 120, 32).press("3")
	p.tell(snapshot.Unreachable{Since: storyEnd, Reason: "refused", Next: storyEnd})
	p.press("D").want("no answer: the full dump comes once it is back")
	// The heap has nothing to do with it.
	p = told(t, 120, 32).press("down", "enter", "D")
	if len(p.sampler.asked) > 0 {
		t.Errorf("on a finding of the heap D asked for %q", p.sampler.asked)
	}
}

// A dump of very many is listed in part.
func TestLargeDump(t *testing.T) {
	for _, size := range sizes() {
		p := told(t, size[0], size[1]).press("3", "enter")
		p.tell(p.story.dumped(20_000))
		p.want("Full dump of #9")
		p.press("enter")
		for range 100 {
			p.press("pgdown")
		}
		p.want("19,500 more")
	}
}
