package leak

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
	"leaktop/diff/handler"
	"leaktop/diff/units"
)

// taskVerdict says what it means that there are ever more goroutines of a kind,
// by their number alone; "" for what is no growth at all.
func (s *scene) taskVerdict(t *task) Verdict {
	trend := &t.trend.Trend
	switch {
	case t.probability < grows, !trend.GoesOn.Known, fellBack(trend):
		if s.stuck(t) || s.stuckRequest(t) {
			return Stuck
		}
		return ""
	case over(trend) && (s.stuck(t) || s.stuckRequest(t)):
		return Stuck
	case over(trend):
		return Plateau
	case idle(t), t.probability < leakSure, elapsed(trend) < needed(t), taskLeak(t) < leakLikely:
		return Growing
	}
	return Leak
}

// taskStanding is what speaks for leaving a verdict on a task.
func (s *scene) taskStanding(t *task) standing {
	trend := &t.trend.Trend
	return standing{
		at:     s.to,
		freed:  trend.GoesOn.Known && fellBack(trend) || trend.Growth.Value <= 0,
		ended:  trend.GoesOn.Known && trend.GoesOn.Value < surelyEnded,
		noise:  t.probability < noise,
		doubt:  taskLeak(t) < doubtful,
		blocks: t.waits == blocked,
	}
}

// Limits of when a verdict is left.
const (
	surelyEnded = 0.1 // probability that growth goes on
	noise       = 0.2 // probability of growth
	doubtful    = 0.3 // probability of a leak
)

// heapStanding is what speaks for leaving a verdict on growth of the heap.
func (s *scene) heapStanding(g *growth) standing {
	t := &g.trend.Trend
	return standing{
		at:     t.To,
		freed:  t.GoesOn.Known && fellBack(t) || t.Growth.Value <= 0,
		ended:  t.GoesOn.Known && t.GoesOn.Value < surelyEnded,
		noise:  g.probability < noise,
		doubt:  s.heapLeak(g) < doubtful,
		barely: s.heapLeak(g) < leakClear,
	}
}

// idle reports whether goroutines serve connections on which no request is: that
// clients keep more of them open is no leak of this process.
func idle(t *task) bool {
	return !t.site.own && serves(t.entry.Function)
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

// finding is what is said of a task.
func (s *scene) taskFinding(t *task, verdict Verdict, companions []*task, held []*growth) Finding {
	check, dumped := checkOf(t), s.name(t)
	f := Finding{
		ID:         t.id(),
		Kind:       GoroutineKind,
		Check:      check.check,
		Verdict:    verdict,
		Confidence: taskConfidence(t, verdict),
		Summary:    check.summary(t),
		Where:      t.site.where,
		Stack:      t.main(),
		Stacks:     t.stacks(),
		Group:      t.groups[0].Key,
		Groups:     t.keys(),
		Now:        Amounts{Goroutines: snapshot.Known(t.now)},
		Unit:       Goroutines,
		Handler:    t.handler,
		HasHandler: t.hasHandler,
		Remedy:     check.remedy.in(t.site.where.Function),
	}
	if t.trend.Slope.Known {
		f.Growth = perMinute(t.trend.Slope)
	}
	s.hold(&f, t, held)
	for _, c := range companions {
		f.Related = append(f.Related, Related{Kind: GoroutineKind, Stack: c.main(), Now: Amounts{Goroutines: snapshot.Known(c.now)}})
		f.Groups = append(f.Groups, c.keys()...)
	}
	f.Evidence = append(f.Evidence, s.taskEvidence(t)...)
	f.Evidence = append(f.Evidence, dumped...)
	switch verdict {
	case Plateau:
		f.Summary = units.Plural(t.now, "goroutine") + " became more, and then no more"
		f.Remedy = "nothing, unless there are too many of them: then bound their number"
	case Growing:
		f.Recheck = "watch for longer: whether their number levels off cannot be told yet"
		if idle(t) {
			f.Summary = units.Plural(t.now, "goroutine") + " keep connections of clients open on which no request is"
			f.Remedy = "set IdleTimeout on the server, if clients open ever more connections"
			f.Recheck = "see whether the number of clients grows as well"
		}
	}
	return f
}

// taskEvidence is what speaks for a verdict on goroutines, in numbers.
func (s *scene) taskEvidence(t *task) []string {
	trend := &t.trend.Trend
	var out []string
	if trend.N > 1 && trend.Growth.Value > 0 {
		fewer := "never fewer than before"
		if trend.Falls > 0 {
			fewer = fmt.Sprintf("fewer than before %s", timesWord(trend.Falls))
		}
		out = append(out, fmt.Sprintf("%s more in %s, from %s to %s, and %s", units.Count(int64(trend.Growth.Value)),
			units.Duration(span(trend)), units.Count(trend.First), units.Count(trend.Now), fewer))
	}
	if held := s.heldFor(t); held > 0 {
		out = append(out, fmt.Sprintf("for %s none of them has gone, as far as their number shows", units.Duration(held)))
	}
	if len(t.groups) > 1 {
		out = append(out, "met "+strings.Join(metAt(t), ", "))
	}
	if t.hasHandler {
		switch t.handler.Link {
		case handler.OnStack:
			out = append(out, "they serve requests of "+t.handler.Name)
		case handler.Started:
			out = append(out, "started by "+t.handler.Name)
		case handler.Labelled:
			out = append(out, "labelled "+t.handler.Name)
		case handler.Guessed:
			out = append(out, "likely started by "+t.handler.Name+", the only handler of their type")
		}
	}
	return out
}

func timesWord(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// maxPlaces is how many of the places at which goroutines were met are named.
const maxPlaces = 3

// metAt names where goroutines of a kind are, the most first.
func metAt(t *task) []string {
	var out []string
	for _, g := range t.groups[:min(len(t.groups), maxPlaces)] {
		out = append(out, fmt.Sprintf("%s in %s (%s)", units.Count(g.After), shortName(g.Blocked.Function), g.State))
	}
	return out
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
			f.Evidence = append(f.Evidence, "what they hold is what was allocated under the same functions and lives")
		}
		sortRelated(f.Related)
		return
	}
	var sum int64
	for _, g := range held {
		for _, id := range g.stacks {
			now := s.live(id)
			n, _ := now.Bytes.Get()
			sum = snapshot.AddSaturating(sum, n)
			f.Related = append(f.Related, Related{HeapKind, id, now})
		}
	}
	sortRelated(f.Related)
	f.Holds = snapshot.Known(sum)
	if t.now > 0 {
		f.Evidence = append(f.Evidence, "the heap allocated under the same functions grows with them")
		f.Summary += ", holding about " + bytesOf(float64(sum)/float64(t.now)) + " each"
	}
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
