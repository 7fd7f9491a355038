package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// picking is a picker that messages are handed to, one after the other.
type picking struct {
	t *testing.T
	*Picker
}

// newPicking offers three runs, of which the last cannot be opened.
func newPicking(t *testing.T, width, height int) *picking {
	p := &picking{t, NewPicker(PickerConfig{
		Context: context.Background(),
		Runs: []RecentRun{
			{Path: "/state/b.leaktop", Shown: "/state/b.leaktop", Name: "billing", Address: "http://10.0.3.8:6060/debug/pprof/", Begun: noon.Add(time.Hour), Length: 90 * time.Second, Snapshots: 7, Size: 1 << 20, Live: true},
			{Path: "/state/a.leaktop", Shown: "/state/a.leaktop", Name: "orders", Address: "http://10.0.3.7:6060/debug/pprof/", Begun: noon, Length: time.Hour, Snapshots: 240, Size: 12 << 20},
			{Path: "/state/x.leaktop", Shown: "/state/x.leaktop", Name: "x.leaktop", Problem: "/state/x.leaktop: it is empty; name a file that leaktop record or a live run wrote"},
		},
		Verdict: func(_ context.Context, path string) string {
			return map[string]string{"/state/a.leaktop": "leak", "/state/b.leaktop": "clean"}[path]
		},
	})}
	p.send(tea.WindowSizeMsg{Width: width, Height: height})
	for cmd := p.judge(0); cmd != nil; {
		_, cmd = p.Update(cmd())
	}
	return p
}

func (p *picking) send(msg tea.Msg) { p.Update(msg) }

func (p *picking) keys(names ...string) {
	for _, name := range names {
		p.send(keyPress(name))
	}
}

func (p *picking) shows(texts ...string) {
	p.t.Helper()
	screen := requireFits(p.t, p.View().Content, p.width, p.height)
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			p.t.Errorf("the screen lacks %q:\n%s", text, screen)
		}
	}
}

func TestPicker(t *testing.T) {
	for _, size := range [][2]int{{120, 32}, {80, 24}, {60, 20}} {
		p := newPicking(t, size[0], size[1])
		p.shows("recorded runs", "2026-03-01 13:00", "live clean", "leak", "unreadable", "orders", "enter open")
	}
	p := newPicking(t, 120, 32)
	p.shows("240", "12.0 MiB", "http://10.0.3.7:6060", "/state/b.leaktop")
	p.keys("down", "enter")
	if p.Chosen() != "/state/a.leaktop" || p.View().Content != "" {
		t.Errorf("chosen %q, and on the screen stays %q", p.Chosen(), p.View().Content)
	}
}

func TestPickerFilters(t *testing.T) {
	p := newPicking(t, 120, 32)
	p.keys("/", "o", "r", "d")
	p.shows("filter /")
	p.keys("enter", "enter")
	if p.Chosen() != "/state/a.leaktop" {
		t.Errorf("chosen %q, want the one that the filter left", p.Chosen())
	}
}

// A run that cannot be opened says why, and the screen stays.
func TestPickerOfWhatCannotBeOpened(t *testing.T) {
	p := newPicking(t, 120, 32)
	p.keys("G", "enter")
	p.shows("it is empty")
	if p.Chosen() != "" {
		t.Errorf("chosen %q, want nothing", p.Chosen())
	}
	p.keys("q")
	if p.Chosen() != "" || p.View().Content != "" {
		t.Error("q does not leave")
	}
}

func TestPickerIsLeft(t *testing.T) {
	for _, key := range []string{"q", "esc", "ctrl+c"} {
		p := newPicking(t, 120, 32)
		_, cmd := p.Update(keyPress(key))
		if cmd == nil {
			t.Fatalf("%s: the program goes on", key)
		}
		if _, ok := cmd().(tea.QuitMsg); !ok || p.Chosen() != "" {
			t.Errorf("%s does not leave without a choice", key)
		}
	}
	small := newPicking(t, 40, 10)
	small.shows("60×20")
}
