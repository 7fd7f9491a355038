package leak

import (
	"math"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// taskVerdict says what it means that there are ever more goroutines of a kind,
// by their number alone; "" for what is no growth at all.
func (s *scene) taskVerdict(t *task) Verdict {
	trend := &t.trend.Trend
	switch {
	case t.probability < grows, !trend.GoesOn.Known, fellBack(trend):
		if s.standsStill(t) {
			return Stuck
		}
		return ""
	case over(trend) && s.standsStill(t):
		return Stuck
	case over(trend):
		return Plateau
	case idle(t), kept(t) && trend.Growth.Value < manyKept, t.probability < t.waits.sure(), elapsed(trend) < needed(t), taskLeak(t) < taskLikely:
		return Growing
	}
	return Leak
}

// taskStanding is what speaks for leaving a verdict on a task.
func (s *scene) taskStanding(t *task) standing {
	trend := &t.trend.Trend
	return standing{
		at:       s.at,
		freed:    trend.GoesOn.Known && fellBack(trend) || trend.Growth.Value <= 0,
		ended:    trend.GoesOn.Known && trend.GoesOn.Value < surelyEnded,
		noise:    t.probability < noise,
		doubt:    taskLeak(t) < doubtful,
		unlikely: taskLeak(t) < unlikely,
		waits:    t.waits != inFlight || t.works(),
		blocks:   t.waits == blocked || t.works(),
	}
}

// Limits of when a verdict is left.
const (
	surelyEnded = 0.07 // probability that growth goes on
	noise       = 0.12 // probability of growth
	doubtful    = 0.42 // probability of a leak
	unlikely    = 0.3  // the same, where one look is enough
)

// heapStanding is what speaks for leaving a verdict on growth of the heap.
func (s *scene) heapStanding(g *growth) standing {
	t := &g.trend.Trend
	return standing{
		at:       s.at,
		freed:    t.GoesOn.Known && fellBack(t) || t.Growth.Value <= 0 && !t.Floor.Rising, // its cycles may end low
		ended:    t.GoesOn.Known && t.GoesOn.Value < surelyEnded,
		noise:    g.probability < noise,
		doubt:    s.heapLeak(g) < doubtful,
		unlikely: s.heapLeak(g) < unlikely,
		barely:   s.barely(g),
	}
}

// idle reports whether goroutines serve connections on which no request is: that
// clients keep more of them open is no leak of this process.
func idle(t *task) bool {
	return !t.site.own && serves(t.entry.Function)
}

// manyKept is how many more connections of a client that no request is on are a
// leak: what is kept for later use levels off far below.
const manyKept = 100

// kept reports whether goroutines serve connections of a client that wait for
// their next request.
func kept(t *task) bool {
	return strings.HasPrefix(t.entry.Function, clientConnection) && !unread(t)
}

// serves reports whether goroutines that enter at a function belong to the
// connections of an HTTP server.
func serves(entry string) bool {
	for _, receiver := range []string{"net/http.(*conn).", "net/http.(*connReader).", "net/http.(*http2serverConn)."} {
		if strings.HasPrefix(entry, receiver) {
			return true
		}
	}
	return false
}

// taskFinding is what is said of a task.
func (s *scene) taskFinding(t *task, verdict Verdict, companions []*task, held []*growth) Finding {
	speaks, _ := firstOf(taskDetectors(), s, t) // the last one takes all
	f := goroutineFinding(t.id(), t, verdict)
	if t.trend.Slope.Known && verdict != Plateau && verdict != Stuck { // of these it is no rate of now
		f.Growth = perMinute(t.trend.Slope)
	}
	t.dumped = s.fateOf(t)
	s.name(t)
	f.Handler, f.HasHandler = t.handler, t.hasHandler
	speaks.speak(&f, s, t)
	s.hold(&f, t, held)
	s.relateHolders(&f, t)
	for _, c := range companions {
		f.accompany(c)
	}
	switch {
	case verdict == Plateau:
		f.levelOff()
	case verdict == Growing && !idle(t):
		f.Facts = append([]Fact{leakOrFilling(t.probability, taskLeak(t))}, f.Facts...)
	case verdict == Growing:
		f.Claim = t.claim()
		f.Claim.Kind = ClientsIdle
		f.Remedy = "set IdleTimeout on the server, if clients open ever more connections"
	}
	return f
}

// goroutineFinding begins a finding about the goroutines of a task.
func goroutineFinding(id string, t *task, verdict Verdict) Finding {
	return Finding{
		ID:         id,
		Kind:       GoroutineKind,
		Verdict:    verdict,
		Confidence: taskConfidence(t, verdict),
		Where:      t.site.where,
		Stack:      t.main(),
		Stacks:     t.stacks(),
		Group:      t.groups[0].Key,
		Groups:     t.keys(),
		Now:        Amounts{Goroutines: snapshot.Known(t.now)},
		Unit:       Goroutines,
	}
}

// accompany adds goroutines that come with those of a finding.
func (f *Finding) accompany(t *task) {
	f.Related = append(f.Related, Related{Kind: GoroutineKind, Stack: t.main(), Now: Amounts{Goroutines: snapshot.Known(t.now)}})
	f.Groups = append(f.Groups, t.keys()...)
}

// levelOff says that the goroutines of a finding became more, and then no more.
func (f *Finding) levelOff() {
	now, _ := f.Now.Goroutines.Get()
	f.Claim = Fact{Kind: NoLongerMore}.With(claimNow, float64(now), Goroutines)
	f.Remedy = "nothing, unless there are too many of them: then bound their number"
}

// heldFor is for how long no group of a task has shrunk.
func (s *scene) heldFor(t *task) time.Duration {
	if t.trend.Held.IsZero() {
		return 0
	}
	return max(0, s.to.Sub(t.trend.Held))
}

// hold notes what goroutines keep from being freed: the heap stacks that grow
// with them, else what lives under their own functions.
func (s *scene) hold(f *Finding, t *task, held []*growth) {
	if len(held) == 0 {
		functions := s.taskFunctions(t)
		var sum int64
		for _, id := range s.through(functions) {
			if now := s.live(id); !s.sites.watched(id) {
				n, _ := now.Bytes.Get()
				sum = snapshot.AddSaturating(sum, n)
				if n > 0 {
					f.Related = append(f.Related, Related{HeapKind, id, now})
				}
			}
		}
		if sum > 0 {
			f.Holds = snapshot.Known(sum)
			f.Facts = append(f.Facts, Fact{Kind: HoldsBySharedFunctions})
		}
		sortRelated(f.Related)
		return
	}
	sum := s.relate(f, held)
	f.Holds = snapshot.Known(sum)
	if t.now > 0 {
		f.Facts = append(f.Facts, Fact{Kind: HeapGrowsWithThem})
		f.Claim = f.Claim.With(claimEach, float64(sum)/float64(t.now), Bytes)
	}
}

// relate adds the heap stacks of some growths to what hangs together with a
// finding, and returns how many bytes live there.
func (s *scene) relate(f *Finding, growths []*growth) int64 {
	var sum int64
	for _, g := range growths {
		for _, id := range g.stacks {
			now := s.live(id)
			n, _ := now.Bytes.Get()
			sum = snapshot.AddSaturating(sum, n)
			f.Related = append(f.Related, Related{HeapKind, id, now})
		}
	}
	sortRelated(f.Related)
	return sum
}

// taskFunctions are the functions of own code by which what a task allocates is
// known: where it waits, and what it was started with.
func (s *scene) taskFunctions(t *task) map[string]bool {
	functions := make(map[string]bool)
	if t.site.own {
		functions[t.site.where.Function] = true
	}
	if s.ownEntry(t) {
		functions[t.entry.Function] = true
	}
	return functions
}

func sortRelated(related []Related) {
	size := func(r Related) int64 {
		n, known := r.Now.Bytes.Get()
		if !known {
			n, _ = r.Now.Goroutines.Get()
		}
		return n
	}
	slices.SortStableFunc(related, func(a, b Related) int {
		switch x, y := size(a), size(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}

// together reports whether two tasks became more by about the same number, or
// one by twice as many as the other.
func together(t, of *task) bool {
	ratio := t.trend.Growth.Value / math.Max(of.trend.Growth.Value, 1)
	return ratio > 0.3 && ratio < 2.5
}

// companions splits tasks into those that stand for themselves and, by one of
// those, the library's goroutines that come with it: each stuck request has a
// goroutine that watches its connection, each call that waits has the two loops
// of a client connection.
func companions(tasks []*task) (main []*task, of map[*task][]*task) {
	of = make(map[*task][]*task)
	for _, t := range tasks {
		owner := (*task)(nil)
		for _, other := range tasks {
			if other != t && accompanies(t, other) && together(t, other) {
				owner = other
				break
			}
		}
		if owner == nil {
			main = append(main, t)
			continue
		}
		of[owner] = append(of[owner], t)
	}
	return main, of
}

// accompanies reports whether a library's goroutines come with those of another task.
func accompanies(t, other *task) bool {
	switch {
	case t.site.own || !other.site.own:
		return false
	case serves(t.entry.Function):
		return serves(other.entry.Function)
	case strings.HasPrefix(t.entry.Function, clientConnection):
		return slices.Contains(remoteWaits(), other.groups[0].Blocked.Function) || other.state() == diff.IOWait
	}
	return false
}
