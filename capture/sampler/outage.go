package sampler

import (
	"context"
	"errors"
	"time"

	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

// outage is a time in which the target gives no answer.
type outage struct {
	since time.Time // zero while it answers
	next  time.Time // of the next try
	wait  time.Duration
}

func (o *outage) on() bool { return !o.since.IsZero() }

// fail notes that the target gave no answer, or none that is of pprof, and sets
// the next try: after 1 s, then twice as long each time, up to 30 s.
func (s *Sampler) fail(err error) {
	now := time.Now()
	if !s.outage.on() {
		s.outage = outage{since: now}
	}
	s.outage.wait = min(max(2*s.outage.wait, firstRetry), lastRetry)
	s.outage.next = now.Add(s.outage.wait)
	s.outage.next = later(s.outage.next, now.Add(retryAfter(err)))
	reason := err.Error()
	if fault, ok := errors.AsType[*fetch.Error](err); ok {
		reason = fault.Reason()
		if fault.Timeout() {
			// The request goes on inside the target: a new one so soon would add to it.
			s.outage.next = later(s.outage.next, now.Add(fault.After))
		}
	}
	s.emit(snapshot.Unreachable{Since: s.outage.since, Reason: reason, Next: s.outage.next})
}

// comeBack looks at the target anew, after an outage or a restart: whether it
// answers, whether it is the same process, and what is served there now. A
// snapshot follows as soon as the pace allows. A look that fails leaves all as
// it was.
func (s *Sampler) comeBack(ctx context.Context) error {
	begun := time.Now()
	f, err := s.probe(ctx)
	if err != nil {
		return err
	}
	evidence, settled := restartInProcess(s.found.process, f.process)
	if evidence == "" && !settled {
		evidence = s.run.restart(begun, &f.point, true, nil)
	}
	if evidence != "" {
		s.restarted(begun, evidence)
	}
	s.found, s.stale, s.outage, s.wanted = f, false, outage{}, true
	clear(s.run.unserved)
	s.cpu.read(f.process, f.usage)
	s.emit(snapshot.Attached{Info: f.info})
	s.point(f.point)
	return nil
}
