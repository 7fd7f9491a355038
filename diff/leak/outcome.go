package leak

import (
	"fmt"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// fewestAdvanced is how many snapshots before which a GC completed a run needs
// at least, so that nothing found means that there is nothing.
const fewestAdvanced = 3

// conclude says what the findings and what was seen come to.
func (j *Judge) conclude(r *Result, s *scene) {
	r.Lacking, r.Needs = j.lacking(), j.needs(s)
	worst := Plateau
	for _, f := range r.Findings {
		if f.Verdict.Severity() > worst.Severity() {
			worst = f.Verdict
		}
	}
	switch {
	case worst.Fails():
		r.Outcome = Leaks
	case r.Lacking != "":
		r.Outcome, r.Reason = Inconclusive, r.Lacking
	case worst == Growing:
		r.Outcome = Grows
	default:
		r.Outcome = Clean
	}
}

// lacking says in a clause what was not seen and would have to be; "" for nothing.
func (j *Judge) lacking() string {
	r := &j.run
	restarted := ""
	if j.restarts > 0 {
		restarted = fmt.Sprintf(" since the target restarted (%d times in all)", j.restarts)
		if j.restarts == 1 {
			restarted = " since the target restarted"
		}
	}
	cycles := r.cycles()
	switch {
	case r.snapshots == 0:
		return "no snapshot was taken" + restarted
	case r.heap == nil:
		return "no heap profile could be had" + why(r.missing)
	case r.advanced < fewestAdvanced && cycles == 0:
		return "the target completed no GC" + restarted + ", so that its heap profile shows nothing new; watch for longer, or let leaktop force one with --allow gc"
	case r.advanced < fewestAdvanced:
		return fmt.Sprintf("only %s since the warm-up came after a GC%s, and a trend needs %d; watch for longer, or let leaktop force GCs with --allow gc",
			units.Plural(r.advanced, "snapshot"), restarted, fewestAdvanced)
	case r.goroutines == nil:
		return "no goroutine profile could be had" + why(r.missing)
	}
	return ""
}

func why(missing []string) string {
	if len(missing) == 0 {
		return ""
	}
	return " (" + missing[0] + ")"
}

// slowLeak is how fast a leak of small objects is that needs half an hour to be
// told at the default sampling rate: some seventeen sampled objects.
const (
	slowLeak    = "5 KiB/s"
	slowLeakFor = 30 * time.Minute
	leakSmall   = "50 KiB/s"
	smallFor    = 5 * time.Minute
)

// needs says what more time or more rights would show.
func (j *Judge) needs(s *scene) []string {
	var out []string
	seen := j.run.to.Sub(j.run.from) - j.cfg.Warmup
	if seen < leakSpan {
		out = append(out, fmt.Sprintf("Only %s were seen after the warm-up: nothing is called a leak before %s.", units.Duration(max(seen, 0)), units.Duration(leakSpan)))
	}
	switch {
	case seen < smallFor:
		out = append(out, "A heap profile is a sample: a leak of "+leakSmall+" takes 5 minutes to show, one of "+slowLeak+" half an hour.")
	case seen < slowLeakFor:
		out = append(out, "A heap profile is a sample: a leak of "+slowLeak+" takes half an hour to show.")
	}
	out = append(out, s.observer.Missing()...)
	return out
}

// recent is the time over which the rates of the whole process are told: what
// it does now, not what it did on the way.
const recent = 2 * time.Minute

// totals says how the process as a whole moves, and when its limit is reached.
func (s *scene) totals(r *Result) {
	since := r.To.Add(-recent)
	if t, ok := s.observer.Total(since); ok && t.Slope.Known {
		r.Heap = perMinute(t.Slope)
		r.HeapGrows = t.Growth.Value > 0 && t.Factor.Known && posterior(t.Factor.Value, 0.5) >= leakSure && !over(&t)
	}
	keys := make([]diff.GroupKey, 0, len(s.standing))
	for key := range s.standing {
		keys = append(keys, key)
	}
	if t, ok := s.observer.GroupSum(keys, since); ok && t.Slope.Known {
		r.Goroutines = perMinute(t.Slope)
		r.GoroutinesGrow = t.Growth.Value >= fewestMore && t.Factor.Known && posterior(t.Factor.Value, 0.5) >= leakSure && !over(&t.Trend)
	}
	r.Limit = s.limit(r)
}

// farAhead is from when on a forecast says nothing.
const farAhead = 365 * 24 * time.Hour

// limit is the memory limit that is reached first: of those that are known, the
// one with the least room left.
func (s *scene) limit(r *Result) Limit {
	var l Limit
	for _, one := range s.limits() {
		if one.Bytes > 0 && one.Used > 0 && (l.Bytes == 0 || one.Bytes-one.Used < l.Bytes-l.Used) {
			l = one
		}
	}
	if l.Bytes > 0 && r.HeapGrows && r.Heap.Value > 0 {
		minutes := float64(max(l.Bytes-l.Used, 0)) / r.Heap.Value
		if left := minutes * float64(time.Minute); left < float64(farAhead) {
			l.Left = max(time.Duration(left), time.Second)
		}
	}
	return l
}

// limits are those that are known, with how much of each is used. GOMEMLIMIT
// bounds what the Go runtime has obtained and not returned, a cgroup all that is
// charged to it.
func (s *scene) limits() []Limit {
	last := func(k snapshot.Vital) int64 {
		n, _ := s.curves.last(k)
		return n
	}
	runtime := last(snapshot.Sys) - last(snapshot.HeapReleased)
	resident := last(snapshot.RSS)
	if resident == 0 {
		resident = runtime
	}
	return []Limit{
		{Bytes: s.cfg.Limit, What: "--limit", Used: resident},
		{Bytes: last(snapshot.MemoryLimit), What: "GOMEMLIMIT", Used: runtime},
		{Bytes: last(snapshot.CgroupLimit), What: "cgroup", Used: max(last(snapshot.CgroupUsed), resident)},
	}
}
