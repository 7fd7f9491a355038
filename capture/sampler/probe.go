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

// endpoint groups requests that cost the target about the same, for pacing.
type endpoint uint8

const (
	endpointIndex endpoint = iota
	endpointCurves
	endpointHeap
	endpointGoroutine
)

// probe is the preflight: the index, the program's name, the local process
// and the source of the curves. It runs at the start and after every outage
// and restart.
func (s *Sampler) probe(ctx context.Context) error {
	info := snapshot.Info{Address: s.cfg.Target.Address()}
	s.info, s.process = info, nil
	s.counts = map[string]int64{}
	if err := s.readIndex(ctx); err != nil {
		if gone(err) || !unmounted(err) {
			return err
		}
		s.counts = nil // single profiles may be mounted without an index
	}
	if err := s.readCmdline(ctx); err != nil {
		return err
	}
	s.info.Profiles = s.counts
	return s.chooseCurves(ctx)
}

// readIndex fetches the index page and keeps its counts.
func (s *Sampler) readIndex(ctx context.Context) error {
	response, err := s.get(ctx, endpointIndex, s.cfg.Target.Index())
	if err != nil {
		return err
	}
	counts, err := decode.Index(response.Body)
	if err != nil {
		return fetch.NotIndex(response, err)
	}
	s.counts = counts
	return nil
}

// unmounted reports whether an error may only mean that there is no index
// page, while the profiles themselves are served.
func unmounted(err error) bool {
	var fault *fetch.Error
	return errors.As(err, &fault) && fault.Kind == fetch.NotFound
}

// readCmdline asks for the program's name, and by it finds the local process:
// a listener on a loopback port can be an ssh or kubectl tunnel, so it counts
// as the target only if both have the same command line.
func (s *Sampler) readCmdline(ctx context.Context) error {
	response, err := s.get(ctx, endpointIndex, s.cfg.Target.Profile("cmdline", nil))
	if gone(err) {
		return err
	}
	if err != nil {
		return nil // Kubernetes components have no such route; the name stays unknown
	}
	// Arguments may hold secrets; the program's name is all that is kept.
	if args := decode.Cmdline(response.Body); len(args) > 0 {
		s.info.Name = path.Base(strings.ReplaceAll(args[0], `\`, "/"))
	}
	// Compared as they are: cleaned ones are not what the system has.
	raw := strings.Split(strings.TrimSuffix(string(response.Body), "\x00"), "\x00")
	process, err := target.FindLocal(ctx, s.cfg.Target, raw)
	if err != nil || process == nil {
		return nil // not local, or not ours: its RSS stays unknown
	}
	s.process = process
	s.info.PID, s.info.StartTime, s.info.GoVersion = process.PID, process.StartTime, process.GoVersion
	return nil
}

// get fetches one URL and keeps the books: one request in flight, since only
// Run's goroutine calls it.
func (s *Sampler) get(ctx context.Context, e endpoint, url string) (*fetch.Response, error) {
	begun := s.now()
	response, err := s.cfg.Client.Get(ctx, url)
	s.cost.Requests++
	if err != nil {
		s.cost.Busy += s.now().Sub(begun)
		var fault *fetch.Error
		if errors.As(err, &fault) && fault.Timeout() {
			s.pace(e).timedOut()
		}
		return nil, err
	}
	s.cost.Bytes += int64(len(response.Body))
	s.cost.Busy += response.Latency
	s.pace(e).answered(response.Latency)
	return response, nil
}

func (s *Sampler) pace(e endpoint) *pace {
	if s.paces[e] == nil {
		s.paces[e] = &pace{}
	}
	return s.paces[e]
}
