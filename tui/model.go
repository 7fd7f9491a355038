package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/tui/theme"
)

// The smallest window in which the screens are of use.
const (
	minWidth  = 60
	minHeight = 20
)

// view names one of the screens.
type view uint8

const (
	viewOverview view = iota
	viewHeap
	viewGoroutines
	viewHandlers
	viewSnapshots
)

// screen is one view: a plain struct that draws itself and knows its own keys.
type screen interface {
	// refresh takes over what changed in the data, as far as that takes no time.
	refresh()
	// setting is what the user chose on the screen, as far as it decides what has
	// to be worked out: a comparable value.
	setting() any
	// task works out what is to be shown, nil where nothing has to be.
	task() *task
	// key handles one of the screen's own keys and reports whether it was one.
	key(key string) (tea.Cmd, bool)
	// render draws the screen: exactly height lines, none wider than width.
	render(width, height int) string
	// click is a press of the left button at a cell of what was last rendered.
	click(x, y int) tea.Cmd
	// wheel moves what is shown by some lines.
	wheel(lines int)
	// hints are the screen's own keys, the most important first.
	hints() []hint
	// help explains them all.
	help() section
}

// overlay lies over the screen and takes all keys while it is there.
type overlay interface {
	// key handles a key; done says that the overlay is to go away.
	key(msg tea.KeyPressMsg) (cmd tea.Cmd, done bool)
	render(width, height int) string
	hints() []hint
}

// Model is the whole program's state. It is used by pointer: Bubble Tea calls
// its methods one at a time.
type Model struct {
	cfg    Config
	theme  theme.Theme
	width  int
	height int

	data     *data
	tabs     []tab
	view     view
	screens  map[view]screen
	details  []page    // opened one from the other; the last one is shown
	asked    *question // waits until no other overlay takes the keys
	over     overlay   // nil for none
	notice   notice    // one line in the footer's place
	alarm    alarm
	mouse    mouse
	told     bool   // what is damaged of the file was told
	pending  string // the first key of a sequence: "g" of "gg"
	charts   map[string]drawn
	quitting bool
	version  int             // of what the screens show; grows with every change
	fresh    map[screen]int  // the version that a screen has taken over
	shown    map[screen]wish // what was worked out for a screen
	workshop workshop
	judging  judging
	looking  lookback
	noted    map[int]snapshot.Noted // what was said and did not come back yet, by the snapshot
}

// New returns the model; run it with a tea.Program.
func New(cfg Config) *Model {
	m := &Model{
		cfg:      cfg,
		theme:    theme.New(true), // until the terminal says otherwise
		data:     newData(cfg),
		charts:   make(map[string]drawn),
		alarm:    alarm{how: cfg.Alert, told: make(map[string]bool)},
		fresh:    make(map[screen]int),
		shown:    make(map[screen]wish),
		noted:    make(map[int]snapshot.Noted),
		workshop: workshop{analyst: newAnalyst(cfg), atOnce: rowsAtOnce},
		judging:  judging{bench: judgeBench{judge: cfg.Judge, ages: diff.NewAges(cfg.Table)}},
		tabs: []tab{
			{viewOverview, "1", "Overview"},
			{viewHeap, "2", "Heap"},
			{viewGoroutines, "3", "Goroutines"},
			{viewHandlers, "4", "Handlers"},
			{viewSnapshots, "5", "Snapshots"},
		},
	}
	m.screens = map[view]screen{
		viewOverview:   newOverview(m),
		viewHeap:       newHeap(m),
		viewGoroutines: newGoroutines(m),
		viewHandlers:   newHandlers(m),
		viewSnapshots:  newSnapshots(m),
	}
	return m
}

// eventsMsg carries what came from the source since the last one.
type eventsMsg []snapshot.Event

// endedMsg says that the source has ended.
type endedMsg struct{}

// tickMsg redraws the countdown.
type tickMsg struct{}

// noticeMsg is the result of something that ran beside the screen.
type noticeMsg string

// Init starts to listen.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.listen(), m.tick(), tea.RequestBackgroundColor)
}

// mostAtOnce is how many events are taken along: a file gives them faster than
// they are taken in.
const mostAtOnce = 16

// listen waits for events and takes along those that are there already.
func (m *Model) listen() tea.Cmd {
	if m.cfg.Events == nil {
		return nil
	}
	events, done := m.cfg.Events, m.cfg.Context.Done()
	return func() tea.Msg {
		select {
		case <-done:
			return endedMsg{}
		case e, ok := <-events:
			if !ok {
				return endedMsg{}
			}
			batch := eventsMsg{e}
			for len(batch) < mostAtOnce {
				select {
				case e, ok := <-events:
					if !ok {
						return batch
					}
					batch = append(batch, e)
				default:
					return batch
				}
			}
			return batch
		}
	}
}

func (m *Model) tick() tea.Cmd {
	ctx := m.cfg.Context
	return func() tea.Msg {
		if !wait(ctx, time.Second) {
			return nil
		}
		return tickMsg{}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Update takes one message, and has worked out beside the loop what it changes.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.take(msg)
	return m, tea.Batch(cmd, m.judge(), m.lookBack(), m.sync())
}

func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.theme = theme.New(msg.IsDark())
		m.version++
	case eventsMsg:
		for _, e := range msg {
			m.apply(e)
		}
		m.tellDamage()
		m.judging.held = m.judging.running && m.judging.behind >= mostBehind
		if m.judging.held {
			return nil
		}
		return m.listen()
	case judgedMsg:
		return tea.Batch(m.judged(msg), m.goOn())
	case lookedBackMsg:
		m.lookedBack(msg)
	case lateJudgeMsg:
		m.judging.late = m.judging.running && msg.number == m.judging.number
	case workedMsg:
		m.worked(msg)
	case lateMsg:
		m.workshop.late = m.workshop.running != nil && msg.generation == m.workshop.generation
	case tea.EnvMsg:
		m.alarm.learn(msg)
	case endedMsg:
		m.data.ended, m.data.outage = true, nil
		m.tellDamage()
	case tickMsg:
		if m.notice.over(m.cfg.Now()) {
			m.notice = notice{}
		}
		return m.tick()
	case noticeMsg:
		m.say(string(msg))
	case sourceMsg:
		m.takeSource(msg)
	case editMsg:
		return msg.run()
	case exportedMsg:
		msg.menu.done(msg)
		if m.over != overlay(msg.menu) {
			m.tell(msg.menu.result) // the menu was left before the write ended
		}
	case tea.PasteMsg:
		if input, ok := m.over.(interface{ edit(tea.Msg) tea.Cmd }); ok {
			// What is copied from a terminal often ends in a newline.
			return input.edit(tea.PasteMsg{Content: strings.TrimSpace(msg.Content)})
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.MouseClickMsg:
		if msg.Button == tea.MouseLeft {
			return m.click(msg.X, msg.Y)
		}
	case tea.MouseWheelMsg:
		m.wheel(msg)
	}
	return nil
}

// apply takes one event of the source.
func (m *Model) apply(e snapshot.Event) {
	m.data.apply(e)
	m.judging.see(e)
	switch e := e.(type) {
	case snapshot.Taken:
		m.version++
	case snapshot.Noted:
		m.version++
		if m.noted[e.Seq] == e {
			delete(m.noted, e.Seq)
		}
	case snapshot.Warned:
		if !m.replaying() {
			m.tell(e.Text)
		}
	case snapshot.Restarted:
		m.version++
		m.leave(0) // the details show a process that is no more
		clear(m.alarm.told)
		if m.replaying() {
			break
		}
		m.tell("restarted at " + e.At.Format(clock) + ": base and trend start anew (" + e.Evidence + ")")
	case snapshot.Asked:
		if m.recorded() {
			break
		}
		m.asked = &question{
			theme: m.theme,
			text:  "The " + e.Call + " would cost the target " + e.Cost + ". Take it anyway?",
			yes:   m.cfg.Sampler.AllowCostly,
		}
		m.ask()
	}
}

// ask puts the question that waits, unless somebody is typing: a y that was
// meant for a path is no yes.
//
// A question that is open already gives way to a newer one: a yes is to what was
// asked last.
func (m *Model) ask() {
	if _, open := m.over.(*question); open && m.asked != nil {
		m.over = nil
	}
	if m.over == nil && m.asked != nil {
		m.over, m.asked = m.asked, nil
	}
}

// current is the screen that has the keys.
func (m *Model) current() screen {
	if n := len(m.details); n > 0 {
		return m.details[n-1]
	}
	return m.screens[m.view]
}
