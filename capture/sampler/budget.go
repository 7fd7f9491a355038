package sampler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
)

const (
	// fetchGarbage is what every profile allocates at the target, in bytes: its
	// gzip writer (measured).
	fetchGarbage = 1_250_000
	// nearby is how long a target next door takes to answer what costs it nothing.
	nearby = time.Millisecond
)

// expense is what one request costs the target each time, at most.
type expense struct {
	what string
	cost time.Duration
}

// stretch is how many times longer than their own paces allow all intervals
// are, so that everything together, snapshots and curves, keeps the target busy
// for at most 1 % of one core; 1 where it does anyway. What was allowed
// explicitly, dumps and goroutineleak, does not count: each keeps its own pace.
func (s *Sampler) stretch() float64 {
	perShot, perTick := 1/s.shotPace().Seconds(), 1/s.tickPace().Seconds()
	share := 0.0
	for _, e := range s.profiles() {
		share += e.cost.Seconds() * perShot
	}
	// Each snapshot brings a point of the curves, and the index, too.
	if s.found.source == nil {
		share += s.share(s.indexURL, perShot+perTick)
	} else {
		share += s.share(s.indexURL, perShot) + s.share(s.found.source.url, perShot+perTick)
	}
	return max(1, costRatio*share)
}

// share is how much of one core a URL takes that is to be asked so many times a
// second. One that is slow to answer is left out where its pace forbids it.
func (s *Sampler) share(url string, perSecond float64) float64 {
	work := s.work(url).Seconds()
	if pause := s.pace(url).pause().Seconds(); perSecond*pause > 1 {
		perSecond = 1 / pause
	}
	return work * perSecond
}

// profiles tells what the two profiles of a snapshot cost. Of goroutines the
// prediction counts where it is higher: there may be many more than when the
// profile was fetched last.
func (s *Sampler) profiles() []expense {
	heap := expense{"heap profile", s.work(s.heapURL) + collecting(fetchGarbage)}
	n, ok := s.listable()
	if !ok {
		return []expense{heap}
	}
	goroutines := expense{"goroutine profile", max(s.work(s.goroutineURL), duration(float64(n)*float64(cpuPerGoroutine)))}
	goroutines.cost = plus(goroutines.cost, collecting(fetchGarbage+float64(n)*garbagePerGoroutine))
	return []expense{heap, goroutines}
}

// shotCost is what a snapshot costs the target as things are. The index is left
// out, since one that is slow is left out of most.
func (s *Sampler) shotCost() (cost time.Duration) {
	for _, e := range s.profiles() {
		cost = plus(cost, e.cost)
	}
	return cost
}

// work is the most CPU that a request for a URL takes the target, by what it took
// to answer so far: its median latency, less what is the way there and back.
func (s *Sampler) work(url string) time.Duration {
	return max(0, s.pace(url).median()-s.roundTrip())
}

// roundTrip is how long an answer is under way, by the quickest so far: every
// probe asks for something that costs next to nothing. It is 0 for a target near by.
func (s *Sampler) roundTrip() time.Duration {
	var answers []time.Duration
	for _, p := range s.paces {
		answers = append(answers, p.latencies...)
	}
	if len(answers) == 0 {
		return 0
	}
	return max(0, slices.Min(answers)-nearby)
}

// collecting is the most CPU that garbage costs the target later. A GC takes up
// to gcCPU for each GiB that lives and, at the default GOGC, comes once there is
// as much garbage; so a byte of garbage costs the same whatever the size of the heap.
func collecting(garbage float64) time.Duration {
	return duration(garbage / (1 << 30) * float64(gcCPU))
}

// plus adds two costs, which may be the longest times there are.
func plus(a, b time.Duration) time.Duration {
	return time.Duration(snapshot.AddSaturating(int64(a), int64(b)))
}

// slowed says why snapshots come less often than asked for, "" where they do not.
func (s *Sampler) slowed() string {
	if s.shotInterval() <= s.cfg.Every {
		return ""
	}
	if max(s.pace(s.heapURL).factor(), s.pace(s.goroutineURL).factor()) > 1 {
		return "a profile did not come in time, and the target may still be working on it"
	}
	parts := s.profiles()
	for i, url := range []string{s.heapURL, s.goroutineURL}[:len(parts)] {
		parts[i].cost = max(parts[i].cost, s.pace(url).median())
	}
	parts = append(parts, expense{"index", s.pace(s.indexURL).median()})
	if s.found.source != nil {
		parts = append(parts, expense{s.found.source.name, s.pace(s.tickURL()).median()})
	}
	slices.SortStableFunc(parts, func(a, b expense) int { return cmp.Compare(b.cost, a.cost) })
	var named []string
	for _, e := range parts {
		if e.cost >= parts[0].cost/4 {
			named = append(named, e.what+" "+roughly(e.cost.Seconds()))
		}
	}
	return fmt.Sprintf("more often would keep the target busy for over 1 %% of a core (%s)", strings.Join(named, ", "))
}
