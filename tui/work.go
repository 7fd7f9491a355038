package tui

import (
	"context"
	"iter"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"leaktop/diff/units"
	"leaktop/tui/list"
)

// task is something that a screen has worked out for it, which may take longer
// than a frame: comparing, grouping, filtering, sorting.
type task struct {
	what string // "sorting": said while it lasts
	rows int    // how many, as far as it is known beforehand
	// slow says that a row costs much more than usual, as of a regular expression.
	slow bool
	// work runs beside the update loop. It has the analyst for itself, and looks
	// at nothing else that may change. Once the analyst's context ends nobody
	// wants the result, and it is nil.
	//
	// The function that it returns puts the result on the screen, in the loop.
	work func(*analyst) (show func())
}

// Up to so many rows a task is done at once, since it takes less than a frame.
const (
	rowsAtOnce     = 1000
	slowRowsAtOnce = 100
)

// wish is what a screen is to show.
type wish struct {
	version int // of the data
	setting any // of the screen, comparable
}

// workshop runs the tasks of all screens, one at a time, beside the update loop.
type workshop struct {
	analyst *analyst
	crew    crew
	atOnce  int // how many rows are done at once, where each is cheap

	running    *task // nil for none, and then the analyst is free
	screen     screen
	wish       wish
	stop       context.CancelFunc
	generation int  // of what is wanted: results of another one are dropped
	late       bool // it takes longer than a frame or two: the user is told
}

// workedMsg brings the result of a task.
type workedMsg struct {
	generation int
	show       func()
}

// lateMsg says that what began a while ago may still last.
type lateMsg struct{ generation int }

// patience is how long something may take before the user is told of it: a
// frame or two, so that nothing flickers that is fast.
const patience = 60 * time.Millisecond

// crew counts the commands that are under way beside the update loop. Bubble Tea
// does not wait for them at its end.
type crew struct {
	mu     sync.Mutex
	gone   bool
	inside sync.WaitGroup
}

// enter lets a command begin; false once all are to be gone.
func (c *crew) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.gone {
		c.inside.Add(1)
	}
	return !c.gone
}

func (c *crew) leave() { c.inside.Done() }

// Wait waits until nothing is worked out beside the update loop any more. It is
// for after the program's end, once the context of its [Config] has ended.
func (m *Model) Wait() {
	c := &m.workshop.crew
	c.mu.Lock()
	c.gone = true
	c.mu.Unlock()
	c.inside.Wait()
}

// beside is a command that [Model.Wait] waits for.
func (m *Model) beside(cmd tea.Cmd) tea.Cmd {
	c := &m.workshop.crew
	return func() tea.Msg {
		if !c.enter() {
			return nil
		}
		defer c.leave()
		return cmd()
	}
}

// sync has worked out what the screen that is seen is to show and does not show
// yet. The others get theirs when they are turned to.
func (m *Model) sync() tea.Cmd {
	s, w := m.current(), &m.workshop
	if m.fresh[s] != m.version {
		s.refresh()
		m.fresh[s] = m.version
	}
	want := wish{m.version, s.setting()}
	if w.running != nil {
		// What is worked out for older data is shown all the same, or nothing ever
		// would be where data comes faster than that; then it begins anew.
		if w.screen != s || w.wish.setting != want.setting {
			m.supersede()
		}
		return nil
	}
	if m.shown[s] == want {
		return nil
	}
	t := s.task()
	if t == nil {
		m.shown[s] = want
		return nil
	}
	w.generation++
	w.analyst.moment = m.data.moment(w.analyst.moment)
	most := w.atOnce
	if t.slow {
		most = most * slowRowsAtOnce / rowsAtOnce
	}
	if t.rows <= most {
		w.analyst.ctx = m.cfg.Context
		if show := t.work(w.analyst); show != nil {
			show()
		}
		m.shown[s] = want
		if s.setting() != want.setting {
			return m.sync() // what was shown is no more, and something else took its place
		}
		return nil
	}
	ctx, stop := context.WithCancel(m.cfg.Context)
	w.running, w.screen, w.wish, w.stop, w.late = t, s, want, stop, false
	w.analyst.ctx = ctx
	analyst, generation := w.analyst, w.generation
	return tea.Batch(
		m.beside(func() tea.Msg { return workedMsg{generation, t.work(analyst)} }),
		m.beside(func() tea.Msg {
			if !wait(ctx, patience) {
				return nil
			}
			return lateMsg{generation}
		}))
}

// listed is a task that works out rows and how a deferred list is to show them.
// Build and done run beside the update loop: build returns the rows and their
// columns, and is not ok once it was stopped; done looks at those that the filter
// lets through, and returns what is done with them in the loop.
func listed[T any, K comparable](l *list.List[T, K], what string, records int, build func(*analyst) ([]T, []list.Column[T], bool), done func(iter.Seq[T]) func()) *task {
	wanted := l.Wanted()
	return &task{what: what, rows: records, slow: wanted.Filters(), work: func(a *analyst) func() {
		rows, columns, ok := build(a)
		if !ok {
			return nil
		}
		arranged, ok := wanted.With(columns).Arrange(rows, a.stopped)
		if !ok {
			return nil
		}
		show := done(arranged.Shown())
		return func() {
			show()
			l.Show(arranged)
		}
	}}
}

// doing is what a screen waits for: its rows, unless it has them for all that was
// chosen and only shows others of them or in another order.
func (m *Model) doing(s screen, settled bool, l interface{ Pending() (filter, order bool) }) string {
	filter, order := l.Pending()
	switch {
	case !settled || m.shown[s].version != m.version:
		return "grouping"
	case filter:
		return "filtering"
	case order:
		return "sorting"
	}
	return "grouping"
}

// supersede says that nobody wants the result of what is worked out now.
func (m *Model) supersede() {
	m.workshop.generation++
	m.workshop.stop()
}

// worked puts the result of a task on its screen, unless it was superseded.
func (m *Model) worked(msg workedMsg) {
	w := &m.workshop
	w.stop()
	if msg.generation == w.generation && msg.show != nil {
		msg.show()
		m.shown[w.screen] = w.wish
	}
	w.running, w.screen, w.stop, w.late = nil, nil, nil, false
}

// progress says what is worked out while that takes long, "" for nothing.
func (w *workshop) progress() string {
	if w.running == nil || !w.late {
		return ""
	}
	return w.running.what + " " + units.Plural(int64(w.running.rows), "row")
}
