package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"leaktop/capture/snapshot"
)

// scene is a screen of the told story.
type scene struct {
	name string
	keys []string // that lead there from Overview
}

func scenes() []scene {
	keys := func(s string) []string { return strings.Fields(s) }
	return []scene{
		{"overview", nil},
		{"overview in the past", keys("left left left left")},
		{"finding detail", keys("enter")},
		{"finding of kept state", keys("down enter")},
		{"finding in words", keys("enter enter")},
		{"help of a finding", keys("enter ?")},
		{"heap by stack", keys("2")},
		{"heap by function", keys("2 v")},
		{"heap by package", keys("2 v v")},
		{"heap by handler", keys("2 v v v")},
		{"heap as tree", keys("2 v v v v")},
		{"heap as flame graph", keys("2 v v v v v")},
		{"heap allocated bytes", keys("2 m m")},
		{"heap own code", keys("2 p o")},
		{"heap findings", keys("2 w")},
		{"goroutines by group", keys("3")},
		{"goroutines findings", keys("3 w")},
		{"goroutines by state", keys("3 v")},
		{"goroutines by handler", keys("3 v v")},
		{"goroutines by label", keys("3 v v v")},
		{"goroutines by set of labels", keys("3 v v v v")},
		{"help of goroutines", keys("3 ?")},
		{"handlers", keys("4")},
		{"handler detail", keys("4 enter")},
		{"help of handlers", keys("4 ?")},
		{"snapshots", keys("5")},
		{"stack detail", keys("2 down enter")},
		{"function detail", keys("2 v down enter")},
		{"group detail", keys("3 enter")},
		{"help of overview", keys("?")},
		{"help of heap", keys("2 ?")},
		{"help of a detail", keys("2 enter ?")},
		{"filter", keys("2 / o r d e r s")},
		{"filter with a fault", keys("2 / p u t (")},
		{"filter that hides all", keys("2 / z z z enter")},
		{"export menu", keys("e")},
		{"exported", keys("e" + strings.Repeat(" down", 17) + " enter")},
	}
}

// TestScreens is what a person sees of every screen. To take over what was
// changed on purpose: go test ./tui -update, and read the difference.
func TestScreens(t *testing.T) {
	for _, size := range [][2]int{{120, 32}, {80, 24}, {60, 20}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			for _, s := range scenes() {
				t.Run(s.name, func(t *testing.T) {
					golden.RequireEqual(t, draw(t, s, size[0], size[1]))
				})
			}
		})
	}
	for _, size := range [][2]int{{200, 50}, {20, 5}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			for _, s := range scenes() {
				if s.name == "overview" || s.name == "heap by stack" {
					t.Run(s.name, func(t *testing.T) {
						golden.RequireEqual(t, draw(t, s, size[0], size[1]))
					})
				}
			}
		})
	}
}

// draw goes to a scene and returns what is seen there.
func draw(t *testing.T, s scene, width, height int) string {
	p := told(t, width, height)
	p.files.source["/home/dev/orders/cache/store.go"] = storeSource()
	p.press(s.keys...)
	return picture(p)
}

// picture is the screen with a bar at the end of each line, so that blanks
// there are seen, and the cursor where there is one.
func picture(p *program) string {
	text := strings.ReplaceAll(p.screen(), "\n", "|\n") + "|\n"
	if c := p.View().Cursor; c != nil {
		text += fmt.Sprintf("cursor at %d, %d\n", c.X, c.Y)
	}
	return text
}

// TestStates is what a person sees while the target is in another state than
// that of the story.
func TestStates(t *testing.T) {
	refused := snapshot.Unreachable{Since: storyEnd.Add(-4 * time.Second), Reason: "refused", Next: storyEnd.Add(5 * time.Second)}
	whole := func(p *program) {
		p.judge.result = p.story.judged(t)
		p.tell(p.story.whole()...)
		p.Model.notice = notice{}
	}
	states := []struct {
		name string
		tell func(p *program)
	}{
		{"before anything", func(p *program) {}},
		{"nothing judged yet", func(p *program) { p.tell(p.story.whole()...) }},
		{"attaching", func(p *program) { p.tell(p.story.attached()) }},
		{"attaching without an answer", func(p *program) { p.tell(refused) }},
		{"first snapshot", func(p *program) {
			p.tell(p.story.attached())
			p.tell(p.story.between(1, 1, func(*snapshot.Snapshot) {})...)
			p.tell(p.story.scheduled(storyEnd.Add(9*time.Second), false))
		}},
		{"outage", func(p *program) { whole(p); p.tell(refused) }},
		{"outage with a long reason", func(p *program) {
			whole(p)
			slow := refused
			slow.Reason = "timed out after 30s: the target accepts connections and does not answer"
			p.tell(slow)
		}},
		{"paused", func(p *program) { whole(p); p.press("space", "g") }},
		{"restarted", func(p *program) { whole(p); p.restart(storySnapshots) }},
		{"after a restart", func(p *program) {
			whole(p)
			p.judge.result = tooLittle()
			p.restart(12)
			p.press("g")
		}},
		{"question", func(p *program) {
			whole(p)
			p.tell(snapshot.Asked{Call: "goroutine profile", Cost: "about 1.2 s of CPU and 149 MiB of garbage, for 312000 goroutines"})
		}},
		{"group with a full dump", func(p *program) { whole(p); p.tell(p.story.dumped(68)); p.press("3", "enter") }},
		{"full dump", func(p *program) { whole(p); p.tell(p.story.dumped(68)); p.press("3", "enter", "enter") }},
		{"ended", func(p *program) { whole(p); p.send(endedMsg{}) }},
	}
	for _, width := range []int{120, 60} {
		for _, s := range states {
			t.Run(fmt.Sprintf("%d/%s", width, s.name), func(t *testing.T) {
				p := newProgram(t)
				p.resize(width, 24)
				s.tell(p)
				golden.RequireEqual(t, picture(p))
			})
		}
	}
}
