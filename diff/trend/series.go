package trend

import (
	"encoding/binary"
)

// amount is the value of a series at one time.
type amount struct {
	live  int64 // bytes of a heap stack, goroutines of a group
	alloc int64 // bytes ever allocated; 0 for goroutines
}

// series is the values of one stack or group, kept only where they changed.
// Before its first point it was zero. A point is three varints: how many places
// after the one before, and by how much both values differ from it.
type series struct {
	packed []byte
	count  uint32 // of points
	place  uint32 // of the newest point
	first  amount // value at the first place, which is never thinned out
	last   amount
}

// point is an amount from a place of the timeline on, until the next point.
type point struct {
	place uint32
	amount
}

// longest is how many bytes a point takes at most.
const longest = 3 * binary.MaxVarintLen64

// set takes in the value at the newest place; it returns how many bytes that takes.
func (s *series) set(place int, a amount) (size int) {
	if a == s.last {
		return 0
	}
	var room [longest]byte
	added := appendPoint(room[:0], point{s.place, s.last}, point{uint32(place), a})
	if len(s.packed)+len(added) > cap(s.packed) {
		// An eighth more at a time: most series hardly ever change.
		grown := make([]byte, len(s.packed), len(s.packed)+len(added)+len(s.packed)/8)
		copy(grown, s.packed)
		s.packed = grown
	}
	s.packed = append(s.packed, added...)
	if place == 0 {
		s.first = a
	}
	s.count, s.place, s.last = s.count+1, uint32(place), a
	return len(added)
}

func appendPoint(dst []byte, before, p point) []byte {
	dst = binary.AppendUvarint(dst, uint64(p.place-before.place))
	dst = binary.AppendVarint(dst, p.live-before.live)
	return binary.AppendVarint(dst, p.alloc-before.alloc)
}

// next reads a point after another; false after the last.
func next(packed []byte, before point) (p point, rest []byte, ok bool) {
	if len(packed) == 0 {
		return before, nil, false
	}
	gap, n := uvarint(packed, 0)
	live, n := varint(packed, n)
	alloc, n := varint(packed, n)
	return point{before.place + uint32(gap), amount{before.live + live, before.alloc + alloc}}, packed[n:], true
}

// uvarint reads a number from a place on, and returns the place after it. The
// profile of a large process is read by millions of them, most of one byte.
func uvarint(packed []byte, from int) (uint64, int) {
	if b := packed[from]; b < 0x80 {
		return uint64(b), from + 1
	}
	v, n := binary.Uvarint(packed[from:])
	return v, from + n
}

func varint(packed []byte, from int) (int64, int) {
	v, to := uvarint(packed, from)
	n := int64(v >> 1)
	if v&1 != 0 {
		n = ^n
	}
	return n, to
}

// thin moves points to the places that are kept, where the later of two wins.
func (s *series) thin(moved []uint32) {
	// What is written never passes what is read: a point that stands for two
	// takes no more than both.
	kept := s.packed[:0]
	var written, p point // p is the newest of its place, and is not written yet
	s.count = 0
	write := func() {
		if p.amount != written.amount {
			kept = appendPoint(kept, written, p)
			written = p
			s.count++
		}
	}
	rest := s.packed
	from, at := point{}, uint32(0)
	for {
		after, left, ok := next(rest, from)
		if !ok {
			break
		}
		if to := moved[after.place]; to != at {
			write()
			at = to
		}
		p = point{at, after.amount}
		from, rest = after, left
	}
	write()
	s.packed, s.place = kept, written.place
}

// thinAll thins n series and packs them into one allocation. Kept apart, many small
// slices that grow and shrink waste half as much memory again. It returns how many
// bytes they take.
func thinAll(n int, at func(i int) *series, moved []uint32) (bytes int) {
	room := 0
	for i := range n {
		s := at(i)
		s.thin(moved)
		bytes += len(s.packed)
		room += s.room()
	}
	piece := make([]byte, 0, room)
	for i := range n {
		piece = at(i).move(piece)
	}
	return bytes
}

// room is how many bytes a series takes with what most will gain until they are
// thinned again.
func (s *series) room() int { return len(s.packed) + len(s.packed)/4 }

// move lays the points of a series down behind those of others, in a piece of
// memory that has room for them. A series that outgrows its own room leaves it.
func (s *series) move(piece []byte) []byte {
	from := len(piece)
	to := from + s.room()
	s.packed = append(piece, s.packed...)[from : len(piece)+len(s.packed) : to]
	return piece[:to]
}

// changes is how often the value was another than before; the first is no change.
func (s *series) changes() int {
	n := int(s.count)
	if n > 0 && s.first != (amount{}) {
		n--
	}
	return n
}

// each calls f with the value at every place.
func (s *series) each(places int, f func(place int, a amount)) {
	now := point{}
	after, rest, more := next(s.packed, now)
	for place := range places {
		if more && int(after.place) == place {
			now = after
			after, rest, more = next(rest, now)
		}
		f(place, now.amount)
	}
}
