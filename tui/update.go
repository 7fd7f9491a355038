package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
)

// press handles one key: an overlay's first, then the screen's own, then those
// that work everywhere.
func (m *Model) press(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	switch key {
	case "ctrl+c":
		return m.quit()
	case "ctrl+z":
		return tea.Suspend
	}
	if key == mouseKey && !typing(m.over) {
		m.say(m.mouse.toggle())
		return nil
	}
	if m.over != nil { // which hides the notice: it is read afterwards
		over := m.over
		cmd, done := over.key(msg)
		if done && m.over == over {
			m.over = nil
			m.ask()
		}
		return cmd
	}
	m.notice = notice{}
	if !m.fits() {
		if key == "q" {
			return m.quit()
		}
		return nil // nothing is seen, so nothing is done
	}
	if m.pending == "g" && key == "g" {
		key = "first" // not home, which is a place in time on the Overview
	}
	m.pending = ""
	if cmd, ok := m.current().key(key); ok {
		return cmd
	}
	return m.general(key)
}

// quit ends the program. What it leaves on the alternate screen is empty: tmux
// puts lines of it on the main one if the window was resized in between.
func (m *Model) quit() tea.Cmd {
	m.quitting = true
	return tea.Quit
}

// general handles the keys that work on every screen.
func (m *Model) general(key string) tea.Cmd {
	switch key {
	case "q":
		return m.quit()
	case "g":
		m.pending = "g"
	case "1", "2", "3", "4", "5":
		for _, t := range m.tabs {
			if t.key == key {
				m.show(t.view)
			}
		}
	case "tab":
		m.step(1)
	case "shift+tab":
		m.step(-1)
	case "esc":
		m.back()
	case "?":
		m.over = m.newHelp(m.current().help())
	case "space":
		m.pause()
	case "s":
		m.snapshotNow()
	case "+", "=":
		return m.changeInterval(1)
	case "-":
		return m.changeInterval(-1)
	case "e":
		m.openExport()
	}
	return nil
}

// show changes to a view and leaves all details.
func (m *Model) show(v view) {
	m.leave(0)
	m.view = v
}

// leave closes all details but the first few.
func (m *Model) leave(kept int) {
	for _, d := range m.details[kept:] {
		if stacks, ok := d.(interface{ pane() *stackPane }); ok {
			stacks.pane().leave()
		}
		delete(m.fresh, d)
		delete(m.shown, d)
	}
	m.details = m.details[:kept]
}

func (m *Model) step(n int) {
	for i, t := range m.tabs {
		if t.view == m.view {
			m.show(m.tabs[(i+n+len(m.tabs))%len(m.tabs)].view)
			return
		}
	}
}

// page is a detail page.
type page interface {
	screen
	// opened returns what the page wants to know first.
	opened() tea.Cmd
}

// open shows a detail page over the current screen.
func (m *Model) open(p page) tea.Cmd {
	m.details = append(m.details, p)
	return p.opened()
}

// turnTo shows a page that is about the same thing as the one on top: the one
// below where that is it, so that turning to and fro leads nowhere deeper.
func (m *Model) turnTo(wanted func(page) bool, make func() page) tea.Cmd {
	if n := len(m.details); n > 1 && wanted(m.details[n-2]) {
		m.back()
		return nil
	}
	return m.open(make())
}

// back leaves a detail page.
func (m *Model) back() {
	if n := len(m.details); n > 0 {
		m.leave(n - 1)
	}
}

// snapshotNow asks for a snapshot and says when it comes: what it costs the
// target is bounded, whoever presses a key.
func (m *Model) snapshotNow() {
	if m.needsTarget() {
		return
	}
	m.cfg.Sampler.Snapshot()
	d := m.data
	switch {
	case d.schedule.Paused:
		m.say("paused: the snapshot is taken when you resume (space)")
	case d.outage != nil:
		m.say("no answer: the next snapshot comes once the target is back")
	case d.schedule.Actual > d.schedule.Every && d.history.Newest() != nil:
		next := d.history.Newest().Time.Add(d.schedule.Actual)
		m.say("the next snapshot comes in " + untilText(next, m.cfg.Now()) + ": " + d.schedule.Slowed)
	default:
		m.say("snapshot requested")
	}
}

func (m *Model) pause() {
	if m.needsTarget() {
		return
	}
	paused := !m.data.schedule.Paused
	m.cfg.Sampler.SetPaused(paused)
	m.data.schedule.Paused = paused // at once; the source confirms it
	if paused {
		m.say("paused: nothing is asked of the target until space is pressed again")
	}
}

// intervals are the times between snapshots to choose from.
func intervals() []time.Duration {
	const s = time.Second
	return []time.Duration{1 * s, 2 * s, 5 * s, 10 * s, 15 * s, 30 * s, 60 * s, 120 * s, 300 * s, 600 * s}
}

// changeInterval goes to the next longer or shorter time between snapshots.
func (m *Model) changeInterval(step int) tea.Cmd {
	if m.needsTarget() {
		return nil
	}
	choices, now := intervals(), m.data.schedule.Every
	if now == 0 {
		return nil // not attached yet
	}
	next := now
	if step > 0 {
		for i := len(choices) - 1; i >= 0 && choices[i] > now; i-- {
			next = choices[i]
		}
	} else {
		for i := 0; i < len(choices) && choices[i] < now; i++ {
			next = choices[i]
		}
	}
	m.cfg.Sampler.SetEvery(next)
	m.data.schedule.Every = next
	m.say(fmt.Sprintf("a snapshot every %s, if the target is quick enough", next))
	return nil
}

// click finds what lies under the mouse.
func (m *Model) click(x, y int) tea.Cmd {
	if !m.fits() || m.over != nil {
		return nil
	}
	m.notice = notice{}
	if y == 1 {
		at := 0
		for _, t := range m.tabs {
			width := t.width() + m.tabGap(m.width)
			if x >= at && x < at+width {
				m.show(t.view)
			}
			at += width
		}
		return nil
	}
	if y >= bodyTop && y < m.height-footerSize {
		return m.current().click(x, y-bodyTop)
	}
	return nil
}

func (m *Model) wheel(msg tea.MouseWheelMsg) {
	const lines = 3
	if !m.fits() || m.over != nil {
		return
	}
	switch msg.Button {
	case tea.MouseWheelUp:
		m.current().wheel(-lines)
	case tea.MouseWheelDown:
		m.current().wheel(lines)
	}
}
