package sampler

import (
	"context"
	"time"

	"leaktop/capture/snapshot"
)

// attach probes the target and takes the first snapshot, which must hold at
// least one profile or wait for a yes to one: else there is nothing to watch.
func (s *Sampler) attach(ctx context.Context) error {
	s.wasted = 0
	// What earlier tries cost, at a target that was not there, is nobody's concern.
	s.started, s.cost, s.run = time.Now(), snapshot.Cost{}, newRun(0)
	f, err := s.probe(ctx)
	if err != nil {
		return err
	}
	s.found = f
	s.cpu.read(f.process, f.usage)
	s.run.remember(&f.point)
	shot, err := s.take(ctx)
	if err != nil {
		return err
	}
	if shot.Heap == nil && shot.Goroutines == nil && len(shot.left) == 0 {
		return shot.fault
	}
	s.attached, s.outage, s.wanted = true, outage{}, false
	s.emit(snapshot.Attached{Info: s.found.info})
	s.hand(shot)
	return nil
}
