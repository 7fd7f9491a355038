package sampler

import (
	"slices"
	"time"
)

const (
	// costRatio bounds what a URL may cost: it is asked again no sooner than
	// this many times its median latency, so that watching it keeps the target
	// busy for at most 1 % of one core.
	costRatio = 100
	// paceWindow is how many latencies the median is taken over.
	paceWindow = 15
	// maxSlowdown bounds the doubling after timeouts.
	maxSlowdown = 64
)

// pace keeps the latencies of one URL and says how soon it may be asked again.
// The zero value is of a URL that was never asked.
type pace struct {
	latencies    []time.Duration // the latest paceWindow, oldest first
	slowdown     int             // doubled by each timeout, halved by each answer; 0 counts as 1
	begun, ended time.Time       // of the latest request
	notBefore    time.Time       // of the next request, as the answer of the latest one asks
	lost         time.Duration   // how long the latest request was waited for in vain; 0 after an answer
}

// answered records an answer, be it an error: that takes the target its time, too.
func (p *pace) answered(begun, ended time.Time) {
	p.begun, p.ended, p.lost = begun, ended, 0
	p.latencies = append(p.latencies, ended.Sub(begun))
	if len(p.latencies) > paceWindow {
		p.latencies = slices.Delete(p.latencies, 0, 1)
	}
	p.slowdown = max(p.slowdown/2, 1)
}

// timedOut records that no answer came in time.
func (p *pace) timedOut(begun, ended time.Time) {
	p.begun, p.ended, p.lost = begun, ended, ended.Sub(begun)
	p.slowdown = min(max(p.slowdown, 1)*2, maxSlowdown)
}

// failed records a request that the target did not get, or broke off.
func (p *pace) failed(begun, ended time.Time) { p.begun, p.ended = begun, ended }

// median returns the median latency, the lower one of two, 0 before the first answer.
func (p *pace) median() time.Duration {
	if len(p.latencies) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(p.latencies))
	return sorted[(len(sorted)-1)/2]
}

// pause returns the time to leave after a request, whatever was asked for.
func (p *pace) pause() time.Duration {
	return max(costRatio*p.median(), p.lost) * p.factor()
}

// interval returns the time between two requests where the user asked for one each asked.
func (p *pace) interval(asked time.Duration) time.Duration {
	return max(asked*p.factor(), p.pause())
}

// next returns when the URL may be asked again; the zero time if it was never
// asked. The pause counts from the end of a request: after a timeout the target
// may have only begun with it.
func (p *pace) next(asked time.Duration) time.Time {
	if p.begun.IsZero() {
		return time.Time{}
	}
	return later(p.notBefore, later(p.begun.Add(asked*p.factor()), p.ended.Add(p.pause())))
}

func (p *pace) factor() time.Duration { return time.Duration(max(p.slowdown, 1)) }

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
