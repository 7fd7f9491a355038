package sampler

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

const (
	// Predictions for a goroutine profile at debug=0, per goroutine (measured:
	// 243–393 ms of CPU at 100k).
	cpuPerGoroutine     = 4 * time.Microsecond
	garbagePerGoroutine = 500 // bytes
	// askAbove is the number of goroutines above which their profile needs an explicit yes.
	askAbove = 250_000
)

// shotInterval is the time between snapshots: as asked, or longer where one of
// its profiles is slow. Both are taken together, so that what a stuck
// goroutine holds can be seen beside it.
func (s *Sampler) shotInterval() time.Duration {
	return max(s.pace(endpointHeap).interval(s.cfg.Every), s.pace(endpointGoroutine).interval(s.cfg.Every))
}

// dueShot is when the next snapshot is due by the schedule.
func (s *Sampler) dueShot() time.Time {
	if s.last == nil {
		return s.now()
	}
	return s.last.Time.Add(s.shotInterval())
}

// earliestShot is how soon a snapshot that the user asked for may be taken.
func (s *Sampler) earliestShot() time.Time {
	if s.last == nil {
		return s.now()
	}
	pause := max(s.pace(endpointHeap).interval(0), s.pace(endpointGoroutine).interval(0))
	if t := s.last.Time.Add(pause); t.After(s.now()) {
		return t
	}
	return s.now()
}

// began starts the clocks once the target is attached.
func (s *Sampler) began() {
	s.started = s.now()
	s.cpuBase = s.cpu
	s.outage = outage{}
}

// snapshot takes one snapshot and hands it out. A restart seen in it starts a
// new run, of which it is the first.
func (s *Sampler) snapshot(ctx context.Context) error {
	shot, _, err := s.take(ctx)
	if err != nil {
		// What is due stays due, for when the target answers again.
		return err
	}
	if s.noticeRestart(ctx, &shot.Vitals) || s.noticeOtherMappings(ctx, shot) {
		shot.Advanced, shot.Run = true, s.run
	}
	s.deliver(shot)
	return nil
}

// noticeOtherMappings looks for a restart in the profiles, where the vitals
// hold no start time that would settle it.
func (s *Sampler) noticeOtherMappings(ctx context.Context, shot *snapshot.Snapshot) bool {
	if _, known := shot.Vitals.Get(snapshot.StartTime); known || s.last == nil {
		return false
	}
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		if evidence := restartInProfiles(s.last.Profile(kind), shot.Profile(kind)); evidence != "" {
			s.restarted(ctx, evidence)
			return true
		}
	}
	return false
}

// deliver numbers a snapshot and hands it out, its point of the curves first.
func (s *Sampler) deliver(shot *snapshot.Snapshot) {
	s.seq++
	shot.Seq = s.seq
	s.last = shot
	if shot.Advanced {
		s.counted = shot
	}
	s.vitalsNow = &shot.Vitals
	s.nextCurve = s.now().Add(s.pace(endpointCurves).interval(curveTick))
	s.nextShot = s.dueShot()
	s.emit(snapshot.VitalsTaken{Vitals: shot.Vitals})
	s.emit(snapshot.Taken{Snapshot: shot})
}

// take fetches the parts of one snapshot, one after the other. It fails only
// where the target gives no answer; a part that the target answers with an
// error is missing, and fault is the first such error.
func (s *Sampler) take(ctx context.Context) (shot *snapshot.Snapshot, fault, err error) {
	shot = &snapshot.Snapshot{Time: s.now(), Run: s.run, ForcedGC: s.cfg.AllowGC, Raw: make(map[snapshot.Kind][]byte)}
	// The vitals come before the heap: a GC between the two then shows as a
	// heap that changed, never as a GC that changed nothing.
	if shot.Vitals, err = s.vitals(ctx); err != nil {
		return nil, nil, err
	}
	if s.counts != nil && s.curves != nil {
		if err := s.readIndex(ctx); gone(err) {
			return nil, nil, err
		}
		s.fillCounts(&shot.Vitals)
	}
	query := url.Values{}
	if s.cfg.AllowGC {
		query.Set("gc", "1")
	}
	for _, part := range []struct {
		kind  snapshot.Kind
		at    endpoint
		query url.Values
		into  **snapshot.Profile
	}{
		{snapshot.Heap, endpointHeap, query, &shot.Heap},
		{snapshot.Goroutine, endpointGoroutine, nil, &shot.Goroutines},
	} {
		if part.kind == snapshot.Goroutine && !s.mayListGoroutines(shot) {
			continue
		}
		profile, raw, err := s.profile(ctx, part.at, s.cfg.Target.Profile(string(part.kind), part.query))
		if gone(err) {
			return nil, nil, err
		}
		if err != nil {
			shot.Missing = append(shot.Missing, err.Error())
			if fault == nil {
				fault = err
			}
			continue
		}
		*part.into, shot.Raw[part.kind] = profile, raw
	}
	s.complete(shot)
	return shot, fault, nil
}

// profile fetches and decodes one profile.
func (s *Sampler) profile(ctx context.Context, at endpoint, from string) (*snapshot.Profile, []byte, error) {
	response, err := s.get(ctx, at, from)
	if err != nil {
		return nil, nil, err
	}
	if err := fetch.ExpectProfile(response); err != nil {
		return nil, nil, err
	}
	profile, err := decode.Profile(response.Body, response.URL, s.cfg.Table, s.cfg.Limits)
	if err != nil {
		return nil, nil, err
	}
	return profile, response.Body, nil
}

// mayListGoroutines decides by the predicted cost, and asks once where it is too high.
func (s *Sampler) mayListGoroutines(shot *snapshot.Snapshot) bool {
	n, known := shot.Vitals.Get(snapshot.Goroutines)
	if !known || n <= askAbove || s.costly {
		return true
	}
	cost := fmt.Sprintf("about %.1f s of CPU and %d MiB of garbage, for %d goroutines",
		(time.Duration(n) * cpuPerGoroutine).Seconds(), n*garbagePerGoroutine>>20, n)
	shot.Missing = append(shot.Missing, fmt.Sprintf("goroutine profile: left out: it would cost the target %s; allow it to see them", cost))
	if !s.asked {
		s.asked = true
		s.emit(snapshot.Asked{Call: "goroutine profile", Cost: cost})
	}
	return false
}

// complete adds what follows from the profiles themselves.
func (s *Sampler) complete(shot *snapshot.Snapshot) {
	if heap := shot.Heap; heap != nil {
		columns := heap.Columns()
		if columns.LiveBytes >= 0 {
			shot.Vitals.Set(snapshot.LiveHeap, heap.Total(columns.LiveBytes))
		}
		if columns.LiveObjects >= 0 {
			shot.Vitals.Set(snapshot.LiveObjects, heap.Total(columns.LiveObjects))
		}
	}
	if _, known := shot.Vitals.Get(snapshot.Goroutines); !known && shot.Goroutines != nil {
		shot.Vitals.Set(snapshot.Goroutines, shot.Goroutines.Total(0))
	}
	shot.Advanced = s.gcAdvanced(shot)
}

// gcAdvanced reports whether a GC completed since the last snapshot that
// counted: the heap profile shows the heap as of a completed GC, so two
// profiles without one between them are the same observation.
func (s *Sampler) gcAdvanced(shot *snapshot.Snapshot) bool {
	if shot.Heap == nil {
		return false
	}
	if s.counted == nil {
		return true
	}
	for _, sign := range []snapshot.Vital{snapshot.NumGC, snapshot.LastGC} {
		before, knownA := s.counted.Vitals.Get(sign)
		after, knownB := shot.Vitals.Get(sign)
		if knownA && knownB && after != before {
			return true
		}
	}
	return !shot.Heap.SameValues(s.counted.Heap)
}

// One attaches, takes a single snapshot and tells what is known of the target.
// It fails where the target cannot be reached or serves neither profile.
func (s *Sampler) One(ctx context.Context) (*snapshot.Snapshot, snapshot.Info, error) {
	var shot *snapshot.Snapshot
	s.emit = func(e snapshot.Event) {
		if taken, ok := e.(snapshot.Taken); ok {
			shot = taken.Snapshot
		}
	}
	if err := s.start(ctx); err != nil {
		return nil, s.info, err
	}
	if shot == nil {
		return nil, s.info, errors.New(s.info.Address + ": no snapshot came; try again")
	}
	return shot, s.info, nil
}
