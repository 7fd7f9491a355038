package main

import (
	"context"
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/leak"
	"leaktop/diff/units"
)

// judge follows the events of one target and says what leaks. [leak.Judge] is one.
type judge interface {
	Apply(snapshot.Event)
	Result() *leak.Result
}

// headless watches one target without a screen: events come in, a judged
// result goes out.
type headless struct {
	judge judge
	gate  *gate.Gate
	// duration is how long to watch from the first snapshot on, 0 until the context ends.
	duration time.Duration
	every    time.Duration // between snapshots
	// patience is how long a snapshot that is due at the end is waited for.
	patience  time.Duration
	untilSure bool
	// told gets every event once it was judged, with what was judged of it after
	// a snapshot, else nil.
	told func(snapshot.Event, *gate.Judged)

	info    snapshot.Info
	reached bool      // the target answered
	begun   time.Time // when it did first
	down    bool      // it did not, the last time it was asked
	next    time.Time // when the next snapshot is due, zero unknown
}

// watch takes in events until the time is up, the verdict is sure, the context
// ends, or there are no more events. False says that the target was never
// reached, so that there is nothing to report.
func (h *headless) watch(ctx context.Context, events <-chan snapshot.Event) (*gate.Judged, bool) {
	h.follow(ctx, events)
	if !h.reached {
		return nil, false
	}
	return h.gate.Judge(h.judge.Result(), h.cutShort(ctx)...), true
}

// cutShort says that an interrupt left less than half of the time that was
// asked for: that nothing was found in it means little.
func (h *headless) cutShort(ctx context.Context) []string {
	seen := time.Since(h.begun)
	if ctx.Err() == nil || seen >= h.duration/2 {
		return nil
	}
	return []string{fmt.Sprintf("it was interrupted after %s of %s", units.Duration(seen.Round(time.Second)), units.Duration(h.duration))}
}

func (h *headless) follow(ctx context.Context, events <-chan snapshot.Event) {
	var due <-chan time.Time // nil: never
	last := false            // the time is up, and the last snapshot is waited for
	for {
		select {
		case <-ctx.Done():
			return
		case <-due:
			if last || !h.comes() {
				return
			}
			last, due = true, time.After(h.patience)
		case e, more := <-events:
			if !more {
				return
			}
			switch j := h.apply(e); {
			case j != nil && (last || h.untilSure && j.Sure()):
				return
			case last && h.down:
				return
			}
			if h.reached && due == nil && h.duration > 0 {
				due = time.After(h.duration)
			}
		}
	}
}

// apply takes in one event, and returns what is judged after a snapshot.
func (h *headless) apply(e snapshot.Event) *gate.Judged {
	h.judge.Apply(e)
	h.gate.Apply(e)
	var judged *gate.Judged
	switch e := e.(type) {
	case snapshot.Attached:
		if !h.reached {
			h.begun = time.Now()
		}
		h.info, h.reached, h.down = e.Info, true, false
	case snapshot.Scheduled:
		h.next = e.Next
	case snapshot.Unreachable:
		h.down = true
	case snapshot.VitalsTaken:
		h.down = false
	case snapshot.Taken:
		h.down = false
		judged = h.gate.Judge(h.judge.Result())
	}
	h.told(e, judged)
	return judged
}

// comes reports whether a snapshot is due about now, at the end: there is one
// each --every, give or take what taking the others took.
func (h *headless) comes() bool {
	end := h.begun.Add(h.duration)
	return !h.down && !h.next.IsZero() && !h.next.After(end.Add(h.every/10))
}
