package sampler

import (
	"context"
	"time"

	"leaktop/capture/decode"
	"leaktop/capture/fetch"
	"leaktop/capture/snapshot"
)

// shot is a snapshot with what is to be known until it is handed out.
type shot struct {
	*snapshot.Snapshot
	fresh      bool        // the figures were read after the profiles
	left       []excess    // what was left out for its cost
	shortfalls []shortfall // of the parts that a snapshot can do without
	fault      error       // the first error about a part that is missing
}

// snapshot takes one snapshot and hands it out.
func (s *Sampler) snapshot(ctx context.Context) error {
	shot, err := s.take(ctx)
	if err != nil {
		return err
	}
	s.wanted = false
	s.hand(shot)
	return nil
}

// hand numbers a snapshot and hands it out, its point of the curves first. One
// that shows a restart is of no use, since two processes may have had a hand
// in it; the new run begins with the next one.
func (s *Sampler) hand(shot shot) {
	if evidence := s.run.restart(shot.Time, &shot.Vitals, shot.fresh, shot.Snapshot); evidence != "" {
		s.restarted(shot.Time, evidence)
		return
	}
	s.seq++
	shot.Seq, shot.Run = s.seq, s.run.number
	shot.Advanced = s.heaps.Advances(shot.Snapshot)
	s.run.add(shot.Snapshot, shot.fresh)
	s.run.cost = s.shotCost()
	s.emit(snapshot.VitalsTaken{Vitals: shot.Vitals})
	s.emit(snapshot.Taken{Snapshot: shot.Snapshot})
	for _, f := range shot.shortfalls {
		if !s.told[f.call] {
			s.told[f.call] = true
			s.emit(snapshot.Warned{Text: f.text})
		}
	}
	if question, ok := s.consent.question(shot.left); ok {
		s.emit(question)
	}
}

// take fetches the parts of one snapshot, one after the other. It fails only
// where the target gives no answer; a part that the target answers with an
// error is missing.
//
// The figures come last: a restart shows in them then, whichever of the
// profiles it came before.
func (s *Sampler) take(ctx context.Context) (shot, error) {
	out := shot{Snapshot: &snapshot.Snapshot{Time: time.Now(), ForcedGC: s.cfg.AllowGC, Raw: make(map[snapshot.Kind][]byte)}}
	astray, err := s.readCounts(ctx)
	if err != nil {
		return out, err
	}
	if out.Heap, err = s.part(ctx, &out, snapshot.Heap, s.heapURL); err != nil {
		return out, err
	}
	if s.mayListGoroutines(&out) {
		if out.Goroutines, err = s.part(ctx, &out, snapshot.Goroutine, s.goroutineURL); err != nil {
			return out, err
		}
	}
	if astray != nil && out.Heap == nil && out.Goroutines == nil {
		return out, astray // something answers, but it is not pprof any more
	}
	if err := s.extras(ctx, &out); err != nil {
		return out, err
	}
	if err := s.figures(ctx, &out); err != nil {
		return out, err
	}
	s.readCgroup(&out.Vitals)
	s.readDescriptors(&out)
	out.complete()
	return out, nil
}

// readCounts reads the index, which predicts what the profiles cost. So soon
// after a probe that the pace does not allow it, the probe's counts stand.
// astray is a failure that only matters if the profiles fail, too.
func (s *Sampler) readCounts(ctx context.Context) (astray, err error) {
	if s.found.counts == nil || !s.allowed(s.indexURL) {
		return nil, nil
	}
	counts, err := s.index(ctx)
	switch {
	case err == nil:
		s.found.counts = counts
		return nil, nil
	case unreached(err) || timedOut(err):
		return nil, err
	}
	return err, nil
}

// part fetches and decodes one profile. Where the target is there but this one
// fails, it is noted as missing.
func (s *Sampler) part(ctx context.Context, out *shot, kind snapshot.Kind, url string) (*snapshot.Profile, error) {
	var profile *snapshot.Profile
	var raw []byte
	err := s.run.notServed(kind)
	asks := err == nil
	if asks {
		profile, raw, err = s.profile(ctx, url)
	}
	if err == nil {
		s.run.served(kind)
		out.Raw[kind] = raw
		return profile, nil
	}
	if asks && s.run.refused(kind, err) {
		s.emit(snapshot.Warned{Text: err.Error() + "; the " + string(kind) + " profile is not requested again until leaktop attaches again or the target restarts"})
	}
	if gone(err) {
		if err := s.confirm(ctx, err); err != nil {
			return nil, err
		}
	}
	out.Missing = append(out.Missing, err.Error())
	if out.fault == nil {
		out.fault = err
	}
	return nil, nil
}

// profile fetches and decodes one profile.
func (s *Sampler) profile(ctx context.Context, url string) (*snapshot.Profile, []byte, error) {
	response, err := s.get(ctx, url)
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

// listable tells how many goroutines there are, 0 unknown, and whether they may
// be listed: many only after an explicit yes.
func (s *Sampler) listable() (n int64, ok bool) {
	n, known := s.found.counts["goroutine"]
	if !known {
		n, _ = s.run.seen.Get(snapshot.Goroutines)
	}
	return n, n <= askAbove || s.consent.covers(listGoroutines, float64(n))
}

// mayListGoroutines decides by the predicted cost, and asks where it is too high.
func (s *Sampler) mayListGoroutines(out *shot) bool {
	n, ok := s.listable()
	if ok {
		return true
	}
	cost := listCost(n)
	out.Missing = append(out.Missing, "goroutine profile: left out, since it would cost the target "+cost+"; allow it to see goroutines")
	out.left = append(out.left, excess{listGoroutines, float64(n), cost})
	return false
}

// figures adds the point of the curves that belongs to a snapshot. Where the
// pace does not allow to ask for one, that of a probe just before stands, else
// what the index told.
func (s *Sampler) figures(ctx context.Context, out *shot) error {
	var v *snapshot.Vitals
	switch source := s.found.source; {
	case source != nil && s.allowed(source.url):
		var err error
		if v, err = s.vitals(ctx); err != nil {
			return err
		}
	case source != nil && s.run.last == nil:
		out.Vitals = s.found.point
		return nil
	}
	if v == nil {
		counted := indexPoint(s.found.counts)
		v = &counted
		s.readProcess(v)
	}
	fillCounts(v, s.found.counts)
	out.Vitals, out.fresh = *v, true
	return nil
}

// liveHeap is the live bytes of the heap profile.
func (out *shot) liveHeap() snapshot.Value {
	if out.Heap == nil {
		return snapshot.Value{}
	}
	column := out.Heap.Columns().LiveBytes
	if column < 0 {
		return snapshot.Value{}
	}
	return snapshot.Known(out.Heap.Total(column))
}

// complete adds the figures that follow from the profiles, where the curves do
// not have them: one curve must not join two ways to measure.
func (out *shot) complete() {
	told := snapshot.Vitals{}
	if live, known := out.liveHeap().Get(); known {
		told.Set(snapshot.LiveHeap, live)
		if column := out.Heap.Columns().LiveObjects; column >= 0 {
			told.Set(snapshot.LiveObjects, out.Heap.Total(column))
		}
	}
	if out.Goroutines != nil {
		told.Set(snapshot.Goroutines, out.Goroutines.Total(0))
	}
	out.Vitals.Fill(&told)
}
