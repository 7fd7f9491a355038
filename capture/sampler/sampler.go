package sampler

import (
	"context"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// curveTick is how often a point of the curves is taken, where the target is
// quick enough: /debug/vars each second costs 0.02 % of a core.
const curveTick = time.Second

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
	// AttachTimeout bounds the preflight and the first snapshot together; 0 for no bound.
	AttachTimeout time.Duration
	// AllowGC is the user's explicit yes to gc=1: each heap snapshot then
	// forces a GC, and shows what is live at once.
	AllowGC bool
	// AllowCostly is the explicit yes to a goroutine profile of more than 250,000 goroutines.
	AllowCostly bool
}

// Sampler watches one target. Its methods but Run may be called from any
// goroutine; they return at once.
type Sampler struct {
	cfg      Config
	commands chan command
	now      func() time.Time

	// The rest is Run's alone.
	emit    func(snapshot.Event)
	info    snapshot.Info
	counts  map[string]int64 // of the newest index page; nil where none is mounted
	curves  *curveSource     // nil: the index counts
	process *target.Process  // nil where the process is not local or not ours
	paces   map[endpoint]*pace
	cost    snapshot.Cost
	started time.Time // of attaching
	cpu     time.Duration
	cpuBase time.Duration

	seq       int
	run       int
	last      *snapshot.Snapshot // the newest one taken
	counted   *snapshot.Snapshot // the newest one for which GC had advanced
	vitalsNow *snapshot.Vitals   // the newest point of the curves
	outage    outage
	paused    bool
	costly    bool // the yes to a costly goroutine profile, for this session
	asked     bool // the question was put
	nextCurve time.Time
	nextShot  time.Time
}

// command is what a screen asks of a running sampler.
type command func(*Sampler)

// New returns a sampler that has not asked for anything yet.
func New(cfg Config) *Sampler {
	cfg.Every = max(cfg.Every, time.Second)
	return &Sampler{
		cfg:      cfg,
		commands: make(chan command, 16),
		now:      time.Now,
		paces:    make(map[endpoint]*pace),
		costly:   cfg.AllowCostly,
	}
}

// Snapshot asks for a snapshot now, as far as the pace of the target allows.
func (s *Sampler) Snapshot() {
	s.tell(func(s *Sampler) { s.nextShot = s.earliestShot() })
}

// SetPaused stops all requests, or lets them go on.
func (s *Sampler) SetPaused(paused bool) {
	s.tell(func(s *Sampler) {
		s.paused = paused
		s.schedule()
	})
}

// SetEvery changes the time between snapshots; at least 1 s.
func (s *Sampler) SetEvery(every time.Duration) {
	s.tell(func(s *Sampler) {
		s.cfg.Every = max(every, time.Second)
		s.nextShot = s.dueShot()
		s.schedule()
	})
}

// AllowCostly is the yes to the question of [snapshot.Asked].
func (s *Sampler) AllowCostly() {
	s.tell(func(s *Sampler) {
		s.costly = true
		s.nextShot = s.earliestShot()
	})
}

// tell hands a command to Run. When sixteen are already waiting the target
// hangs in a request, and one more key press is dropped.
func (s *Sampler) tell(c command) {
	select {
	case s.commands <- c:
	default:
	}
}

// Run attaches and watches until the context ends, which is no error. It hands
// every event to emit, one at a time. It fails if the target cannot be reached
// at the start, or serves no profile, unless Config.Wait says to wait.
func (s *Sampler) Run(ctx context.Context, emit func(snapshot.Event)) error {
	s.emit = emit
	if err := s.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(s.untilNext())
		select {
		case <-ctx.Done():
			return nil
		case c := <-s.commands:
			c(s)
			continue
		case <-timer.C:
		}
		s.step(ctx)
	}
}

// start attaches and takes the first snapshot.
func (s *Sampler) start(ctx context.Context) error {
	for {
		err := s.first(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if !s.cfg.Wait || !gone(err) {
			return err
		}
		s.fail(err)
		if !sleep(ctx, s.outage.next.Sub(s.now())) {
			return ctx.Err()
		}
	}
}

// first probes the target and takes the first snapshot, which must hold at
// least one profile: without one there is nothing to watch.
func (s *Sampler) first(ctx context.Context) error {
	if s.cfg.AttachTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.AttachTimeout)
		defer cancel()
	}
	if err := s.probe(ctx); err != nil {
		return err
	}
	shot, fault, err := s.take(ctx)
	if err != nil {
		return err
	}
	if shot.Heap == nil && shot.Goroutines == nil && fault != nil {
		return fault
	}
	s.began()
	s.emit(snapshot.Attached{Info: s.info})
	s.deliver(shot)
	return nil
}

// step does the one thing that is due: a snapshot, a point of the curves, or
// one more try at a target that gives no answer.
func (s *Sampler) step(ctx context.Context) {
	var err error
	switch {
	case s.outage.on():
		err = s.comeBack(ctx)
	case !s.now().Before(s.nextShot):
		err = s.snapshot(ctx)
	default:
		err = s.curve(ctx)
	}
	if err != nil && ctx.Err() == nil {
		s.fail(err)
	}
	s.schedule()
}

// curve takes one point of the curves.
func (s *Sampler) curve(ctx context.Context) error {
	v, err := s.vitals(ctx)
	s.nextCurve = s.now().Add(s.pace(endpointCurves).interval(curveTick))
	if err != nil {
		return err
	}
	if s.noticeRestart(ctx, &v) {
		return s.snapshot(ctx)
	}
	s.vitalsNow = &v
	s.emit(snapshot.VitalsTaken{Vitals: v})
	return nil
}

// untilNext returns how long there is nothing to do.
func (s *Sampler) untilNext() time.Duration {
	switch {
	case s.paused:
		return time.Hour // a command ends the wait
	case s.outage.on():
		return s.outage.next.Sub(s.now())
	case s.nextCurve.Before(s.nextShot):
		return s.nextCurve.Sub(s.now())
	}
	return s.nextShot.Sub(s.now())
}

// schedule tells what comes next and what it has cost.
func (s *Sampler) schedule() {
	cost := s.cost
	cost.Elapsed = s.now().Sub(s.started)
	cost.Latency = s.pace(endpointHeap).median()
	cost.CPU = -1
	if s.process != nil {
		cost.CPU = s.cpu - s.cpuBase
	}
	e := snapshot.Scheduled{Every: s.cfg.Every, Actual: s.shotInterval(), Next: s.nextShot, Paused: s.paused, Cost: cost}
	if s.paused {
		e.Next = time.Time{}
	}
	s.emit(e)
}

// sleep waits, and reports whether it did so to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
