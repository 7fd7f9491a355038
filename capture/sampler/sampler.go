package sampler

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// Getter fetches one URL with one bounded GET. [fetch.Client] is one.
type Getter interface {
	Get(ctx context.Context, url string) (*fetch.Response, error)
}

// Config says what to watch and what is allowed.
type Config struct {
	Target *target.Target
	Client Getter
	Table  *snapshot.Table
	Limits decode.Limits
	Every  time.Duration // between snapshots; at least 1 s
	Wait   bool          // wait for a target that is down at the start
	// AttachTimeout is how long attaching may wait for answers that do not come,
	// all of them together, half of what one request may take; 0 for no bound. What answers, however slowly, is not counted.
	AttachTimeout time.Duration
	// AllowGC is the user's explicit yes to gc=1: each heap snapshot then
	// forces a GC, and shows what is live at once.
	AllowGC bool
	// AllowDump is the user's explicit yes to a full goroutine dump with each
	// snapshot, which stops the world. One of more than 8,000 frames is asked about.
	AllowDump bool
	// AllowLeakProfile is the user's explicit yes to a goroutineleak profile with
	// each snapshot, which forces a GC. One of more than 20,000 goroutines is asked about.
	AllowLeakProfile bool
	// AllowCostly is the explicit yes, beforehand, to whatever would be asked about.
	AllowCostly bool
}

// Sampler watches one target. Snapshot, Dump, SetPaused, SetEvery and
// AllowCostly may be called from any goroutine at any time; they return at
// once. Run or One is called once.
type Sampler struct {
	cfg   Config
	inbox *inbox

	// The URLs that snapshots are made of.
	indexURL, heapURL, goroutineURL, dumpURL, leakURL string

	// The rest is Run's alone.
	emit     func(snapshot.Event)
	clock    clock
	attached bool
	found    found // what the newest probe found
	stale    bool  // found is of a process that is no more
	run      *run
	heaps    snapshot.Observations
	seq      int              // of the newest snapshot
	paces    map[string]*pace // by URL
	ticked   time.Time        // when a point of the curves was asked for last
	outage   outage
	cost     snapshot.Cost
	started  time.Time     // of attaching
	wasted   time.Duration // on answers that did not come, while attaching
	lastGone error         // why the last of them did not come
	late     int           // quick requests in a row that took too long
	cpu      cpuMeter
	// descriptorsAt is when those of the local process may be read again.
	descriptorsAt time.Time

	paused     bool
	wanted     bool // a snapshot is to be taken as soon as the pace allows
	dumpWanted bool // with a full dump
	consent    consent
	told       [numCalls]bool // that it fails
	frameBytes float64        // that a frame takes in a full dump
}

// New returns a sampler that has not asked for anything yet.
func New(cfg Config) *Sampler {
	cfg.Every = max(cfg.Every, time.Second)
	query := url.Values{}
	if cfg.AllowGC {
		query.Set("gc", "1")
	}
	return &Sampler{
		cfg:          cfg,
		inbox:        newInbox(),
		indexURL:     cfg.Target.Index(),
		heapURL:      cfg.Target.Profile("heap", query),
		goroutineURL: cfg.Target.Profile("goroutine", nil),
		dumpURL:      cfg.Target.Profile("goroutine", url.Values{"debug": {"2"}}),
		leakURL:      cfg.Target.Profile(leakProfile, nil),
		found:        found{info: snapshot.Info{Address: cfg.Target.Address()}},
		run:          newRun(0),
		paces:        make(map[string]*pace),
		consent:      consent{always: cfg.AllowCostly},
		frameBytes:   bytesPerFrame,
	}
}

// Run attaches and watches until the context ends, which is no error. It hands
// every event to emit, one at a time. It fails if the target cannot be reached
// at the start, or serves no profile, unless Config.Wait says to wait; no event
// comes before such an error.
func (s *Sampler) Run(ctx context.Context, emit func(snapshot.Event)) error {
	s.emit = func(e snapshot.Event) {
		s.heaps.Apply(e)
		emit(s.clock.event(e))
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		do, at := s.next()
		var due <-chan time.Time // never, while there is nothing to do
		if do != nil {
			timer.Reset(time.Until(at))
			due = timer.C
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.inbox.wake:
			for _, c := range s.inbox.take() {
				c(s)
			}
		case <-due:
			if ctx.Err() != nil {
				return nil
			}
			if err := s.step(ctx, do); err != nil {
				return err
			}
		}
		s.schedule()
	}
	return nil
}

// step does what is due. Getting no answer begins an outage or goes on with
// one; it is an error only before the target was ever reached.
func (s *Sampler) step(ctx context.Context, do func(context.Context) error) error {
	err := do(ctx)
	switch {
	case err == nil || ctx.Err() != nil:
		return nil
	case !s.attached && !(s.cfg.Wait && gone(err)):
		return err
	}
	s.fail(err)
	return nil
}

// One attaches, takes a single snapshot and tells what is known of the target.
// It fails where the target cannot be reached or serves neither profile.
func (s *Sampler) One(ctx context.Context) (*snapshot.Snapshot, snapshot.Info, error) {
	enough, stop := context.WithCancel(ctx)
	defer stop()
	var shot *snapshot.Snapshot
	err := s.Run(enough, func(e snapshot.Event) {
		if taken, ok := e.(snapshot.Taken); ok && shot == nil {
			shot = taken.Snapshot
			stop()
		}
	})
	if err == nil && shot == nil {
		err = fmt.Errorf("%s: interrupted before a snapshot came (%w); run it again", s.found.info.Address, ctx.Err())
	}
	return shot, s.found.info, err
}
