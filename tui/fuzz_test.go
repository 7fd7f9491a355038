package tui

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
)

// FuzzSession plays any sequence of keys, clicks, sizes and events. Each byte
// is one step; some take the bytes behind them as their numbers. No sequence
// panics, and every picture fits the window.
func FuzzSession(f *testing.F) {
	most := 150 // steps
	if fuzzing := flag.Lookup("test.fuzz"); fuzzing != nil && fuzzing.Value.String() != "" {
		most = 40 // of many short sessions more is new than of a few long ones
	}
	for _, seed := range []string{
		"2vvvvvjjj\rvvv", "3\rnN\x1b", "/put(\r\x1b", "e\x01\x01\r\x05", "5ab5B5G",
		"\xf0\x3c\x14\xf0\x14\x05\xf0\xc8\x32", "\xf1\x05\x08\xf1\x05\x08\xf2\x07", "\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa",
		"1\xf7b\xf3\xf32\r\xf7\xf3\xf3o\xf4", "2\r\xf6y\xf5\xf3 ++--s?\x01\x01q", "2v\x01\x01\x01\rn\xf7", "3jq2",
	} {
		f.Add([]byte(seed))
	}
	// Without -fuzz these are played, the same ones each time.
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		steps := make([]byte, 150)
		for i := range steps {
			const likely = "122345vvmwfpbbaaBoOigGjknN/\re\x1b\x1b \x01\x02\x03\x04\x05\x06\x07\x08\xf1\x0a\x0b\xf2\xf3\xf3\xf3\xf7"
			steps[i] = likely[random.IntN(len(likely))]
			if random.IntN(10) == 0 {
				steps[i] = byte(random.IntN(256))
			}
		}
		f.Add(steps)
	}
	f.Fuzz(func(t *testing.T, steps []byte) {
		if len(steps) > most {
			steps = steps[:most]
		}
		p := newProgram(t)
		p.judge.result = p.story.judged(t)
		p.resize(100, 30)
		next := 1
		number := func(i *int) int {
			*i++
			if *i < len(steps) {
				return int(steps[*i])
			}
			return 0
		}
		for i := 0; i < len(steps); i++ {
			p.step(steps[i], &next, func() int { return number(&i) })
			if p.Model.quitting {
				return // what it leaves fills no window
			}
			requireFits(t, p.View().Content, p.Model.width, p.Model.height)
			if t.Failed() {
				t.Fatalf("after step %d of %q", i, steps)
			}
		}
	})
}

// step is one byte of a fuzzed session.
func (p *program) step(b byte, next *int, number func() int) {
	special := []string{"up", "down", "left", "right", "home", "end", "pgup", "pgdown", "tab", "shift+tab", "backspace", "ctrl+o", "ctrl+d", "ctrl+u"}
	switch {
	case b == '\r':
		p.press("enter")
	case b == 0x1b:
		p.press("esc")
	case b >= 1 && int(b) <= len(special):
		p.press(special[b-1])
	case b == ' ':
		p.press("space")
	case b > ' ' && b < 0x7f:
		p.press(string(rune(b)))
	case b == 0xf0:
		p.resize(number(), number())
	case b == 0xf1:
		p.click(number(), number())
	case b == 0xf2:
		button := tea.MouseWheelUp
		if number()%2 == 1 {
			button = tea.MouseWheelDown
		}
		p.send(tea.MouseWheelMsg{X: 5, Y: 5, Button: button})
	case b == 0xf3:
		p.tell(p.story.between(*next, *next, nothing)...)
		*next++
	case b == 0xf4:
		p.tell(p.story.takenWith(*next, func(s *snapshot.Snapshot) {
			s.Heap, s.Goroutines, s.Missing = nil, nil, []string{"nothing to be had"}
		}))
		*next++
	case b == 0xf5:
		p.tell(snapshot.Unreachable{Since: p.now, Reason: "refused", Next: p.now.Add(time.Second)})
	case b == 0xf6:
		p.tell(snapshot.Asked{Call: "goroutine profile", Cost: "much"})
	case b == 0xf7:
		p.story.run, p.story.first = p.story.run+1, *next
		p.tell(snapshot.Restarted{At: p.now, Evidence: "NumGC fell from 31 to 2"})
	case b == 0xf8:
		p.tell(p.story.attached(), p.story.scheduled(p.now.Add(9*time.Second), number()%2 == 1))
	case b == 0xf9:
		p.send(tea.PasteMsg{Content: "pasted\ntext(\x1b[2J"})
	case b == 0xfa:
		p.send(endedMsg{})
	case b == 0xfb:
		p.now = p.now.Add(time.Duration(number()) * time.Second)
		p.send(tickMsg{})
	}
}
