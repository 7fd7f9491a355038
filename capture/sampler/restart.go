package sampler

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/capture/target"
)

const (
	// sameStart is how far two readings of one start time differ by rounding:
	// the kernel counts it in ticks of 10 ms, /metrics in floating point.
	sameStart = 10 * time.Millisecond
	// startTolerance is how far they may differ because clocks are adjusted:
	// the kernel gives the boot time, which a start time counts from, in seconds.
	startTolerance = 2 * time.Second
)

// restarted begins a new run: what follows is of another process. Its answers
// began at since; the pace of what was asked before that is of no concern to it.
func (s *Sampler) restarted(since time.Time, evidence string) {
	s.run = newRun(s.run.number + 1)
	s.stale = true
	s.found.process = nil
	maps.DeleteFunc(s.paces, func(_ string, p *pace) bool { return p.begun.Before(since) })
	s.emit(snapshot.Restarted{At: time.Now(), Evidence: evidence})
}

// restart says what gives away that another process answers than the one of
// the run; "" if nothing does. The answers were asked for from since on. v is
// the newest point of the curves, fresh if it was read after all else; shot may
// be nil.
func (r *run) restart(since time.Time, v *snapshot.Vitals, fresh bool, shot *snapshot.Snapshot) string {
	if fresh {
		evidence, settled := restartInVitals(&r.seen, v)
		if evidence != "" || settled {
			return evidence
		}
	}
	// What was answered before the process ended may have been its last word.
	if r.ended != "" && r.endedAt.Before(since) {
		return r.ended
	}
	if shot == nil {
		return ""
	}
	for _, kind := range []snapshot.Kind{snapshot.Heap, snapshot.Goroutine} {
		if evidence := restartInProfiles(r.profiles[kind], shot.Profile(kind)); evidence != "" {
			return evidence
		}
	}
	// Two processes may have had a hand in one snapshot.
	if moved(shot.Heap, shot.Goroutines) || moved(shot.Goroutines, shot.Leaked) {
		return "its memory mappings changed during a snapshot"
	}
	return ""
}

// restartInProcess compares the local processes of two probes. It is settled
// that the target did not restart if the first one is still there and answers:
// that does not depend on any clock.
func restartInProcess(before, after *target.Process) (evidence string, settled bool) {
	if before == nil {
		return "", false
	}
	_, err := before.Read()
	switch {
	case errors.Is(err, target.ErrGone):
		return fmt.Sprintf("process %d ended", before.PID), false
	case after == nil:
		return "", false
	case before.PID != after.PID:
		return fmt.Sprintf("its process id changed from %d to %d", before.PID, after.PID), false
	}
	return "", err == nil
}

// restartInVitals compares two points of the curves and says what gives away
// that another process answered the second one; "" if nothing does. It is
// settled that it did not restart if the start time is known and equal, which
// is the best evidence there is.
func restartInVitals(before, after *snapshot.Vitals) (evidence string, settled bool) {
	a, b, known := both(before, after, snapshot.StartTime)
	moved := time.Duration(b - a).Abs()
	if known && moved < sameStart {
		return "", true
	}
	fell := counterFell(before, after)
	if known && moved > startTolerance && (fell != "" || !clockWasSet(before, after)) {
		return "its start time changed", false
	}
	return fell, false
}

// clockWasSet reports whether a start time that moved is rather a clock that
// was set, which the start time is reckoned by: a process that started before
// the last answer and whose counters went on was there all along.
func clockWasSet(before, after *snapshot.Vitals) bool {
	_, _, counting := both(before, after, snapshot.NumGC)
	start, _ := after.Get(snapshot.StartTime)
	return counting && unixNano(start).Before(before.Time)
}

// counterFell says which counter fell that never does within a process.
func counterFell(before, after *snapshot.Vitals) string {
	for _, counter := range []struct {
		vital snapshot.Vital
		name  string
		exact bool // the same from every source
	}{
		{snapshot.NumGC, "NumGC", true},
		// MemStats counts what was allocated to the object, runtime/metrics to the span.
		{snapshot.TotalAlloc, "TotalAlloc", false},
		{snapshot.Mallocs, "Mallocs", false},
	} {
		a, b, known := both(before, after, counter.vital)
		if known && b < a && (counter.exact || before.Source == after.Source) {
			return fmt.Sprintf("%s fell from %d to %d", counter.name, a, b)
		}
	}
	return ""
}

// knowsCounters reports whether a point has the counters that tell a restart.
func knowsCounters(v *snapshot.Vitals) bool {
	_, knownA := v.Get(snapshot.TotalAlloc)
	_, knownB := v.Get(snapshot.Mallocs)
	return knownA || knownB
}

// restartInProfiles says what in two profiles of one kind gives away that they
// are of two processes; "" if nothing does.
func restartInProfiles(before, after *snapshot.Profile) string {
	switch {
	case before == nil || after == nil:
		return ""
	case moved(before, after):
		return "its memory mappings changed"
	case allocatedFell(before, after):
		return "objects ever allocated fell"
	}
	return ""
}

// moved reports whether two profiles have different memory mappings, which
// change at every restart and never within a process. Equal ones prove less:
// without address randomisation a restart leaves them as they were.
func moved(a, b *snapshot.Profile) bool {
	return a != nil && b != nil && a.Mappings != "" && b.Mappings != "" && a.Mappings != b.Mappings
}

// allocatedFell reports whether any record's count of objects ever allocated
// is lower than before, which cannot happen within a Go process. The counts
// are scaled up by the sampling rate, so they compare at the same one only.
func allocatedFell(before, after *snapshot.Profile) bool {
	a, b := before.Columns(), after.Columns()
	if before.Period == 0 || before.Period != after.Period || min(a.AllocObjects, b.AllocObjects, a.LiveObjects, b.LiveObjects) < 0 {
		return false
	}
	j := 0
	for i, key := range before.Keys {
		for j < len(after.Keys) && after.Keys[j].Compare(key) < 0 {
			j++
		}
		var now int64
		if j < len(after.Keys) && after.Keys[j] == key {
			now = after.Vector(j)[b.AllocObjects]
		}
		if now < before.Vector(i)[a.AllocObjects] {
			return true
		}
	}
	return false
}
