package main

import "sync"

// mailbox holds what one goroutine has for another, in order: none of it is lost,
// however fast it comes and however long nobody takes it.
type mailbox[T any] struct {
	mu      sync.Mutex
	waiting []T
	wake    chan struct{} // holds one token while something waits
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{wake: make(chan struct{}, 1)} }

// put adds to it; it never blocks.
func (m *mailbox[T]) put(item T) {
	m.mu.Lock()
	m.waiting = append(m.waiting, item)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default: // it is seen with the one that woke the reader already
	}
}

// take empties it, oldest first.
func (m *mailbox[T]) take() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := m.waiting
	m.waiting = nil
	return items
}
