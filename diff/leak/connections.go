package leak

import (
	"math"
	"slices"
	"time"

	"leaktop/capture/snapshot"
	"leaktop/diff"
)

// ramp is more clients than before, and all that the process keeps for them.
type ramp struct {
	// lead is the goroutines that stand for one client each: one reads each
	// connection, or a handler is at work on it.
	lead    *task
	streams bool // they stand for streams, on connections that did not become more
	curve   []int64
	with    []*task // all that go with the clients, the lead's too
	keys    map[diff.GroupKey]bool
	loop    snapshot.Frame // that accepted them; zero where none was seen
	verdict Verdict
	held    []*growth
}

// rampID is the same for all ramps: a process has one at most.
func rampID() string { return idOf(GoroutineKind, string(ClientConnections)) }

// ramp finds out whether clients became more, and which goroutines came with
// them. A goroutine that waits to read from a client ends when the client
// leaves, so that as long as it is there its client is. Of the others those go
// with the clients that became more when the clients did, by as many, and that
// hang together with them in the code. Where there are more than clients, they
// have outlived some, and are judged by themselves.
func (s *scene) ramp(all []*task) *ramp {
	r := &ramp{keys: make(map[diff.GroupKey]bool)}
	c := s.crowd(all)
	lead, with := s.connected(c)
	lead = append(lead, c.readers...)
	found := r.leads(s, lead)
	if !found {
		found = r.leads(s, c.streams)
		r.streams = found
	}
	switch {
	case found:
		anchors := slices.Concat(lead, c.streams, with)
		for _, m := range anchors {
			r.take(m.task)
		}
		s.follow(r, anchors, c.others)
	case !s.memory.has(rampID()) || !r.goesOn(s, all):
		return nil
	}
	r.curve = s.countsOf(r.lead)
	r.loop = s.acceptedBy(r.lead)
	r.verdict = s.memory.hold(rampID(), s.taskVerdict(r.lead), s.taskStanding(r.lead))
	if r.verdict == "" {
		return nil
	}
	return r
}

// mostTries is how many kinds of goroutines that stand for clients are looked at
// one by one, the most first, where all together come and go too much to tell.
const mostTries = 4

// leads makes tasks that stand for one client each the lead of a ramp, if there
// are more of them together, or of one kind; false if not.
func (r *ramp) leads(s *scene, movers []*mover) bool {
	if len(movers) == 0 {
		return false
	}
	tries := [][]*mover{movers}
	for _, m := range movers[:min(len(movers), mostTries)] {
		tries = append(tries, []*mover{m})
	}
	for _, try := range tries {
		tasks := make([]*task, len(try))
		for i, m := range try {
			tasks[i] = m.task
		}
		lead := s.leadOf(tasks)
		if lead == nil || lead.trend.Growth.Value < fewestMore {
			continue
		}
		if lead.probability >= grows || s.memory.has(rampID()) {
			r.lead = lead
			return true
		}
	}
	return false
}

// leadOf is tasks that stand for one client each as a single one; nil where its
// trend is not known.
func (s *scene) leadOf(tasks []*task) *task {
	lead := merged(tasks)
	sum, ok := s.observer.GroupSum(lead.keys(), time.Time{})
	if !ok || !sum.Factor.Known {
		return nil
	}
	lead.trend, lead.waits = sum, inFlight
	lead.pollers, lead.onStack = false, false
	lead.probability = posterior(sum.Factor.Value, expected/fewestActive)
	return lead
}

// goesOn keeps the goroutines that led at the judgement before as the lead where too
// few more clients are left to find one, because a verdict is left for a reason only.
// It returns false where they are all gone: no finding is made of what is not there.
func (r *ramp) goesOn(s *scene, all []*task) bool {
	before := s.ramped
	led := before.lead.keys()
	var tasks []*task
	for _, whole := range all {
		for _, t := range partsOf(whole) {
			keys := t.keys()
			if slices.ContainsFunc(keys, func(key diff.GroupKey) bool { return slices.Contains(led, key) }) {
				tasks = append(tasks, t)
			}
			if slices.ContainsFunc(keys, func(key diff.GroupKey) bool { return before.keys[key] }) {
				r.take(t)
			}
		}
	}
	if len(tasks) == 0 {
		return false
	}
	r.lead, r.streams = s.leadOf(tasks), before.streams
	return r.lead != nil
}

func (r *ramp) take(t *task) {
	r.with = append(r.with, t)
	for _, key := range t.keys() {
		r.keys[key] = true
	}
}

// follow adds what goes with the clients though it does not read from them.
func (s *scene) follow(r *ramp, anchors, followers []*mover) {
	kin := newKinship()
	for _, m := range anchors {
		kin.add(m.task, s.sites)
	}
	var left []*mover
	for _, m := range followers {
		if neverIdles(m.state()) || m.is(handles) && !s.waitsWithClient(m) {
			continue
		}
		if slices.ContainsFunc(anchors, func(a *mover) bool { return inStep(a.curve, m.curve) }) {
			left = append(left, m)
		}
	}
	for more := true; more; {
		more = false
		left = slices.DeleteFunc(left, func(m *mover) bool {
			if !serves(m.entry.Function) && !kin.has(m.task, s.sites) {
				return false
			}
			r.take(m.task)
			kin.add(m.task, s.sites)
			more = true
			return true
		})
	}
}

// neverIdles reports whether nobody waits so for as long as a client stays.
func neverIdles(state diff.State) bool { return locks(state) || state == diff.ChanSend }

// Limits of how far two numbers that grow in step may be apart: not every
// goroutine of a client is met where it mostly waits.
const (
	stepShare = 0.1
	stepLeast = 2
)

// inStep reports whether goroutines became more when those of a lead did, by as
// many, at each point.
func inStep(lead, of []int64) bool {
	last := len(lead) - 1
	if len(of) != len(lead) || last < 1 {
		return false
	}
	most := float64(lead[last]-lead[0]) / 2
	for i := range lead {
		rose := float64(lead[i] - lead[0])
		apart := math.Abs(float64(of[i]-of[0]) - rose)
		if apart > math.Min(math.Max(stepLeast, stepShare*math.Abs(rose)), most) {
			return false
		}
	}
	return true
}

// acceptedBy is the loop that accepted the clients of a task: the one of the
// package through which most of its goroutines go, next to where they were
// started; else the only one that there is.
func (s *scene) acceptedBy(t *task) (loop snapshot.Frame) {
	for f := range s.cfg.Table.Frames(t.main()) {
		pkg := diff.PackageOf(f.Function)
		for _, one := range s.accepts.loops {
			if diff.PackageOf(one.Function) == pkg {
				loop = one
			}
		}
	}
	if loop.Function == "" && len(s.accepts.loops) == 1 {
		return s.accepts.loops[0]
	}
	return loop
}

// without are the tasks that do not go with clients: those of whose growth most
// is that of other goroutines.
func (r *ramp) without(s *scene, growing []*task) []*task {
	if r == nil {
		return growing
	}
	return slices.DeleteFunc(growing, func(t *task) bool {
		var own, all int64
		for _, g := range t.groups {
			at := s.standing[g.Key]
			all += at.Now - at.First
			if r.keys[g.Key] {
				own += at.Now - at.First
			}
		}
		return own > 0 && 4*own >= 3*all
	})
}
