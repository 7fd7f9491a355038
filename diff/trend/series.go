package trend

import "slices"

// amount is the value of a series at one time.
type amount struct {
	live  int64 // bytes of a heap stack, goroutines of a group
	alloc int64 // bytes ever allocated; 0 for goroutines
}

// point is an amount from a place of the timeline on, until the next point.
type point struct {
	place uint32
	amount
}

// series is the values of one stack or group, kept only where they changed.
// Before its first point it was zero.
type series struct {
	points []point
	last   amount
}

// set takes in the value at the newest place; it reports whether a point was added.
func (s *series) set(place int, a amount) bool {
	if a == s.last {
		return false
	}
	if cap(s.points) == len(s.points) {
		// A quarter more at a time: most series hardly ever change.
		s.points = slices.Grow(s.points, 1+len(s.points)/4)
	}
	s.points = append(s.points, point{uint32(place), a})
	s.last = a
	return true
}

// thin moves points to the places that are kept, where the later of two wins.
func (s *series) thin(moved []uint32) {
	kept := s.points[:0]
	var before amount
	for _, p := range s.points {
		p.place = moved[p.place]
		if n := len(kept); n > 0 && kept[n-1].place == p.place {
			kept = kept[:n-1]
			before = amount{}
			if n > 1 {
				before = kept[n-2].amount
			}
		}
		if p.amount != before {
			kept = append(kept, p)
			before = p.amount
		}
	}
	s.points = kept
	if cap(kept) > 2*len(kept)+8 {
		s.points = slices.Clone(kept)
	}
}

// first is the value at the first place.
func (s *series) first() amount {
	if len(s.points) > 0 && s.points[0].place == 0 {
		return s.points[0].amount
	}
	return amount{}
}

// each calls f with the value at every place.
func (s *series) each(places int, f func(place int, a amount)) {
	var now amount
	next := 0
	for place := range places {
		if next < len(s.points) && int(s.points[next].place) == place {
			now = s.points[next].amount
			next++
		}
		f(place, now)
	}
}
