package leak

import (
	"cmp"
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

// mover is a task of which there are more than there were.
type mover struct {
	*task
	traits trait
	curve  []int64
}

func (m *mover) growth() int64 { return m.curve[len(m.curve)-1] - m.curve[0] }

func (m *mover) is(t trait) bool { return m.traits&t != 0 }

// onConnection reports whether a request of an HTTP server is at work there.
func (m *mover) onConnection() bool {
	return serves(m.entry.Function) && (m.site.own || m.is(handles)) && !m.is(watches)
}

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
	switch {
	case r.leads(s, lead):
	case r.leads(s, c.streams):
		r.streams = true
	default:
		return nil
	}
	anchors := slices.Concat(lead, c.streams, with)
	for _, m := range anchors {
		r.take(m)
	}
	s.follow(r, anchors, c.others)
	r.loop = s.acceptedBy(r.lead)
	r.verdict = s.memory.hold(rampID(), s.taskVerdict(r.lead), s.taskStanding(r.lead))
	if r.verdict == "" {
		return nil
	}
	return r
}

// crowd is the tasks of which there are more than at first, by what they have to
// do with clients. Those that have to do with servers are not among them.
type crowd struct {
	readers  []*mover // that wait for input from a client
	streams  []*mover // that wait for the next message of a stream
	handlers []*mover // requests of the HTTP server at work
	watching *mover   // that watch for the clients of those to leave
	others   []*mover
}

func (s *scene) crowd(all []*task) crowd {
	var c crowd
	for _, m := range s.movers(all) {
		switch {
		case m.is(dialled) && !m.onConnection(), m.is(accepts):
		case m.is(watches):
			if c.watching == nil {
				c.watching = m
			}
		case m.is(streams):
			c.streams = append(c.streams, m)
		case m.onConnection() && !m.is(asks) && !s.readsWebsocket(m):
			c.handlers = append(c.handlers, m)
		case s.readsClient(m):
			c.readers = append(c.readers, m)
		default:
			c.others = append(c.others, m)
		}
	}
	return c
}

// movers are the tasks of which there are more than at first, the most first.
func (s *scene) movers(all []*task) []*mover {
	var out []*mover
	for _, whole := range all {
		if s.added(whole.groups) < fewestMore {
			continue
		}
		for _, t := range partsOf(whole) {
			if s.added(t.groups) < fewestMore {
				continue
			}
			m := &mover{task: t, traits: s.traitsOf(t)}
			for _, g := range t.groups {
				points := s.observer.GroupPoints(g.Key)
				if m.curve == nil {
					m.curve = make([]int64, len(points))
				}
				for i, p := range points {
					m.curve[i] += p.Value
				}
			}
			if len(m.curve) > 1 {
				out = append(out, m)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *mover) int { return cmp.Compare(b.growth(), a.growth()) })
	return out
}

// added is how many more goroutines some groups have than at first.
func (s *scene) added(groups []diff.Group) int64 {
	var n int64
	for _, g := range groups {
		at := s.standing[g.Key]
		n += at.Now - at.First
	}
	return n
}

// partsOf splits a library's goroutines of one type by what they do: one reads a
// connection and another writes it.
func partsOf(t *task) []*task {
	if t.site.own {
		return []*task{t}
	}
	type key struct{ entry, blocked string }
	byKey := make(map[key]*task)
	var out []*task
	for _, g := range t.groups {
		k := key{g.Entry.Function, g.Blocked.Function}
		part := byKey[k]
		if part == nil {
			copied := *t
			part = &copied
			part.entry, part.site.where, part.groups, part.now = g.Entry, g.Blocked, nil, 0
			byKey[k] = part
			out = append(out, part)
		}
		part.groups, part.now = append(part.groups, g), part.now+g.After
	}
	return out
}

// traitsOf are those that most goroutines of a task have.
func (s *scene) traitsOf(t *task) trait {
	var out trait
	for bit := accepts; bit <= websocket; bit <<= 1 {
		var n int64
		for _, g := range t.groups {
			if s.accepts.traits[g.Stacks[0]]&bit != 0 {
				n += g.After
			}
		}
		if 2*n > t.now {
			out |= bit
		}
	}
	return out
}

// readsClient reports whether goroutines wait for input from a client.
func (s *scene) readsClient(m *mover) bool {
	switch {
	case !m.is(reads):
		return false
	case m.is(asks), s.readsWebsocket(m):
		return true
	}
	return !m.is(handles) && s.accepts.serves(s.cfg.Table, m.main())
}

// readsWebsocket reports whether goroutines wait for input from the client of a
// websocket, which its handler took over from the HTTP server.
func (s *scene) readsWebsocket(m *mover) bool {
	return m.is(reads) && m.is(websocket) && (m.is(handles) || s.accepts.upgrades || !s.accepts.dials)
}

// connected finds requests at work of which the clients are there: the HTTP
// server watches for each whether it leaves. Those that wait for what no client
// could bring about are not among them, for a request that is stuck looks the
// same as long as its client is patient. Each of lead stands for one client;
// what is in with is there because of these, or of those who read from them.
func (s *scene) connected(c crowd) (lead, with []*mover) {
	var patient []*mover
	for _, m := range c.handlers {
		if s.waitsWithClient(m) {
			patient = append(patient, m)
		}
	}
	if c.watching != nil {
		lead = watched(c, patient)
		if lead != nil {
			with = append(with, c.watching)
		} else if len(c.handlers) == 0 {
			lead = []*mover{c.watching} // of requests of many kinds
		}
	}
	// A connection that a handler took over is watched by nobody but who reads it.
	for _, m := range patient {
		if slices.Contains(lead, m) {
			continue
		}
		kin := newKinship()
		kin.add(m.task, s.sites)
		switch {
		case slices.ContainsFunc(c.readers, func(r *mover) bool { return !r.is(asks) && inStep(r.curve, m.curve) }):
			with = append(with, m)
		case slices.ContainsFunc(c.others, func(r *mover) bool {
			return r.is(reads) && !r.is(handles) && (r.is(websocket) || kin.has(r.task, s.sites)) && inStep(r.curve, m.curve)
		}):
			lead = append(lead, m)
		}
	}
	return lead, with
}

// watched are those requests at work of which each has a client that is watched.
func watched(c crowd, patient []*mover) []*mover {
	rest := slices.Clone(c.watching.curve)
	sum := make([]int64, len(rest))
	for _, m := range c.handlers {
		if slices.Contains(patient, m) {
			addTo(sum, m.curve, 1)
		} else {
			addTo(rest, m.curve, -1)
		}
	}
	var out []*mover
	together := inStep(rest, sum)
	for _, m := range patient {
		if together || inStep(rest, m.curve) || inStep(c.watching.curve, m.curve) {
			out = append(out, m)
		}
	}
	return out
}

func addTo(sum, curve []int64, times int64) {
	for i, n := range curve {
		sum[i] += times * n
	}
}

// waitsWithClient reports whether a request at work waits in what its client's
// leaving would end.
func (s *scene) waitsWithClient(m *mover) bool {
	switch m.state() {
	case diff.Select:
		return !m.is(dialled) && !remote(m.task) && !awaits(m.task, scarce())
	case diff.IOWait:
		return !m.is(reads) || m.is(asks) || m.is(websocket)
	case diff.CondWait, diff.Sleep, diff.Running, diff.Syscall:
		return true
	}
	return false
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
		lead := merged(tasks)
		sum, ok := s.observer.GroupSum(lead.keys(), time.Time{})
		if !ok || !sum.Factor.Known || sum.Growth.Value < fewestMore {
			continue
		}
		lead.trend, lead.waits = sum, inFlight
		lead.pollers, lead.onStack = false, false
		lead.probability = posterior(sum.Factor.Value, 0.5/fewestActive)
		if lead.probability >= grows || s.memory.has(rampID()) {
			r.lead, r.curve = lead, make([]int64, len(try[0].curve))
			for _, m := range try {
				addTo(r.curve, m.curve, 1)
			}
			return true
		}
	}
	return false
}

func (r *ramp) take(m *mover) {
	r.with = append(r.with, m.task)
	for _, key := range m.keys() {
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
			r.take(m)
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
