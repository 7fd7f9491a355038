package sampler

import (
	"context"
	"math"
	"time"

	"leaktop/capture/snapshot"
)

// curveTick is how often a point of the curves is taken, where the target is
// quick enough: /debug/vars each second costs 0.02 % of a core.
const curveTick = time.Second

// next returns what is to be done next, and when; nil for nothing at all.
func (s *Sampler) next() (do func(context.Context) error, at time.Time) {
	switch {
	case s.paused:
		return nil, time.Time{}
	case !s.attached:
		// With nothing taken yet, what is due of a snapshot is what the pace leaves
		// after an earlier try.
		return s.attach, later(s.outage.next, later(s.pace(s.heapURL).next(0), s.pace(s.goroutineURL).next(0)))
	case s.outage.on() || s.stale:
		return s.comeBack, s.outage.next
	}
	shot := s.shotDue()
	tick, ok := s.tickDue()
	switch {
	case !ok:
		return s.snapshot, shot
	case s.goesWithShots(s.tickURL()):
		// The snapshot brings a point of its own, so a tick that would hold it up is left out.
		if later(tick, time.Now()).Add(s.tickInterval()).After(shot) {
			return s.snapshot, shot
		}
		return s.tick, tick
	case tick.Before(shot):
		return s.tick, tick
	}
	return s.snapshot, shot
}

// shotDue is when the next snapshot is to be taken: as asked, or later where
// one of its parts is slow, or all together cost too much. Heap and goroutines are taken together, so that
// what a stuck goroutine holds can be seen beside it.
func (s *Sampler) shotDue() time.Time {
	heap, goroutine := s.pace(s.heapURL), s.pace(s.goroutineURL)
	due := later(heap.next(0), goroutine.next(0))
	if s.run.last == nil {
		return due // the probe has just asked for the cheap parts
	}
	if !s.wanted {
		due = later(due, s.run.last.Time.Add(s.shotInterval()))
	}
	// Whoever wants it, the one before is paid for first.
	due = later(due, s.run.last.Time.Add(duration(costRatio*float64(s.run.cost))))
	for _, url := range []string{s.indexURL, s.tickURL()} {
		if s.goesWithShots(url) {
			due = later(due, s.pace(url).next(0))
		}
	}
	return due
}

// goesWithShots reports whether a URL is cheap enough to be asked with every
// snapshot. One that is not is asked at its own pace: it must not hold up the
// snapshots.
func (s *Sampler) goesWithShots(url string) bool {
	return s.pace(url).pause() <= s.cfg.Every
}

// shotPace is the time between snapshots that the paces of their profiles allow.
func (s *Sampler) shotPace() time.Duration {
	return max(s.pace(s.heapURL).interval(s.cfg.Every), s.pace(s.goroutineURL).interval(s.cfg.Every))
}

// tickPace is the time between points of the curves that their source's pace allows.
func (s *Sampler) tickPace() time.Duration { return s.pace(s.tickURL()).interval(curveTick) }

// shotInterval is the time between snapshots that is in force.
func (s *Sampler) shotInterval() time.Duration { return stretched(s.shotPace(), s.stretch()) }

// tickInterval is the time between points of the curves that is in force.
func (s *Sampler) tickInterval() time.Duration { return stretched(s.tickPace(), s.stretch()) }

// stretched is a time so many times as long, in steps that can be read on screen.
func stretched(d time.Duration, by float64) time.Duration {
	if by <= 1 {
		return d
	}
	const step = 100 * time.Millisecond
	long := duration(float64(d) * by)
	if long > math.MaxInt64-step {
		return long
	}
	return (long + step - 1).Truncate(step)
}

// tickDue is when the next point of the curves is to be taken; false where
// there is nothing cheap to ask.
func (s *Sampler) tickDue() (time.Time, bool) {
	if s.found.source == nil && s.found.counts == nil && s.found.process == nil {
		return s.found.again, !s.found.again.IsZero()
	}
	return later(s.ticked.Add(s.tickInterval()), s.pace(s.tickURL()).next(curveTick)), true
}

// tickURL is what a point of the curves is asked from.
func (s *Sampler) tickURL() string {
	if s.found.source != nil {
		return s.found.source.url
	}
	return s.indexURL
}

// allowed reports whether the pace of a URL, and the cost of all, allow to ask now.
func (s *Sampler) allowed(url string) bool {
	p := s.pace(url)
	return p.begun.IsZero() || !time.Now().Before(later(p.notBefore, p.ended.Add(stretched(p.pause(), s.stretch()))))
}

func (s *Sampler) pace(url string) *pace {
	if s.paces[url] == nil {
		s.paces[url] = &pace{}
	}
	return s.paces[url]
}

// schedule tells what comes next and what it has cost.
func (s *Sampler) schedule() {
	e := snapshot.Scheduled{Every: s.cfg.Every, Actual: s.shotInterval(), Slowed: s.slowed(), Paused: s.paused, Cost: s.cost}
	if !s.paused {
		e.Next = later(s.shotDue(), time.Now())
	}
	if !s.started.IsZero() {
		e.Cost.Elapsed = time.Since(s.started)
	}
	e.Cost.Latency = s.pace(s.heapURL).median()
	e.Cost.CPU = -1
	if s.found.process != nil {
		e.Cost.CPU = s.cpu.used
	}
	s.emit(e)
}
