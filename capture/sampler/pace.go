package sampler

import (
	"slices"
	"time"
)

const (
	// costRatio bounds what an endpoint may cost: it is asked again no sooner
	// than this many times its median latency, so that watching it keeps the
	// target busy for at most 1 % of one core.
	costRatio = 100
	// paceWindow is how many latencies the median is taken over.
	paceWindow = 15
	// maxSlowdown bounds the doubling after timeouts.
	maxSlowdown = 64
)

// pace keeps the latencies of one endpoint and says how soon it may be asked again.
type pace struct {
	latencies []time.Duration // the latest paceWindow, oldest first
	slowdown  int             // doubled by each timeout, halved by each answer; 0 counts as 1
}

// answered records the latency of an answer.
func (p *pace) answered(latency time.Duration) {
	p.latencies = append(p.latencies, latency)
	if len(p.latencies) > paceWindow {
		p.latencies = slices.Delete(p.latencies, 0, 1)
	}
	p.slowdown = max(p.slowdown/2, 1)
}

// timedOut records that no answer came in time.
func (p *pace) timedOut() {
	p.slowdown = min(max(p.slowdown, 1)*2, maxSlowdown)
}

// median returns the median latency, the lower one of two, 0 before the first answer.
func (p *pace) median() time.Duration {
	if len(p.latencies) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(p.latencies))
	return sorted[(len(sorted)-1)/2]
}

// interval returns the time to leave between two requests where the user asked for one each asked.
func (p *pace) interval(asked time.Duration) time.Duration {
	return max(asked, costRatio*p.median()) * time.Duration(max(p.slowdown, 1))
}
