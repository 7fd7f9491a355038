package leak

import (
	"leaktop/diff/handler"
	"leaktop/diff/trend"
)

// claim begins what is said of a task: how many they are, and words of the check.
func (t *task) claim(words ...string) Fact {
	return Fact{Words: words}.With(claimNow, float64(t.now), Goroutines)
}

// taskFacts are what speaks for a verdict on goroutines.
func (s *scene) taskFacts(t *task) []Fact {
	trend := &t.trend.Trend
	var out []Fact
	if trend.N > 1 && trend.Growth.Value > 0 {
		out = append(out, becameMore(trend))
		out = append(out, Fact{Kind: GrowthProbable}.With("p", growthConfidence(t.probability), Probability))
	}
	if held := s.heldFor(t); held > 0 {
		out = append(out, Fact{Kind: NoneGone}.lasting(held))
	}
	if len(t.groups) > 1 {
		out = append(out, metAt(t))
	}
	if t.hasHandler {
		out = append(out, byHandler(t.handler))
	}
	return append(append(out, s.dumpFacts(t)...), s.waitFacts(t)...)
}

// becameMore is how a number of goroutines grew.
func becameMore(t *trend.Trend) Fact {
	return Fact{Kind: BecameMore}.
		With("more", t.Growth.Value, Goroutines).
		With("from", float64(t.First), Goroutines).With("to", float64(t.Now), Goroutines).
		lasting(span(t)).With("falls", float64(t.Falls), Count)
}

// maxPlaces is how many of the places at which goroutines were met are named.
const maxPlaces = 3

// metAt names where goroutines of a kind are, the most first.
func metAt(t *task) Fact {
	f := Fact{Kind: MetAt}
	for _, g := range t.groups[:min(len(t.groups), maxPlaces)] {
		f = f.With("waiting", float64(g.After), Goroutines)
		f.Functions = append(f.Functions, g.Blocked.Function)
		f.Words = append(f.Words, string(g.State))
	}
	return f
}

// byHandler says how goroutines hang together with a request handler.
func byHandler(h handler.Handler) Fact {
	f := Fact{Kind: ServesHandler, Handlers: []string{h.Name}}
	switch h.Link {
	case handler.Started:
		f.Kind = StartedByHandler
	case handler.Labelled:
		f.Kind = LabelledByHandler
	case handler.Guessed:
		f.Kind = LikelyByHandler
	}
	return f
}

// dumpFacts are what the full dumps tell of a task.
func (s *scene) dumpFacts(t *task) []Fact {
	var out []Fact
	if d := t.dumped; d.known() {
		f := Fact{Kind: SameByID}.With("survived", float64(d.survived), Goroutines).With("before", float64(d.before), Goroutines)
		f.Times = append(f.Times, s.dumps.first.Time)
		out = append(out, f)
	}
	if creator := t.dumped.creator.Function; creator != "" {
		out = append(out, Fact{Kind: StartedIn, Functions: []string{creator}})
	}
	return out
}

// taskRecheck says what would tell whether goroutines that become more are a leak.
func (s *scene) taskRecheck(t *task) Fact {
	if idle(t) {
		return Fact{Kind: CompareWithClients}
	}
	return Fact{Kind: WatchWhetherTheyLevelOff}
}
