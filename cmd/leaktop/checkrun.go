package main

import (
	"context"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
)

// headless watches one target without a screen: events come in, a judged
// result goes out.
type headless struct {
	watchSpan
	*judging
	untilSure bool
	// told gets every event once it was judged, with what was judged of it after
	// a snapshot, else nil.
	told func(snapshot.Event, *gate.Judged)
}

// watch takes in events until the time is up, the verdict is sure, the context
// ends, or there are no more events. False says that the target was never
// reached, so that there is nothing to report.
func (h *headless) watch(ctx context.Context, events <-chan snapshot.Event) (*gate.Judged, bool) {
	h.follow(ctx, events, h.apply)
	if !h.reached {
		return nil, false
	}
	if cut, ok := h.cutShort(ctx); ok {
		h.apply(cut)
	}
	return h.judged(), true
}

// cutShort says that an interrupt left less than half of the time that was
// asked for: that nothing was found in it means little.
func (h *headless) cutShort(ctx context.Context) (snapshot.Interrupted, bool) {
	cut := snapshot.Interrupted{After: time.Since(h.begun), Of: h.duration}
	return cut, ctx.Err() != nil && cut.After < cut.Of/2
}

// apply takes in one event, and reports whether what was judged after it is
// sure enough to end.
func (h *headless) apply(e snapshot.Event) (enough bool) {
	h.Apply(e)
	var judged *gate.Judged
	if _, ok := e.(snapshot.Taken); ok {
		judged = h.judged()
	}
	h.told(e, judged)
	return judged != nil && h.untilSure && judged.Sure()
}
