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

// fail notes that a request got no answer, and sets the next try: after 1 s,
// then twice as long each time, up to 30 s.
func (s *Sampler) fail(err error) {
	if !s.outage.on() {
		s.outage = outage{since: s.now()}
	}
	s.outage.wait = min(max(2*s.outage.wait, firstRetry), lastRetry)
	s.outage.next = s.now().Add(s.outage.wait)
	reason := err.Error()
	var fault *fetch.Error
	if errors.As(err, &fault) {
		reason = fault.Reason()
		if fault.Timeout() {
			// The request goes on inside the target: a new one so soon would add to it.
			s.outage.next = s.now().Add(max(s.outage.wait, fault.After))
		}
	}
	s.emit(snapshot.Unreachable{Since: s.outage.since, Reason: reason, Next: s.outage.next})
}

// comeBack tries whether the target answers again, finds out whether it is
// the same process, and takes a snapshot.
func (s *Sampler) comeBack(ctx context.Context) error {
	if err := s.probe(ctx); err != nil {
		return err
	}
	v, err := s.vitals(ctx)
	if err != nil {
		return err
	}
	s.outage = outage{}
	s.emit(snapshot.Attached{Info: s.info})
	s.noticeRestart(ctx, &v)
	return s.snapshot(ctx)
}

// noticeRestart looks whether the point of the curves comes from another
// process than the one before, and if so tells it and starts anew.
func (s *Sampler) noticeRestart(ctx context.Context, v *snapshot.Vitals) bool {
	if s.vitalsNow == nil {
		return false
	}
	evidence := restartInVitals(s.vitalsNow, v)
	if evidence == "" {
		return false
	}
	s.restarted(ctx, evidence)
	return true
}

// restarted starts a new run: what follows is of another process.
func (s *Sampler) restarted(ctx context.Context, evidence string) {
	s.run++
	s.counted, s.last, s.vitalsNow = nil, nil, nil
	s.emit(snapshot.Restarted{At: s.now(), Evidence: evidence})
	// Its pid, start time and version are others now. If it is gone already,
	// the snapshot that follows notices.
	if s.probe(ctx) == nil {
		s.emit(snapshot.Attached{Info: s.info})
	}
}
