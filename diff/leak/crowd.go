package leak

import (
	"cmp"
	"slices"

	"leaktop/diff"
)

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
			m := &mover{t, s.traitsOf(t), s.countsOf(t)}
			if len(m.curve) > 1 {
				out = append(out, m)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *mover) int { return cmp.Compare(b.growth(), a.growth()) })
	return out
}

// countsOf is how many goroutines of a task there were, at each point.
func (s *scene) countsOf(t *task) []int64 {
	points := s.observer.GroupPoints(t.keys()...)
	counts := make([]int64, len(points))
	for i, p := range points {
		counts[i] = p.Value
	}
	return counts
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
			part.known, part.entry, part.site.where, part.groups, part.now = "", g.Entry, g.Blocked, nil, 0
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
