package leak

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/units"
)

// fewestAdvanced is how many snapshots before which a GC completed a run needs
// at least, so that nothing found means that there is nothing.
const fewestAdvanced = 3

// conclude says what the findings and what was seen come to.
func (j *Judge) conclude(r *Result, s *scene) {
	r.Lacking = j.lacking(r, s)
	r.Needs = j.needs(r, s)
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
//
// Nothing is clean before a leak could have been told: one of goroutines called
// so, and one of the heap named, at a rate that the detection limit says.
func (j *Judge) lacking(result *Result, s *scene) string {
	r := &j.run
	restarted := ""
	if j.restarts > 0 {
		restarted = fmt.Sprintf(" since the target restarted (%s in all)", units.Plural(j.restarts, "restart"))
		if j.restarts == 1 {
			restarted = " since the target restarted"
		}
	}
	cycles := r.cycles()
	switch {
	case r.snapshots == 0:
		return "no snapshot was taken" + restarted
	case r.alone:
		return j.aloneLacks()
	case r.heap == nil:
		return "there was no heap profile" + why(r.missing)
	case s.hidden.known:
		return s.hidden.text()
	case r.advanced < fewestAdvanced && cycles == 0:
		return "the target completed no GC" + restarted + ", so its heap profile shows nothing new; watch for longer, or let leaktop force one with --allow gc"
	case r.advanced < fewestAdvanced:
		return fmt.Sprintf("only %s since the warm-up came after a GC%s, and a trend needs %d; watch for longer, or let leaktop force GCs with --allow gc",
			units.Plural(r.advanced, "snapshot"), restarted, fewestAdvanced)
	case r.goroutines == nil:
		return "there was no goroutine profile" + why(r.missing)
	case result.Detection.GoroutineLeakIn > 0:
		return fmt.Sprintf("only %s was seen since the warm-up%s, and goroutine growth cannot be called a leak before %s; watch for %s longer",
			units.Duration(s.to.Sub(s.from).Round(time.Second)), restarted, units.Duration(blockedAfter), rounded(result.Detection.GoroutineLeakIn))
	case s.unexplained(result):
		return "the live heap grows by " + units.BytesPerMinute(result.Heap.Value) + ", and no place in the code explains it yet; watch for longer"
	}
	return ""
}

// unexplained reports whether the heap as a whole grows, beyond any doubt, and no
// finding says where.
func (s *scene) unexplained(r *Result) bool {
	if !r.HeapGrows {
		return false
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		_, holds := f.Holds.Get()
		if f.Verdict != Plateau && (f.Kind == HeapKind || holds) {
			return false
		}
	}
	t, ok := s.observer.Total(time.Time{})
	return ok && t.Growth.Value > leastUnexplained*float64(t.First) && t.Factor.Known && posterior(t.Factor.Value, 0.5/fewestActive) >= surelyGrows
}

// leastUnexplained is by which share of the live heap it must have grown at least.
const leastUnexplained = 0.1

func why(missing []string) string {
	if len(missing) == 0 {
		return ""
	}
	return " (" + missing[0] + ")"
}

// slowLeak is how many bytes per second a leak loses that is worth watching for:
// 420 MiB a day.
const slowLeak = 5 << 10

// needs says what more time or more rights would show.
func (j *Judge) needs(r *Result, s *scene) []string {
	if j.run.alone {
		return nil
	}
	var out []string
	d := r.Detection
	if text := d.Waits(); text != "" {
		out = append(out, sentence(text))
	}
	if d.BytesPerSecond.Known && d.BytesPerSecond.Value > slowLeak {
		_, span, _ := s.observer.HeapSeen()
		takes := time.Duration(d.BytesPerSecond.Value / slowLeak * float64(span)).Round(time.Minute)
		out = append(out, "A heap profile is a sample: a leak of "+units.Bytes(slowLeak)+"/s takes about "+units.Duration(takes)+" to show in this one.")
	}
	out = append(out, s.observer.Missing()...)
	return out
}

// sentence makes one of a clause.
func sentence(clause string) string {
	first, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(first)) + clause[size:] + "."
}

// recent is the time over which the rates of the whole process are told: what
// it does now, not what it did on the way.
const recent = 2 * time.Minute

// surelyGrows is from which probability on the process as a whole is said to grow.
const surelyGrows = 0.95

// totals says how the process as a whole moves, and when its limit is reached.
func (s *scene) totals(r *Result) {
	since := r.To.Add(-recent)
	r.RatesOver = min(recent, max(r.To.Sub(s.seenFrom), 0))
	if t, ok := s.observer.Total(since); ok && t.Slope.Known {
		r.Heap = perMinute(t.Slope)
		r.HeapGrows = t.Growth.Value > 0 && t.Factor.Known && posterior(t.Factor.Value, 0.5) >= surelyGrows && !over(&t)
	}
	keys := make([]diff.GroupKey, 0, len(s.standing))
	for key := range s.standing {
		keys = append(keys, key)
	}
	if t, ok := s.observer.GroupSum(keys, since); ok && t.Slope.Known {
		r.Goroutines = perMinute(t.Slope)
		r.GoroutinesGrow = t.Growth.Value >= fewestMore && t.Factor.Known && posterior(t.Factor.Value, 0.5) >= surelyGrows && !over(&t.Trend)
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
