package main

import (
	"context"
	"time"

	"leaktop/capture/snapshot"
)

// watchSpan follows the events of one target without a screen, for as long as
// was asked for.
type watchSpan struct {
	// duration is how long to watch from the first snapshot on, 0 until the context ends.
	duration time.Duration
	every    time.Duration // between snapshots
	// patience is how long a snapshot that is due at the end is waited for.
	patience time.Duration

	info    snapshot.Info
	reached bool      // the target answered
	begun   time.Time // when it did first
	down    bool      // it did not, the last time it was asked
	next    time.Time // when the next snapshot is due, zero unknown
}

// follow hands on events until the time is up, the context ends, there are no
// more events, or take says that there were enough of them.
func (w *watchSpan) follow(ctx context.Context, events <-chan snapshot.Event, take func(snapshot.Event) (enough bool)) {
	var due <-chan time.Time // nil: never
	last := false            // the time is up, and the last snapshot is waited for
	for {
		select {
		case <-ctx.Done():
			return
		case <-due:
			if last || !w.comes() {
				return
			}
			last, due = true, time.After(w.patience)
		case e, more := <-events:
			if !more {
				return
			}
			w.note(e)
			enough := take(e)
			if _, shot := e.(snapshot.Taken); enough || last && (shot || w.down) {
				return
			}
			if w.reached && due == nil && w.duration > 0 {
				due = time.After(w.duration)
			}
		}
	}
}

// note keeps what an event says of how the watching goes.
func (w *watchSpan) note(e snapshot.Event) {
	switch e := e.(type) {
	case snapshot.Attached:
		if !w.reached {
			w.begun = time.Now()
		}
		w.info, w.reached, w.down = e.Info, true, false
	case snapshot.Scheduled:
		w.next = e.Next
	case snapshot.Unreachable:
		w.down = true
	case snapshot.VitalsTaken, snapshot.Taken:
		w.down = false
	}
}

// comes reports whether a snapshot is due about now, at the end: there is one
// each --every, give or take what taking the others took.
func (w *watchSpan) comes() bool {
	end := w.begun.Add(w.duration)
	return !w.down && !w.next.IsZero() && !w.next.After(end.Add(w.every/10))
}
