package main

import (
	"context"
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/gate"
	"leaktop/diff/units"
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
	return h.judged(h.cutShort(ctx)...), true
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
