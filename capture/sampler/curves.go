package sampler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"leaktop/capture/snapshot"
)

// maxStrikes is how many bad answers in a row a curve source may give before
// another one is chosen. Exporters fail now and then, under load above all.
const maxStrikes = 3

// tick takes one point of the curves.
func (s *Sampler) tick(ctx context.Context) error {
	begun := time.Now()
	v, err := s.vitals(ctx)
	if err != nil || v == nil {
		return err
	}
	if evidence := s.run.restart(begun, v, true, nil); evidence != "" {
		s.restarted(begun, evidence)
		return nil
	}
	s.point(*v)
	return nil
}

// point hands out a point of the curves of the process that is watched.
func (s *Sampler) point(v snapshot.Vitals) {
	s.run.remember(&v)
	s.emit(snapshot.VitalsTaken{Vitals: v})
}

// vitals asks for a point of the curves: from the chosen source or from the
// index, and from /proc where the process is local and our own. It returns nil
// where the target gave a bad answer, so that there is no point this time.
func (s *Sampler) vitals(ctx context.Context) (*snapshot.Vitals, error) {
	s.ticked = time.Now()
	v, err := s.curves(ctx)
	if err != nil || v == nil {
		return nil, err
	}
	s.readProcess(v)
	return v, nil
}

// curves asks the chosen source.
func (s *Sampler) curves(ctx context.Context) (*snapshot.Vitals, error) {
	f := &s.found
	if again := f.again; !again.IsZero() && !time.Now().Before(again) {
		return s.chooseAnew(ctx, nil, nil)
	}
	if f.source == nil {
		return s.indexCurves(ctx)
	}
	if !f.source.affordable(f.counts) {
		return s.chooseAnew(ctx, f.source, errTooCostly)
	}
	v, _, err := s.readSource(ctx, f.source)
	switch {
	case err == nil:
		f.strikes = 0
		return &v, nil
	case unreached(err) || ctx.Err() != nil:
		return nil, err
	}
	f.strikes++
	if f.strikes >= maxStrikes || errors.Is(err, errTooCostly) {
		return s.chooseAnew(ctx, f.source, err)
	}
	if gone(err) {
		return nil, s.confirm(ctx, err)
	}
	return nil, nil
}

// chooseAnew chooses a source once the one in use fails, or a better one may
// work again, and says so where that changes it.
func (s *Sampler) chooseAnew(ctx context.Context, failed *curveSource, why error) (*snapshot.Vitals, error) {
	f := &s.found
	chosen, v, err := s.choose(ctx, f.counts, failed, why)
	if err != nil {
		return nil, err
	}
	before := f.info.CurveSource
	f.choice = chosen
	f.nameCurves()
	if s.attached && f.info.CurveSource != before {
		s.emit(snapshot.Attached{Info: f.info})
		s.emit(snapshot.Warned{Text: fmt.Sprintf("the curves come from %s now, no longer from %s", f.info.CurveSource, before)})
	}
	if f.source == nil {
		return s.indexCurves(ctx)
	}
	return &v, nil
}

// indexCurves asks the index, unless its pace forbids that just now. Where none
// is mounted there is nothing cheap to ask, and what the profiles tell comes
// with the snapshots.
func (s *Sampler) indexCurves(ctx context.Context) (*snapshot.Vitals, error) {
	f := &s.found
	if f.counts == nil || !s.allowed(s.indexURL) {
		v := indexPoint(f.counts)
		return &v, nil
	}
	counts, err := s.index(ctx)
	if err == nil {
		f.counts, f.strikes = counts, 0
		v := indexPoint(counts)
		return &v, nil
	}
	// One answer that broke off is no outage; a second one is.
	f.strikes++
	if unreached(err) || timedOut(err) || gone(err) && f.strikes > 1 {
		return nil, err
	}
	return nil, nil
}

// nameCurves says where the curves come from, for the screen.
func (f *found) nameCurves() {
	f.info.CurveSource = indexSource + " + heap profile"
	if f.source != nil {
		f.info.CurveSource = f.source.name
	}
	if f.process != nil {
		f.info.CurveSource += fmt.Sprintf(" + /proc/%d", f.process.PID)
	}
}
