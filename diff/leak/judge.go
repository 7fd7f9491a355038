package leak

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// Config says how to judge.
type Config struct {
	Table *snapshot.Table
	// Own are prefixes of functions that count as own code; see [diff.IsOwn].
	Own []string
	// Handlers finds the request handlers of stacks. It is the judge's alone.
	Handlers *handler.Finder
	// Warmup is how long after the first snapshot of a run nothing feeds a trend.
	Warmup time.Duration
	// Limit is a memory limit that the user named, in bytes; 0 for none.
	Limit int64
}

// Judge follows one target. It is not safe for concurrent use.
type Judge struct {
	cfg      Config
	observer *trend.Observer
	sites    *sites

	snapshots snapshot.Tally // of all runs
	restarts  int
	run       run
	judged    *Result // of all that came so far, nil where something came since
}

// run is what was seen of the newest process of the target.
type run struct {
	number           int
	from, to         time.Time // of the first and last snapshot
	snapshots        int
	alone            bool // its snapshots are of files
	advanced         int  // after the warm-up
	heap, goroutines *snapshot.Snapshot
	proofs           proofs
	dumps            cohort
	curves           curves
	firstGC          snapshot.Value
	missing          []string // why the newest snapshot lacks a profile
	memory           memory
	places           places
	callers          callers
	accepts          acceptLoops
	ramp             *ramp // that was told last, nil for none
	ids              taskIDs
	groups           *diff.Counter // of goroutines
	connections      []snapshot.Connections
}

// NewJudge returns a judge that has seen nothing yet.
func NewJudge(cfg Config) *Judge {
	return &Judge{
		cfg:      cfg,
		observer: trend.NewObserver(cfg.Table, cfg.Warmup),
		sites:    &sites{table: cfg.Table, own: cfg.Own},
	}
}

// Apply takes in the next event of the target.
//
// Everything is judged at each snapshot, so that a verdict depends on what came
// and not on when it was asked for.
func (j *Judge) Apply(e snapshot.Event) {
	j.judged = nil
	switch e := e.(type) {
	case snapshot.VitalsTaken:
		j.run.curves.add(e.Vitals)
		if n := e.Vitals.Value(snapshot.NumGC); j.run.firstGC == (snapshot.Value{}) {
			j.run.firstGC = n
		}
	case snapshot.Restarted:
		j.restarts++
		j.run = run{number: j.run.number + 1}
	case snapshot.Taken:
		j.take(e.Snapshot)
		j.judged = j.judge()
		j.run.memory.keep()
	}
}

func (j *Judge) take(s *snapshot.Snapshot) {
	r := &j.run
	if s.Run != r.number {
		*r = run{number: s.Run}
	}
	if r.from.IsZero() {
		r.from = s.Time
	}
	r.to = s.Time
	r.snapshots++
	r.missing, r.alone = s.Missing, s.Alone
	j.snapshots.Add(s.Heap != nil, s.Goroutines != nil, true)
	if s.Heap != nil {
		r.heap = s
		if s.Advanced && !s.Time.Before(r.from.Add(j.cfg.Warmup)) {
			r.advanced++
		}
	}
	if s.Goroutines != nil {
		r.goroutines = s
	}
	if s.Connections != nil {
		r.connections = s.Connections
	}
	r.dumps.add(s.Dump)
	j.observer.Add(s)
	if s.Leaked != nil {
		r.proofs = r.proofs.renew(diff.Groups(j.cfg.Table, nil, s.Leaked), s.Time, j.observer)
	}
	j.cfg.Handlers.Observe(s.Heap, s.Goroutines)
}

// Result judges what was seen so far. What it returns does not change any more.
func (j *Judge) Result() *Result {
	if j.judged == nil {
		j.judged = j.judge()
	}
	return j.judged
}

func (j *Judge) judge() *Result {
	j.run.memory.begin()
	s := j.scene()
	r := &Result{
		Run: j.run.number, From: j.run.from, To: j.run.to,
		Snapshots: j.snapshots.Whole(), Advanced: j.run.advanced, Restarts: j.restarts,
		GCCycles: j.run.cycles(),
	}
	r.Findings = s.findings(s.seenFrom)
	j.run.ramp = s.ramped
	s.totals(r)
	r.Idle = s.curves.idle()
	if r.Detection = s.detection(); j.run.alone {
		r.Detection.HeapLeakIn, r.Detection.GoroutineLeakIn = -1, -1
	}
	j.conclude(r, s)
	return r
}

func (j *Judge) scene() *scene {
	j.run.places.update(j.observer, j.sites)
	j.run.callers.update(&j.run.places, j.sites)
	j.run.accepts.update(j.cfg.Table, j.run.goroutines)
	s := &scene{
		cfg:        j.cfg,
		sites:      j.sites,
		observer:   j.observer,
		memory:     &j.run.memory,
		places:     &j.run.places,
		callers:    &j.run.callers,
		accepts:    &j.run.accepts,
		ramped:     j.run.ramp,
		ids:        &j.run.ids,
		process:    j.observer.Process(),
		heap:       j.run.heap,
		goroutines: j.run.goroutines,
		proofs:     j.run.proofs,
		standing:   maps.Collect(j.observer.Standing()),
		dumps:      &j.run.dumps,

		connections: j.run.connections,
		curves:      &j.run.curves,
		at:          j.run.to,
		uptime:      j.run.uptime(),
	}
	if s.goroutines != nil {
		if j.run.groups == nil {
			j.run.groups = diff.NewCounter(j.cfg.Table)
		}
		s.groups = j.run.groups.Groups(s.goroutines.Goroutines)
	}
	s.seenFrom = j.run.from.Add(j.cfg.Warmup)
	s.hidden = s.hiddenHeap()
	if times := j.observer.Times(); len(times) > 0 {
		s.from, s.to = times[0], times[len(times)-1]
	}
	return s
}

// uptime is for how long the process had been up when it was first seen; 0 unknown.
func (r *run) uptime() time.Duration {
	start, known := r.curves.last(snapshot.StartTime)
	if !known || r.from.IsZero() {
		return 0
	}
	return max(r.from.Sub(time.Unix(0, start)), 0)
}

// cycles is how many GC cycles completed in the run; -1 unknown.
func (r *run) cycles() int64 {
	first, known := r.firstGC.Get()
	last, knownLast := r.curves.last(snapshot.NumGC)
	if !known || !knownLast {
		return -1
	}
	return max(last-first, 0)
}

// findings judges everything, the worst first.
func (s *scene) findings(from time.Time) []Finding {
	all := s.tasks()
	proven := s.proven()
	ramp := s.ramp(all)
	if ramp != nil {
		s.ramped = ramp
	}
	growing, companions := companions(ramp.without(s, s.growingTasks(all)))
	judged := make(map[diff.GroupKey]bool)
	if ramp != nil {
		maps.Copy(judged, ramp.keys)
	}
	for _, t := range growing {
		for _, key := range t.keys() {
			judged[key] = true
		}
		for _, c := range companions[t] {
			for _, key := range c.keys() {
				judged[key] = true
			}
		}
	}
	stuck := s.stuckTasks(all, judged)
	s.finalizers = s.blockedFinalizers(all)
	held, rest := s.link(growing, s.growths())
	rest = ramp.holds(s, rest)

	var out []Finding
	leaking := false
	for _, t := range growing {
		t.each = s.heldBy(t, held[t])
		verdict := s.memory.hold(t.id(), s.taskVerdict(t), s.taskStanding(t))
		if verdict == "" {
			continue
		}
		s.inSyscalls = s.inSyscalls || t.state() == diff.Syscall && verdict != Plateau
		if verdict != Plateau && (t.onSocket() || slices.ContainsFunc(companions[t], (*task).onSocket)) {
			s.onSockets += max(t.trend.Growth.Value, 0)
		}
		leaking = leaking || verdict == Leak || t.state() == diff.Syscall // whose threads have stacks of their own
		if n := prove(t, proven); n > 0 {
			out = append(out, s.provenFinding(t, n, companions[t], held[t]))
			continue
		}
		out = append(out, s.taskFinding(t, verdict, companions[t], held[t]))
	}
	if ramp != nil {
		leaking = leaking || ramp.verdict != Plateau
		out = append(out, s.connectionFinding(ramp))
	}
	for _, t := range stuck {
		s.memory.hold(t.id(), Stuck, standing{at: s.at})
		judged[t.groups[0].Key] = true
		if n := prove(t, proven); n > 0 {
			out = append(out, s.provenFinding(t, n, nil, nil))
			continue
		}
		out = append(out, s.taskFinding(t, Stuck, nil, nil))
	}
	for _, t := range all {
		if n := prove(t, proven); n > 0 && !judged[t.groups[0].Key] {
			t.trend, _ = s.observer.GroupSum(t.keys(), time.Time{})
			out = append(out, s.provenFinding(t, n, nil, nil))
		}
	}
	for _, g := range rest {
		if s.hidden.rate > 0 {
			break // one sample or two stand for more than there is
		}
		if f, ok := s.heapFinding(g); ok {
			out = append(out, f)
		}
	}
	s.holdFinalized(out, rest)
	out = append(out, s.allocationFindings()...)
	out = append(out, s.processFindings(from, leaking)...)
	for i := range out {
		if left, ok := s.memory.reason(out[i].ID); ok {
			out[i].Facts = slices.Insert(out[i].Facts, 0, left.fact())
		}
	}
	slices.SortStableFunc(out, worse)
	distinct(out)
	return out
}

// worse orders findings: by verdict, then by what they hold or grow by, in
// bytes; a goroutine stands for the few KiB of its stack.
func worse(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Verdict.Severity(), a.Verdict.Severity()),
		cmp.Compare(weight(b), weight(a)),
		cmp.Compare(a.ID, b.ID),
	)
}

const stackBytes = 4 << 10 // of a goroutine that does little

func weight(f Finding) int64 {
	holds, _ := f.Holds.Get()
	goroutines, _ := f.Now.Goroutines.Get()
	return snapshot.AddSaturating(holds, goroutines*stackBytes)
}
