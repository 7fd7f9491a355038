package sampler

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"leaktop/capture/decode"
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
	// maxLate is how many quick requests in a row may take too long before a
	// target counts as slow: it is then asked for profiles only, for now.
	maxLate = 2
	// chooseAgain is when a source that failed, but is there, is tried again.
	chooseAgain = 5 * time.Minute
)

// indexSource names the last resort among the curve sources.
const indexSource = "index counts"

// errTooCostly is the failure of a source that must not be asked again.
var errTooCostly = errors.New("it is too costly for a curve")

// curveSource is one way to get a point of the curves.
type curveSource struct {
	name string // as named on screen
	url  string
	read func(body []byte) (v snapshot.Vitals, goVersion string, err error)
	// maxBytes and maxRecords are the largest body and the most heap records
	// for which the source stays in use, 0 for any.
	maxBytes   int
	maxRecords int64
}

// choice is the source that the curves come from.
type choice struct {
	source    *curveSource // nil: the index counts
	goVersion string       // as the source told when it was chosen, "" unknown
	strikes   int          // bad answers in a row
	// again is when to choose again, because a source that is there failed;
	// zero for never.
	again time.Time
}

// curveSources returns the ways to get a point of the curves, the cheapest
// for the target first. The index is the last resort and always works: counts
// only, with the live bytes of each heap profile between them.
func (s *Sampler) curveSources(counts map[string]int64) []curveSource {
	var sources []curveSource
	for _, from := range s.cfg.Target.Metrics() {
		sources = append(sources, curveSource{name: "/metrics", url: from, maxBytes: metricsMaxBytes,
			read: func(body []byte) (snapshot.Vitals, string, error) {
				m, err := decode.Prometheus(body)
				return m.Vitals, m.GoVersion, err
			}})
	}
	for _, from := range s.cfg.Target.Vars() {
		sources = append(sources, curveSource{name: "/debug/vars", url: from, read: plain(decode.Expvar)})
	}
	trailer := curveSource{name: "heap?debug=1", url: s.cfg.Target.Profile("heap", url.Values{"debug": {"1"}}),
		maxBytes: trailerMaxBytes, maxRecords: trailerMaxRecords, read: plain(decode.MemStats)}
	if trailer.affordable(counts) {
		sources = append(sources, trailer)
	}
	return sources
}

// plain adapts a reader that tells no version.
func plain(read func([]byte) (snapshot.Vitals, error)) func([]byte) (snapshot.Vitals, string, error) {
	return func(body []byte) (snapshot.Vitals, string, error) {
		v, err := read(body)
		return v, "", err
	}
}

// affordable reports whether a process with these counts may be asked.
func (c *curveSource) affordable(counts map[string]int64) bool {
	if c.maxRecords == 0 {
		return true
	}
	records, known := counts["heap"]
	return known && records <= c.maxRecords
}

// choose tries the sources in order and returns the first that knows the Go
// heap, else the first that knows anything, with its point. Where none works
// the choice is the index, and the point what its counts tell. A source that
// just failed, and why, is left out. choose fails only where the target cannot
// be reached, or no time is left.
func (s *Sampler) choose(ctx context.Context, counts map[string]int64, failed *curveSource, why error) (choice, snapshot.Vitals, error) {
	best, point := choice{}, indexPoint(counts)
	again := passing(why)
	for _, source := range s.curveSources(counts) {
		if failed != nil && source.url == failed.url {
			continue
		}
		if s.late >= maxLate {
			again = true
			break
		}
		v, goVersion, err := s.readSource(ctx, &source)
		if unreached(err) || err != nil && ctx.Err() != nil {
			return choice{}, snapshot.Vitals{}, err
		}
		if err != nil {
			again = again || passing(err)
			continue
		}
		_, knowsHeap := v.Get(snapshot.HeapInuse)
		if best.source == nil || knowsHeap {
			best, point = choice{source: &source, goVersion: goVersion}, v
		}
		if knowsHeap {
			break
		}
	}
	if again {
		best.again = time.Now().Add(chooseAgain)
	}
	return best, point, nil
}

// readSource fetches and reads one source.
func (s *Sampler) readSource(ctx context.Context, source *curveSource) (v snapshot.Vitals, goVersion string, err error) {
	response, err := s.quick(ctx, source.url)
	if err != nil {
		return v, "", err
	}
	if source.maxBytes > 0 && len(response.Body) > source.maxBytes {
		return v, "", fmt.Errorf("%s: %w: %d B; another source is used", response.URL, errTooCostly, len(response.Body))
	}
	v, goVersion, err = source.read(response.Body)
	v.Time, v.Source = time.Now(), source.name
	return v, goVersion, err
}

// indexPoint is what the counts of the index page tell.
func indexPoint(counts map[string]int64) snapshot.Vitals {
	v := snapshot.Vitals{Time: time.Now(), Source: indexSource}
	fillCounts(&v, counts)
	return v
}

// fillCounts adds what the counts of the index page tell.
func fillCounts(v *snapshot.Vitals, counts map[string]int64) {
	var told snapshot.Vitals
	if n, ok := counts["goroutine"]; ok {
		told.Set(snapshot.Goroutines, n)
	}
	if n, ok := counts["heap"]; ok {
		told.Set(snapshot.HeapRecords, n)
	}
	if n, ok := counts["threadcreate"]; ok { // one record for each thread that there is
		told.Set(snapshot.Threads, n)
	}
	v.Fill(&told)
}
