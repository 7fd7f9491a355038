package main

import (
	"sync"

	"leaktop/capture/snapshot"
)

// noteQueue holds what the user said of snapshots until it is written, in order:
// none of it is lost, however fast it is typed and however slow the disk is.
type noteQueue struct {
	mu      sync.Mutex
	waiting []snapshot.Noted
	wake    chan struct{} // holds one token while something waits
}

func newNoteQueue() *noteQueue { return &noteQueue{wake: make(chan struct{}, 1)} }

// put adds a note; it never blocks.
func (q *noteQueue) put(n snapshot.Noted) {
	q.mu.Lock()
	q.waiting = append(q.waiting, n)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default: // it is seen with the one that woke the writer already
	}
}

// next takes the oldest note out; false where there is none.
func (q *noteQueue) next() (snapshot.Noted, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return snapshot.Noted{}, false
	}
	n := q.waiting[0]
	q.waiting = q.waiting[1:]
	return n, true
}
