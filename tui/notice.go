package tui

import "time"

// notice is one line in the footer's place, until the next key.
type notice struct {
	text  string
	until time.Time // when it goes by itself; zero for never
}

// noticeTime is how long the answer to a key stays.
const noticeTime = 5 * time.Second

func (n notice) over(now time.Time) bool { return !n.until.IsZero() && !now.Before(n.until) }

// say answers a key: the line goes by itself, since it stands before the hints.
func (m *Model) say(text string) { m.notice = notice{text: text, until: m.cfg.Now().Add(noticeTime)} }

// tell says what nobody asked for and nobody may miss: the line stays until a
// key is pressed.
func (m *Model) tell(text string) { m.notice = notice{text: text} }
