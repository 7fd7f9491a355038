package sampler

import (
	"context"
	"errors"
	"path"
	"strings"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

// found is what a probe found at the target. It is put in force as a whole, so
// that a probe which fails half way leaves nothing behind.
type found struct {
	info    snapshot.Info
	counts  map[string]int64 // of the newest index page, never changed in place; nil where none is mounted
	process *target.Process  // nil where the process is not local or not ours
	usage   target.Usage     // of the process, with the probe
	point   snapshot.Vitals  // of the curves, with the probe
	choice                   // how the curves are had
}

// probe is the preflight: the index, the program's name, the local process
// and the source of the curves. It runs at the start and after every outage
// and restart.
func (s *Sampler) probe(ctx context.Context) (found, error) {
	f := found{info: snapshot.Info{Address: s.cfg.Target.Address()}}
	s.late = 0
	var err error
	if f.counts, err = s.index(ctx); err != nil && !unmounted(err) {
		return f, err
	}
	f.info.Profiles = f.counts
	if err := s.identify(ctx, &f); err != nil {
		return f, err
	}
	if f.choice, f.point, err = s.choose(ctx, f.counts, nil, nil); err != nil {
		return f, err
	}
	if f.info.GoVersion == "" {
		f.info.GoVersion = f.choice.goVersion
	}
	if f.process != nil {
		// One that has ended since is forgotten: another one answers by now, or none.
		if f.usage, err = f.process.Read(); err != nil {
			f.process = nil
		} else {
			fillLocal(&f.point, f.process, f.usage)
		}
	}
	f.nameCurves()
	if start, known := f.point.Get(snapshot.StartTime); known && f.info.StartTime.IsZero() {
		f.info.StartTime = unixNano(start)
	}
	return f, nil
}

// index fetches the index page and returns its counts.
func (s *Sampler) index(ctx context.Context) (map[string]int64, error) {
	response, err := s.get(ctx, s.indexURL)
	if err != nil {
		return nil, err
	}
	counts, err := decode.Index(response.Body)
	if err != nil {
		return nil, fetch.NotIndex(response, err)
	}
	return counts, nil
}

// unmounted reports whether an error may only mean that there is no index
// page, while the profiles themselves are served.
func unmounted(err error) bool {
	fault, ok := errors.AsType[*fetch.Error](err)
	return ok && fault.Kind == fetch.NotFound
}

// identify asks for the program's name, and by it finds the local process: a
// listener on a loopback port can be an ssh or kubectl tunnel, so it counts as
// the target only if both have the same command line. Where that cannot be
// had, as from Kubernetes components, both stay unknown.
func (s *Sampler) identify(ctx context.Context, f *found) error {
	response, err := s.quick(ctx, s.cfg.Target.Profile("cmdline", nil))
	switch {
	case unreached(err) || err != nil && ctx.Err() != nil:
		return err
	case err != nil || response.IsHTML():
		return nil
	}
	// Arguments may hold secrets; the program's name is all that is kept.
	if args := decode.Cmdline(response.Body); len(args) > 0 {
		f.info.Name = path.Base(strings.ReplaceAll(args[0], `\`, "/"))
	}
	// Compared as they are: cleaned ones are not what the system has.
	raw := strings.Split(strings.TrimSuffix(string(response.Body), "\x00"), "\x00")
	process, err := target.FindLocal(ctx, s.cfg.Target, raw)
	if err != nil {
		return nil // not local, or not ours: its RSS stays unknown
	}
	f.process = process
	f.info.PID, f.info.StartTime, f.info.GoVersion = process.PID, process.StartTime, process.GoVersion
	return nil
}
