package sampler

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

const (
	// trailerMaxRecords and trailerMaxBytes bound heap?debug=1 as a curve
	// source: it costs 0.1–2.2 ms in a small process, but 430–555 ms and 32 MB
	// with 21k heap records.
	trailerMaxRecords = 500
	trailerMaxBytes   = 256 << 10
	// metricsMaxBytes bounds /metrics: a page of exported series that is larger
	// than this costs more than what it tells about the process is worth.
	metricsMaxBytes = 1 << 20
)

// curveSource is one way to get a point of the curves.
type curveSource struct {
	name string // as named on screen
	url  string
	read func(body []byte) (snapshot.Vitals, error)
	// maxBytes is the largest body for which the source stays in use, 0 for any.
	maxBytes int
}

// curveSources returns the ways to get a point of the curves, the cheapest
// for the target first. The index is the last resort and always works: counts
// only, with the live bytes of each heap profile between them.
func (s *Sampler) curveSources() []curveSource {
	var sources []curveSource
	add := func(name, from string, maxBytes int, read func([]byte) (snapshot.Vitals, error)) {
		sources = append(sources, curveSource{name: name, url: from, maxBytes: maxBytes, read: read})
	}
	for _, from := range s.cfg.Target.Metrics() {
		add("/metrics", from, metricsMaxBytes, func(body []byte) (snapshot.Vitals, error) {
			m, err := decode.Prometheus(body)
			if err == nil && m.GoVersion != "" {
				s.info.GoVersion = m.GoVersion
			}
			return m.Vitals, err
		})
	}
	for _, from := range s.cfg.Target.Vars() {
		add("/debug/vars", from, 0, decode.Expvar)
	}
	if records, known := s.counts["heap"]; known && records <= trailerMaxRecords {
		add("heap?debug=1", s.cfg.Target.Profile("heap", url.Values{"debug": {"1"}}), trailerMaxBytes, decode.MemStats)
	}
	return sources
}

// chooseCurves tries the sources in order and keeps the first that works. It
// fails only where the target gives no answer at all.
func (s *Sampler) chooseCurves(ctx context.Context) error {
	s.curves = nil
	for _, source := range s.curveSources() {
		_, err := s.readCurves(ctx, source)
		if gone(err) {
			return err
		}
		if err == nil {
			s.curves = &source
			break
		}
	}
	s.info.CurveSource = "index counts + heap profile"
	if s.curves != nil {
		s.info.CurveSource = s.curves.name
	}
	if s.process != nil {
		s.info.CurveSource += fmt.Sprintf(" + /proc/%d", s.process.PID)
	}
	return nil
}

// readCurves fetches and reads one source.
func (s *Sampler) readCurves(ctx context.Context, source curveSource) (snapshot.Vitals, error) {
	response, err := s.get(ctx, endpointCurves, source.url)
	if err != nil {
		return snapshot.Vitals{}, err
	}
	if source.maxBytes > 0 && len(response.Body) > source.maxBytes {
		return snapshot.Vitals{}, fmt.Errorf("%s: %d bytes are more than the %d that a curve may cost; another source is used", source.url, len(response.Body), source.maxBytes)
	}
	v, err := source.read(response.Body)
	v.Time, v.Source = response.Time, source.name
	return v, err
}

// vitals takes one point of the curves: from the chosen source, or from the
// index, and from /proc where the process is local and our own.
func (s *Sampler) vitals(ctx context.Context) (snapshot.Vitals, error) {
	v, err := snapshot.Vitals{}, error(nil)
	if s.curves != nil {
		v, err = s.readCurves(ctx, *s.curves)
	} else {
		v, err = s.indexVitals(ctx)
	}
	if err != nil && !gone(err) {
		// The source went away but the target is there: choose again.
		if err := s.chooseCurves(ctx); err != nil {
			return v, err
		}
		v, err = s.indexVitals(ctx)
	}
	if err != nil {
		return v, err
	}
	s.readProcess(&v)
	return v, nil
}

// indexVitals takes what the index page tells.
func (s *Sampler) indexVitals(ctx context.Context) (snapshot.Vitals, error) {
	v := snapshot.Vitals{Time: s.now(), Source: "index counts"}
	if s.counts == nil {
		// No index is mounted here: there is nothing cheap to ask. What the
		// profiles tell comes with the snapshots.
		return v, nil
	}
	if err := s.readIndex(ctx); err != nil {
		return v, err
	}
	v.Time = s.now()
	s.fillCounts(&v)
	return v, nil
}

// fillCounts takes over what the newest index page told.
func (s *Sampler) fillCounts(v *snapshot.Vitals) {
	counts := snapshot.Vitals{}
	if n, ok := s.counts["goroutine"]; ok {
		counts.Set(snapshot.Goroutines, n)
	}
	if n, ok := s.counts["heap"]; ok {
		counts.Set(snapshot.HeapRecords, n)
	}
	v.Fill(&counts)
}

// readProcess adds what /proc tells of a local process. A process that is gone
// is forgotten: the next probe finds the one that took its place.
func (s *Sampler) readProcess(v *snapshot.Vitals) {
	if s.process == nil {
		return
	}
	usage, err := s.process.Read()
	if err != nil {
		s.process = nil
		return
	}
	// /proc is read last and is the fresher one, so it wins.
	local := snapshot.Vitals{Time: v.Time, Source: v.Source, Gap: v.Gap}
	local.Set(snapshot.RSS, usage.RSS)
	local.Set(snapshot.StartTime, usage.StartTime.UnixNano())
	local.Fill(v)
	*v = local
	s.cpu = usage.CPU
}

// gone reports whether the error says that the target gives no answer, as
// opposed to an answer that is of no use.
func gone(err error) bool {
	var fault *fetch.Error
	return errors.As(err, &fault) && fault.NoAnswer() || errors.Is(err, context.Canceled)
}
