package tui

import (
	"image/color"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff/leak"
)

// allBeside has everything worked out beside the update loop, however little it is.
func allBeside(p *program) *program {
	p.workshop.atOnce = -1
	return p
}

// update hands over a message and returns the command that comes back, which
// nobody has run yet.
func (p *program) update(msg tea.Msg) tea.Cmd {
	_, cmd := p.Update(msg)
	return cmd
}

// work runs what is worked out in a command, and returns its result without
// handing it over.
func work[M any](t *testing.T, cmd tea.Cmd) M {
	t.Helper()
	if cmd != nil {
		batch, _ := cmd().(tea.BatchMsg)
		for _, cmd := range batch {
			if msg, ok := cmd().(M); ok {
				return msg
			}
		}
	}
	var none M
	t.Fatalf("no command has a %T", none)
	return none
}

// While rows are sorted keys do what they always do, the rows stay as they were,
// and a word says what is done. Then the selection is still on its row.
func TestKeysWhileSorting(t *testing.T) {
	p := allBeside(told(t, 120, 32)).press("2", "down")
	before := p.screen()
	cmd := p.update(keyPress("o"))
	if got := p.screen(); got != before {
		t.Errorf("before the rows are sorted the screen changed:\n%s", got)
	}
	p.update(lateMsg{p.workshop.generation})
	p.want("sorting 8 rows …")
	p.update(keyPress("down"))
	selected := strings.Fields(p.selected())
	if strings.Contains(before, p.selected()) {
		t.Error("the key did not move the selection")
	}
	p.follow(cmd)
	p.wantNot("sorting").want("↓ Δ bytes")
	if got := strings.Fields(p.selected()); strings.Join(got, " ") != strings.Join(selected, " ") {
		t.Errorf("selected is %q, was %q", got, selected)
	}
}

// What is fast says nothing: a word comes only once it takes longer than a frame
// or two, and goes with the result.
func TestFastWorkSaysNothing(t *testing.T) {
	p := allBeside(told(t, 120, 32)).press("2")
	cmd := p.update(keyPress("o"))
	p.wantNot("…  ", "sorting")
	late := lateMsg{p.workshop.generation}
	p.follow(cmd)
	p.update(late) // which was under way
	p.wantNot("sorting")
}

// Every screen and page comes to the same picture whether it is worked out in
// the update loop or beside it.
func TestBesideIsTheSame(t *testing.T) {
	loop, other := told(t, 120, 32), allBeside(told(t, 120, 32))
	for _, keys := range []string{
		"2", "o", "O", "i", "v", "v", "o", "v", "v", "v", "v", "m", "m", "m", "m", "p", "p", "w", "w", "/put\r", "\x1b", "\r", "f", "f", "n", "\x1b", "\x1b",
		"3", "o", "v", "\r", "\x1b", "v", "v", "\r", "\x1b", "v", "w", "\r", "n", "f", "\x1b", "\x1b", "w",
		"4", "o", "G", "\r", "o", "/heap\r", "\x1b", "G", "\r", "\x1b", "\x1b", "1", "\r", "f", "\x1b", "\x1b", "5", "a", "1", "b", "2",
	} {
		for _, key := range keys {
			name := map[rune]string{'\r': "enter", '\x1b': "esc"}[key]
			if name == "" {
				name = string(key)
			}
			if got, want := other.press(name).screen(), loop.press(name).screen(); got != want {
				t.Fatalf("after %q beside the loop:\n%s\nin it:\n%s", keys, got, want)
			}
		}
	}
}

// A result that nobody wants any more is dropped, also where it was ready before
// the user wanted another.
func TestSupersededWorkIsDropped(t *testing.T) {
	p := allBeside(told(t, 120, 32)).press("2")
	before := p.screen()
	ready := work[workedMsg](t, p.update(keyPress("o")))
	if ready.show == nil {
		t.Fatal("the rows were not sorted")
	}
	p.update(keyPress("o"))
	next := p.update(ready)
	if got := p.screen(); got != before {
		t.Errorf("the superseded order is shown:\n%s", got)
	}
	p.follow(next)
	p.want("↓ ±")

	// What was superseded before it began gives up.
	cmd := p.update(keyPress("o"))
	p.update(keyPress("o"))
	if msg := work[workedMsg](t, cmd); msg.show != nil {
		t.Error("superseded work was done all the same")
	} else {
		p.follow(p.update(msg))
	}
	p.want("↓ now")
}

// Who turns to another screen is not made to wait for the one before, which
// begins anew when it is turned to again.
func TestAnotherScreenSupersedes(t *testing.T) {
	p := allBeside(told(t, 120, 32)).press("2")
	ready := work[workedMsg](t, p.update(keyPress("o")))
	p.update(keyPress("3"))
	p.follow(p.update(ready))
	p.want("by entry function", "notify.(*Notifier).Push")
	p.press("2").want("↓ Δ bytes")
}

// Newer data does not supersede what is worked out: else nothing would ever be
// shown where data comes faster than that.
func TestNewerDataWaits(t *testing.T) {
	p := allBeside(told(t, 120, 32)).press("2")
	ready := work[workedMsg](t, p.update(keyPress("o")))
	p.follow(p.update(eventsMsg{p.story.taken(9)}))
	p.wantNot("#9 12:02:00 ·") // the comparison of before
	next := p.update(ready)
	p.want("↓ Δ bytes", "#8 12:01:45 ·")
	p.follow(next)
	p.want("↓ Δ bytes", "#9 12:02:00 ·")
}

// While the judge is at work the screens show what it said last, and of which
// snapshot that is; keys work.
func TestKeysWhileJudging(t *testing.T) {
	p := told(t, 120, 32)
	p.judge.result.Findings = p.judge.result.Findings[:1]
	cmd := p.update(eventsMsg{p.story.taken(9)})
	p.want("GROWING").wantNot("judging")
	p.update(lateJudgeMsg{p.judging.number})
	p.want("judging #9, findings as of #8 …")
	p.update(keyPress("2"))
	p.want("by stack", "#9 12:02:00", "judging #9")
	p.update(keyPress("1"))

	// What comes meanwhile is judged afterwards, in one go.
	asked := p.judge.asked
	if more := p.update(eventsMsg{p.story.taken(10), p.story.taken(11)}); more != nil {
		t.Error("the judge was asked while it was at work")
	}
	p.follow(cmd)
	p.want("#11").wantNot("GROWING", "judging")
	if p.judge.asked != asked+2 {
		t.Errorf("the judge was asked %d times for three snapshots", p.judge.asked-asked)
	}
	if p.data.verdicts.seq != 11 {
		t.Errorf("the last judgement is of #%d", p.data.verdicts.seq)
	}
}

// A source that gives snapshots faster than they are judged is not listened to
// until the judge is back, so that they do not pile up in memory; nothing is lost.
func TestSourceWaitsForTheJudge(t *testing.T) {
	p := told(t, 120, 32)
	events := make(chan snapshot.Event, 100)
	p.cfg.Events = events
	cmd := p.update(eventsMsg{p.story.taken(9)}) // at work
	next := 10
	for ; next < 90; next++ {
		events <- p.story.taken(next)
	}
	listened := 0
	for p.judging.running && !p.judging.held {
		batch, ok := p.listen()().(eventsMsg)
		if !ok || len(batch) > mostAtOnce {
			t.Fatalf("at once it takes %d events", len(batch))
		}
		listened += len(batch)
		p.update(batch)
	}
	if waiting := p.judging.behind; listened == 0 || waiting < mostBehind || waiting > mostBehind+mostAtOnce {
		t.Errorf("%d snapshots wait for the judge, want %d or few more", waiting, mostBehind)
	}
	// The judge comes back, and is asked for the rest as it comes.
	close(events)
	work := []tea.Cmd{cmd}
	for len(work) > 0 {
		cmd, work = work[0], work[1:]
		if cmd == nil {
			continue
		}
		switch msg := cmd().(type) {
		case tea.BatchMsg:
			work = append(work, msg...)
		case eventsMsg, judgedMsg, workedMsg:
			work = append(work, p.update(msg))
		}
	}
	if p.data.verdicts.seq != next-1 || p.judging.held {
		t.Errorf("the last judgement is of #%d, want #%d", p.data.verdicts.seq, next-1)
	}
}

// A judgement of a process that is no more is dropped, and nobody is alarmed.
func TestJudgementOfAnotherProcess(t *testing.T) {
	p := newProgram(t)
	p.resize(120, 32)
	p.tell(p.story.whole()...)
	p.judge.result = p.story.judged(t)
	old := work[judgedMsg](t, p.update(eventsMsg{p.story.taken(9)}))
	p.judge.result = tooLittle()
	p.update(eventsMsg(p.story.restarted(storySnapshots + 1)))
	next := p.update(old)
	p.wantNot("LEAK")
	p.follow(next)
	p.wantNot("LEAK")
	if len(p.alarm.told) > 0 {
		t.Error("somebody was alarmed")
	}
}

// slowJudge lets its user see when it is asked, and waits until it may answer.
type slowJudge struct {
	asked, answer chan struct{}
}

func (j *slowJudge) Apply(snapshot.Event) {}

func (j *slowJudge) Result() *leak.Result {
	j.asked <- struct{}{}
	<-j.answer
	return &leak.Result{}
}

// Who quits while something is worked out is not kept waiting, and what is under
// way has ended when Wait returns.
func TestQuitWhileWorking(t *testing.T) {
	slow := &slowJudge{asked: make(chan struct{}), answer: make(chan struct{})}
	term := startTerminalWith(t, 120, 32, color.Black, trueColour(), slow, func(m *Model) { m.workshop.atOnce = -1 })
	t.Cleanup(func() { close(slow.answer) }) // or the end of a test that failed waits for ever
	for _, e := range term.story.whole() {
		term.events <- e
	}
	<-slow.asked
	term.text("2")
	term.await("Heap is shown", func() bool { return term.has("cache.(*Store).Put") })
	term.text("o")
	term.await("it is sorted", func() bool { return term.has("↓ Δ bytes") })
	// Which snapshot it is about depends on how many events came in one go.
	term.await("the judge is late", func() bool { return term.has("judging #") })
	term.text("q")
	if err := <-term.ended; err != nil {
		t.Errorf("the program ended with %v", err)
	}
	term.cancel()
	waited := make(chan struct{})
	go func() {
		term.model.Wait()
		close(waited)
	}()
	select {
	case <-waited:
		t.Error("Wait returned while the judge was at work")
	case slow.answer <- struct{}{}:
	}
	<-waited
	// What begins now finds the door closed.
	if msg := term.model.beside(func() tea.Msg { return noticeMsg("at work") })(); msg != nil {
		t.Errorf("after Wait somebody began to work: %v", msg)
	}
}

// Events, keys, the judge and what is worked out all come at once: the race
// detector looks on, and in the end the screen shows the newest.
func TestWorkWhileEventsCome(t *testing.T) {
	term := startTerminalWith(t, 120, 32, color.Black, trueColour(), nil, func(m *Model) { m.workshop.atOnce = -1 })
	keys := "2ov3o1b2m/put\rv3vv4G\r15"
	for i, e := range term.story.whole() {
		term.events <- e
		term.text(string(keys[i%len(keys)]))
	}
	term.await("the newest is known", func() bool { return term.has("#8") })
	term.text("\x1b\x1b\x1b2")
	term.await("and shown", func() bool { return term.has("→ #8") })
}
