package sampler

import (
	"context"
	"errors"
	"net/http"
	"time"

	"leaktop/capture/fetch"
)

// quickTimeout bounds what is cheap where it is served at all. What takes
// longer is of no use as a curve, and must not keep a target from being watched.
const quickTimeout = 3 * time.Second

// quickShare is what part of the time for attaching each such request may take:
// most of it is for the profiles.
const quickShare = 5

// get fetches one URL and keeps the books. One request is in flight, ever,
// since only Run's goroutine calls it.
func (s *Sampler) get(ctx context.Context, url string) (*fetch.Response, error) {
	if left, ok := s.attachLeft(); ok {
		if left <= 0 {
			return nil, s.lastGone // there is no time to ask
		}
		var cancel context.CancelFunc
		ctx, cancel = fetch.WithShare(ctx, left, "half of which is for attaching")
		defer cancel()
	}
	begun := time.Now()
	response, err := s.cfg.Client.Get(ctx, url)
	ended := time.Now()
	if gone(err) {
		s.wasted += ended.Sub(begun)
		s.lastGone = err
	}
	s.cost.Requests++
	s.cost.Busy += ended.Sub(begun)
	switch pace := s.pace(url); {
	case err == nil:
		s.cost.Bytes += int64(len(response.Body))
		pace.answered(begun, ended)
	case timedOut(err):
		pace.timedOut(begun, ended)
	case gone(err):
		pace.failed(begun, ended)
	default:
		pace.answered(begun, ended)
	}
	s.pace(url).notBefore = ended.Add(retryAfter(err))
	return response, err
}

// retryAfter is how long the answer of a request asks to leave the target alone.
func retryAfter(err error) time.Duration {
	if fault, ok := errors.AsType[*fetch.Error](err); ok {
		return fault.RetryAfter
	}
	return 0
}

// attachLeft is how long attaching may still wait for answers that do not come;
// ok is false once attached, and where there is no such bound.
func (s *Sampler) attachLeft() (left time.Duration, ok bool) {
	return s.cfg.AttachTimeout - s.wasted, !s.attached && s.cfg.AttachTimeout > 0
}

// quick is get for what must be quick.
func (s *Sampler) quick(ctx context.Context, url string) (*fetch.Response, error) {
	limit := quickTimeout
	if _, bounded := s.attachLeft(); bounded {
		limit = min(limit, s.cfg.AttachTimeout/quickShare)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	response, err := s.get(ctx, url)
	s.late++
	if !timedOut(err) {
		s.late = 0
	}
	return response, err
}

// gone reports whether the error says that the target gives no answer, as
// opposed to an answer that is of no use.
func gone(err error) bool {
	fault, ok := errors.AsType[*fetch.Error](err)
	return ok && (fault.NoAnswer() || fault.Kind == fetch.Canceled)
}

// unreached reports whether the error is about the way to the target, so that
// no other request would get an answer either.
func unreached(err error) bool {
	fault, ok := errors.AsType[*fetch.Error](err)
	if !ok {
		return false
	}
	switch fault.Kind {
	case fetch.Refused, fetch.NoHost, fetch.NoRoute, fetch.Socket, fetch.Proxy, fetch.Canceled:
		return true
	}
	return false
}

// timedOut reports whether the time of a request was up.
func timedOut(err error) bool {
	fault, ok := errors.AsType[*fetch.Error](err)
	return ok && fault.Timeout()
}

// passing reports whether the same request may well work at another time.
func passing(err error) bool {
	fault, ok := errors.AsType[*fetch.Error](err)
	return ok && (fault.NoAnswer() || fault.Status >= http.StatusInternalServerError)
}

// confirm finds out whether a request that got no answer speaks for the whole
// target: the index page costs next to nothing and answers where only the one
// request failed. It returns nil if the target is there, else why it is not.
func (s *Sampler) confirm(ctx context.Context, err error) error {
	left, bounded := s.attachLeft()
	if unreached(err) || s.found.counts == nil || ctx.Err() != nil || bounded && left <= 0 {
		return err
	}
	if _, err := s.index(ctx); gone(err) {
		return err
	}
	return nil
}
