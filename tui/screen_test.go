package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"leaktop/capture/snapshot"
	"leaktop/diff/handler"
	"leaktop/diff/leak"
)

// program is a model with its fakes around it. Messages are handed to Update
// one after the other, without a terminal.
type program struct {
	t testing.TB
	*Model
	story   *story
	sampler *sampler
	judge   *judge
	files   *files
	now     time.Time
	got     []tea.Msg // what commands returned that is not the model's own
}

// newProgram returns a program that nothing was told yet, not even its size,
// and whose judge has not seen enough.
func newProgram(t testing.TB) *program {
	p := &program{t: t, story: newStory(), sampler: &sampler{}, judge: &judge{result: tooLittle()}, files: newFiles(), now: storyEnd}
	p.Model = New(Config{
		Context:  context.Background(),
		Table:    p.story.table,
		Sampler:  p.sampler,
		Judge:    p.judge,
		Handlers: newFinder(t, p.story.table),
		Files:    p.files,
		Now:      func() time.Time { return p.now },
	})
	return p
}

func newFinder(t testing.TB, table *snapshot.Table) *handler.Finder {
	t.Helper()
	f, err := handler.New(table, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// told returns a program of a size that the whole story was told, and that has
// it judged; the line that says so was read.
func told(t testing.TB, width, height int) *program {
	p := newProgram(t)
	p.judge.result = p.story.judged(t)
	p.resize(width, height)
	p.tell(p.story.whole()...)
	p.Model.notice = notice{}
	return p
}

// tooLittle is what a judge says that has not seen enough.
func tooLittle() leak.Result {
	return leak.Result{
		Outcome: leak.Inconclusive,
		Reason:  "2 snapshots with a GC before them, where 3 are needed",
		Needs:   []string{"With --allow goroutineleak the runtime itself tells what nothing can wake."},
	}
}

// unjudged returns a program that was told the whole story, of which its judge
// has not seen enough.
func unjudged(t testing.TB, width, height int) *program {
	p := newProgram(t)
	p.resize(width, height)
	p.tell(p.story.whole()...)
	return p
}

// restart tells of a restart and of what follows up to a snapshot. Of the new
// process the judge has seen too little.
func (p *program) restart(upTo int) {
	p.judge.result = tooLittle()
	p.tell(p.story.restarted(upTo)...)
}

func (p *program) resize(width, height int) { p.send(tea.WindowSizeMsg{Width: width, Height: height}) }

// tell hands over events of the source.
func (p *program) tell(events ...snapshot.Event) { p.send(eventsMsg(events)) }

// send hands over a message, follows the commands that come back, and hands
// their results over, too. As in Bubble Tea each message is followed by a View.
func (p *program) send(msg tea.Msg) {
	_, cmd := p.Update(msg)
	p.View()
	if _, tick := msg.(tickMsg); !tick { // after a tick comes the wait for the next one
		p.follow(cmd)
	}
}

// follow runs a command here and now. All that is worked out beside the update
// loop is thereby done when it returns.
func (p *program) follow(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch result := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range result {
			p.follow(cmd)
		}
	case sourceMsg, editMsg, exportedMsg, noticeMsg, workedMsg, judgedMsg, lookedBackMsg:
		p.send(result)
	default:
		p.got = append(p.got, result)
	}
}

// free is the analyst, which is at no work, for what is looked at now.
func (p *program) free() *analyst {
	a := p.workshop.analyst
	a.moment, a.ctx = p.data.moment(a.moment), p.cfg.Context
	return a
}

// press presses keys, named as Bubble Tea names them.
func (p *program) press(keys ...string) *program {
	for _, key := range keys {
		p.send(keyPress(key))
	}
	return p
}

// enter types a text, one key a character.
func (p *program) enter(text string) *program {
	for _, r := range text {
		p.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return p
}

func keyPress(name string) tea.KeyPressMsg {
	codes := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "backspace": tea.KeyBackspace,
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		return tea.KeyPressMsg{Code: codes[rest], Mod: tea.ModShift}
	}
	if name == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	}
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func (p *program) click(x, y int) {
	p.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
}

// screen is what stands on the terminal, without colours. It checks that it fits.
func (p *program) screen() string {
	p.t.Helper()
	return requireFits(p.t, p.View().Content, p.Model.width, p.Model.height)
}

// lines are the lines of the screen.
func (p *program) lines() []string {
	p.t.Helper()
	return strings.Split(p.screen(), "\n")
}

func (p *program) header() string { p.t.Helper(); return p.lines()[0] }
func (p *program) footer() string { p.t.Helper(); l := p.lines(); return l[len(l)-1] }

// line is the first line with a text, "" where none has it.
func (p *program) line(text string) string {
	p.t.Helper()
	for _, l := range p.lines() {
		if strings.Contains(l, text) {
			return l
		}
	}
	return ""
}

// selected is the line of the selected row, "" for none.
func (p *program) selected() string {
	p.t.Helper()
	for _, l := range p.lines()[bodyTop:] {
		if strings.HasPrefix(l, "▸") {
			return l
		}
	}
	return ""
}

// want fails unless every text stands on the screen.
func (p *program) want(texts ...string) *program {
	p.t.Helper()
	screen := p.screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			p.t.Errorf("the screen lacks %q:\n%s", text, screen)
		}
	}
	return p
}

// wantNot fails if a text stands on the screen.
func (p *program) wantNot(texts ...string) *program {
	p.t.Helper()
	screen := p.screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			p.t.Errorf("the screen has %q:\n%s", text, screen)
		}
	}
	return p
}

// result returns what the last command returned, where it is of type M.
func result[M any](p *program) (M, bool) {
	var none M
	if len(p.got) == 0 {
		return none, false
	}
	m, ok := p.got[len(p.got)-1].(M)
	return m, ok
}

// requireFits checks what every content must keep to: exactly height lines,
// none wider than the window, nothing that moves the cursor. It returns the
// content without colours.
func requireFits(t testing.TB, content string, width, height int) string {
	t.Helper()
	plain := ansi.Strip(content)
	if width == 0 || height == 0 {
		return plain
	}
	lines := strings.Split(plain, "\n")
	if len(lines) != height {
		t.Errorf("%d lines in a window of %d", len(lines), height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > width {
			t.Errorf("line %d is %d cells wide in a window of %d: %q", i, w, width, l)
		}
		if at := strings.IndexFunc(l, unicode.IsControl); at >= 0 {
			t.Errorf("line %d has a control character at byte %d: %q", i, at, l)
		}
	}
	return plain
}

// typeOf and textOf read a message whose type is Bubble Tea's own.
func typeOf(msg tea.Msg) string { return fmt.Sprintf("%T", msg) }
func textOf(msg tea.Msg) string { return fmt.Sprint(msg) }

var errNoEditor = errors.New("no editor: neither VISUAL nor EDITOR is set; set one to open source lines")
