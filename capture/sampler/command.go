package sampler

import (
	"sync"
	"time"

	"leaktop/capture/snapshot"
)

// command is what a screen asks of a running sampler.
type command func(*Sampler)

// inbox holds the commands that Run has not come to yet: none is lost while
// the target keeps it waiting.
type inbox struct {
	mu      sync.Mutex
	waiting []command
	wake    chan struct{} // holds one token while something waits
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// put adds a command; it never blocks.
func (b *inbox) put(c command) {
	b.mu.Lock()
	b.waiting = append(b.waiting, c)
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default: // it will be seen with the one that woke Run already
	}
}

// take empties the inbox.
func (b *inbox) take() []command {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.waiting
	b.waiting = nil
	return all
}

// Snapshot asks for a snapshot now, as far as the pace of the target allows.
func (s *Sampler) Snapshot() {
	s.inbox.put(func(s *Sampler) { s.wanted = true })
}

// SetPaused stops all requests, or lets them go on. What is under way when it
// is called comes to its end first: at most one snapshot.
func (s *Sampler) SetPaused(paused bool) {
	s.inbox.put(func(s *Sampler) { s.paused = paused })
}

// SetEvery changes the time between snapshots; at least 1 s.
func (s *Sampler) SetEvery(every time.Duration) {
	s.inbox.put(func(s *Sampler) { s.cfg.Every = max(every, time.Second) })
}

// Dump asks for a full goroutine dump with a snapshot now, as far as the pace of
// the target allows. What it would cost is asked about first, unless dumps are
// allowed and this one is small; and at once, before anything is asked of the
// target, where the newest goroutine profile predicts it.
func (s *Sampler) Dump() {
	s.inbox.put(func(s *Sampler) {
		s.consent.put[dumpGoroutines], s.told[dumpGoroutines] = 0, false // whatever was said before
		listed := s.run.profiles[snapshot.Goroutine]
		if listed == nil || s.cfg.AllowDump || s.consent.always {
			s.dumpWanted, s.wanted = true, true
			return
		}
		cost := predictDump(listed, s.cfg.Table, s.frameBytes)
		if question, ok := s.consent.question([]excess{{dumpGoroutines, cost.frames, cost.String()}}); ok {
			s.emit(question)
		}
	})
}

// AllowCostly is the yes to the newest question of [snapshot.Asked]. It holds
// until the target has twice as many goroutines; where a single dump was asked
// for, it is to that one.
func (s *Sampler) AllowCostly() {
	s.inbox.put(func(s *Sampler) {
		for _, e := range s.consent.yes() {
			s.dumpWanted = s.dumpWanted || e.call == dumpGoroutines
		}
		s.wanted, s.run.cost = true, 0 // the yes was to what it costs
	})
}
