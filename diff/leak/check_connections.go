package leak

import (
	"strings"

	"leaktop/capture/snapshot"
	"leaktop/diff/units"
)

// ClientConnections is more clients than before, with all that the process keeps
// for them. Its claim has the value more (count, of clients), the function that
// accepted them where it is known, and the word "streams" where they are streams on connections
// that there were before.
const ClientConnections Check = "client-connections"

// clientConnections finds more clients: what becomes more when they do is there
// because of them, and goes when they go.
func clientConnections() detector[*ramp] {
	const onStreams = "streams"
	return detector[*ramp]{
		check: ClientConnections,
		finds: func(_ *scene, r *ramp) bool { return r != nil },
		claim: func(_ *scene, r *ramp) Fact {
			f := Fact{}.With("more", r.lead.trend.Growth.Value, Count)
			if r.loop.Function != "" {
				f.Functions = []string{r.loop.Function}
			}
			if r.streams {
				f.Words = append(f.Words, onStreams)
			}
			return f
		},
		says: func(f Fact) string {
			what := "more client connection"
			if f.says(onStreams) {
				what = "more client stream"
			}
			text := units.Plural(f.whole("more"), what)
			if len(f.Functions) > 0 {
				text += ", accepted in " + f.function()
			}
			return text
		},
		facts: (*scene).connectionFacts,
		recheck: func(*scene, *ramp) Fact {
			return Fact{Kind: CompareWithClients}
		},
		remedy: remedy{
			inGo:   "see whether that many clients are expected. If not, bound their number (golang.org/x/net/netutil.LimitListener) and end connections that do nothing: IdleTimeout and ReadTimeout on an HTTP server, keepalive.ServerParameters and EnforcementPolicy on a gRPC server, SetReadDeadline in code that reads connections itself",
			native: "see whether that many clients are expected; if not, bound their number, and close connections that have been idle for long",
		},
		advice: func(s *scene, r *ramp) string {
			if s.readsBody(r.lead) {
				return sendingClient.advice()
			}
			return ""
		},
	}
}

// readsBody reports whether goroutines of an HTTP server wait for the rest of a
// request of which a handler has the start.
func (s *scene) readsBody(t *task) bool {
	if s.peerOf(t) != sendingClient {
		return false
	}
	for f := range s.cfg.Table.Frames(t.main()) {
		if f.Function == "net/http.(*body).Read" || strings.HasSuffix(f.Function, "http2requestBody).Read") {
			return true
		}
	}
	return false
}

// connectionFacts are what tells of more clients.
func (s *scene) connectionFacts(r *ramp) []Fact {
	t := &r.lead.trend.Trend
	var out []Fact
	if t.Growth.Value > 0 { // of those that came, few may be left
		out = append(out, becameMore(t), Fact{Kind: GrowthProbable}.With("p", growthConfidence(r.lead.probability), Probability))
	}
	if s.readsBody(r.lead) {
		out = append(out, Fact{Kind: BodyAwaited})
	}
	if !t.GrewFrom.IsZero() {
		since := Fact{Kind: ClientsCame}
		since.Times = append(since.Times, t.GrewFrom)
		out = append(out, since)
	}
	if each := float64(r.more(s)) / t.Growth.Value; t.Growth.Value > 0 && each >= 1.5 {
		out = append(out, Fact{Kind: KeptForEach}.With("each", each, Goroutines))
	}
	return out
}

// more is how many more goroutines there are of all that go with the clients.
func (r *ramp) more(s *scene) int64 {
	var n int64
	for key := range r.keys {
		n += s.standing[key].Now - s.standing[key].First
	}
	return n
}

// connectionFinding is what is said of more clients.
func (s *scene) connectionFinding(r *ramp) Finding {
	speaks, _ := firstOf(connectionDetectors(), s, r)
	t := r.lead
	f := goroutineFinding(rampID(), t, r.verdict)
	if r.verdict != Plateau { // of which it is no rate of now
		f.Growth = perMinute(t.trend.Slope)
	}
	speaks.speak(&f, s, r)
	now := t.now
	led := make(map[snapshot.StackID]bool)
	for _, id := range f.Stacks {
		led[id] = true
	}
	for _, with := range r.with {
		if led[with.main()] {
			continue
		}
		now += with.now
		f.accompany(with)
	}
	f.Now = Amounts{Goroutines: snapshot.Known(now)}
	s.holdFor(&f, r)
	if r.verdict == Plateau {
		f.levelOff()
	}
	return f
}

// holdFor notes what the heap holds for clients.
func (s *scene) holdFor(f *Finding, r *ramp) {
	sum := s.relate(f, r.held)
	if len(r.held) == 0 {
		return
	}
	var grown int64
	for _, g := range r.held {
		grown = snapshot.AddSaturating(grown, int64(g.trend.Growth.Value))
	}
	f.Holds = snapshot.Known(sum)
	f.Facts = append(f.Facts, Fact{Kind: HeapGrowsWithThem})
	if clients := r.lead.trend.Growth.Value; clients > 0 && r.verdict != Plateau {
		f.Claim = f.Claim.With(claimEach, float64(grown)/clients, Bytes)
	}
}
