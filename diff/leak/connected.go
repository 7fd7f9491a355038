package leak

import (
	"slices"

	"leaktop/diff"
)

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
