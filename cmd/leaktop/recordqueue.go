package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// mostWaiting is about how many bytes of events wait to be written: some dozen
// snapshots of a large program, some hundred of a small one.
const mostWaiting = 64 << 20

// recordQueue holds the events of a run until its recorder has written them, so
// that a slow disk holds up neither watching nor the screens. Where more waits
// than it may hold, what is seen is left out of the file until half of it is
// written, and both the user and the file are told of the gap.
//
// One goroutine runs it, and another one uses it. A nil queue records nothing.
type recordQueue struct {
	recorder *recorder
	most     int              // bytes that may wait
	warnings *mailbox[string] // what the user is to be told
	done     chan struct{}    // closed once all is written, or nothing can be

	mu      sync.Mutex
	changed *sync.Cond // something waits, or nothing more comes
	waiting []queued
	writing queued // taken out, and not written yet
	bytes   int    // that wait, with what is being written
	gap     *recordGap
	failed  error // the first thing that went wrong
	closed  bool
}

// queued is an event that waits to be written, or a mark that all before it was.
type queued struct {
	event snapshot.Event
	bytes int
	mark  chan struct{} // closed when it is reached; nil for an event
}

// recordGap is a time of which nothing is written.
type recordGap struct {
	from, to  time.Time
	snapshots int
}

func (g recordGap) String() string {
	const clock = "15:04:05"
	return fmt.Sprintf("%s from %s to %s", units.Plural(g.snapshots, "snapshot"), g.from.Format(clock), g.to.Format(clock))
}

// newRecordQueue is a queue before a recorder; nil for nil.
func newRecordQueue(r *recorder) *recordQueue {
	if r == nil {
		return nil
	}
	q := &recordQueue{recorder: r, most: mostWaiting, warnings: newMailbox[string](), done: make(chan struct{})}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// run writes what is put into the queue until it is closed, and ends the file.
func (q *recordQueue) run() {
	if q == nil {
		return
	}
	defer close(q.done)
	defer func() { q.warn(q.recorder.close()) }()
	for item, ok := q.next(); ok; item, ok = q.next() {
		if item.mark != nil {
			close(item.mark)
			continue
		}
		q.warn(q.recorder.apply(item.event))
		q.written(item)
	}
}

// next waits for what is to be written next; false where nothing more comes.
func (q *recordQueue) next() (queued, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && !q.closed {
		q.changed.Wait()
	}
	if len(q.waiting) == 0 {
		return queued{}, false
	}
	item := q.waiting[0]
	q.waiting[0] = queued{} // it is not kept alive by those behind it
	q.waiting = q.waiting[1:]
	q.writing = item
	return item, true
}

// written makes room. A gap ends where half of it is free.
func (q *recordQueue) written(item queued) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= item.bytes
	q.writing = queued{}
	if q.gap != nil && q.bytes <= q.most/2 {
		q.endGap()
	}
}

// put adds an event. It does not wait for the disk.
func (q *recordQueue) put(e snapshot.Event) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	item := queued{event: e, bytes: eventBytes(e)}
	if canBeLeftOut(e) && (q.gap != nil || q.bytes > 0 && q.bytes+item.bytes > q.most) {
		q.leaveOut(e)
		return
	}
	q.add(item)
}

func (q *recordQueue) add(item queued) {
	q.waiting = append(q.waiting, item)
	q.bytes += item.bytes
	q.changed.Signal()
}

// leaveOut adds an event to the gap, and begins one where there is none.
func (q *recordQueue) leaveOut(e snapshot.Event) {
	now := time.Now()
	if q.gap == nil {
		q.gap = &recordGap{from: now}
		q.fail(errors.New("the disk is too slow; what is seen from now on is left out of the session file until the disk has caught up"))
	}
	q.gap.to = now
	if _, ok := e.(snapshot.Taken); ok {
		q.gap.snapshots++
	}
}

// endGap says how much is missing, to the user and in the file.
func (q *recordQueue) endGap() {
	missing := snapshot.Warned{Text: fmt.Sprintf("the session file lacks %s: the disk was too slow", q.gap)}
	q.gap = nil
	q.warnings.put(missing.Text)
	q.add(queued{event: missing, bytes: eventBytes(missing)})
}

// warn passes on what went wrong with the file, "" for nothing.
func (q *recordQueue) warn(text string) {
	if text == "" {
		return
	}
	q.mu.Lock()
	if q.failed == nil {
		q.failed = q.recorder.failed
	}
	q.mu.Unlock()
	q.warnings.put(text)
}

// warned holds a token while there are warnings to be taken; nil where none come.
func (q *recordQueue) warned() <-chan struct{} {
	if q == nil {
		return nil
	}
	return q.warnings.wake
}

// takeWarnings returns what the user is to be told, and was not.
func (q *recordQueue) takeWarnings() []string {
	if q == nil {
		return nil
	}
	return q.warnings.take()
}

// err is the first thing that went wrong, nil for nothing.
func (q *recordQueue) err() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.failed
}

// hasFile reports whether there is a session file yet.
func (q *recordQueue) hasFile() bool { return q.recorder.path.Load() != nil }

// sync waits until all that was put is written, or the context ends.
func (q *recordQueue) sync(ctx context.Context) {
	mark := make(chan struct{})
	q.mu.Lock()
	q.add(queued{mark: mark})
	q.mu.Unlock()
	select {
	case <-mark:
	case <-q.done:
	case <-ctx.Done():
	}
}

// until hands over what was put up to a snapshot, as it stands in the file; false
// where no file has it. It may be called beside all else.
func (q *recordQueue) until(ctx context.Context, seq int, yield func(snapshot.Event)) bool {
	if q == nil {
		return false
	}
	q.sync(ctx)
	return q.recorder.until(ctx, seq, yield)
}

// closePatience is how long the end of a file is waited for without a word.
const closePatience = 2 * time.Second

// close waits until the rest is written and the file is closed. Where that takes
// long, it says so. A context that ends meanwhile ends the wait; one that had ended
// before does not.
func (q *recordQueue) close(ctx context.Context, say func(string)) {
	if q == nil {
		return
	}
	q.mu.Lock()
	if q.gap != nil {
		q.endGap()
	}
	q.closed = true
	q.changed.Signal()
	q.mu.Unlock()
	interrupted := ctx.Done()
	if ctx.Err() != nil {
		interrupted = nil // by the next signal the program is ended
	}
	slow := time.After(closePatience)
	for {
		select {
		case <-q.done:
			return
		case <-slow:
			say("the disk is slow: the end of the session file is still being written; Ctrl+C leaves it out")
		case <-interrupted:
			q.abandon()
			return
		}
	}
}

// abandon says what is not written.
func (q *recordQueue) abandon() {
	q.mu.Lock()
	defer q.mu.Unlock()
	snapshots := 0
	for _, item := range append(q.waiting, q.writing) {
		if _, ok := item.event.(snapshot.Taken); ok {
			snapshots++
		}
	}
	q.fail(fmt.Errorf("interrupted while the disk was busy; %s not written", units.Plural(snapshots, "snapshot")))
}

// fail says what is not in the file, and keeps the first of it.
func (q *recordQueue) fail(err error) {
	if q.failed == nil {
		q.failed = err
	}
	q.warnings.put(notKept(err))
}

// canBeLeftOut reports whether more like it come, so that a file can do without
// this one.
func canBeLeftOut(e snapshot.Event) bool {
	switch e.(type) {
	case snapshot.Taken, snapshot.VitalsTaken, snapshot.Scheduled:
		return true
	}
	return false
}

// eventBytes is about how much memory an event takes.
func eventBytes(e snapshot.Event) int {
	const small, perKey, perGoroutine = 512, 24, 96
	taken, ok := e.(snapshot.Taken)
	if !ok {
		return small
	}
	s := taken.Snapshot
	n := small + s.Size()
	for _, p := range []*snapshot.Profile{s.Heap, s.Goroutines, s.Leaked} {
		if p != nil {
			n += len(p.Keys) * (perKey + 8*len(p.Types))
		}
	}
	if s.Dump != nil {
		n += len(s.Dump.Goroutines) * perGoroutine
	}
	return n
}
