package snapshot

import (
	"bytes"
	"cmp"
	"slices"
)

// chain is the packed profiles of one kind, oldest first.
type chain struct {
	packer Packer
	frames []packed
	buffer []byte
	bytes  int // of all frames
}

// packed is the frame of one snapshot.
type packed struct {
	seq  int
	data []byte
}

// add packs the profile of the next snapshot.
func (c *chain) add(seq int, p *Profile) {
	c.frames = append(c.frames, packed{seq: seq})
	c.buffer = c.packer.Append(c.buffer[:0], p)
	c.set(len(c.frames)-1, c.buffer)
}

func (c *chain) set(i int, data []byte) {
	c.bytes += len(data) - len(c.frames[i].data)
	c.frames[i].data = bytes.Clone(data)
}

// find returns the place of a snapshot's frame, or where it would be.
func (c *chain) find(seq int) (int, bool) {
	return slices.BinarySearchFunc(c.frames, seq, func(f packed, seq int) int { return cmp.Compare(f.seq, seq) })
}

// keyBefore returns the place of the newest key frame at or before a place.
func (c *chain) keyBefore(i int) int {
	for i > 0 && !IsKeyFrame(c.frames[i].data) {
		i--
	}
	return i
}

// profile unpacks the profile of a snapshot, nil where it has none.
func (c *chain) profile(seq int) *Profile {
	i, ok := c.find(seq)
	if !ok {
		return nil
	}
	return c.unpack(c.keyBefore(i), i).Profile()
}

// newest reports whether a snapshot's frame is the newest: its profile is the
// packer's own.
func (c *chain) newest(seq int) bool {
	n := len(c.frames)
	return n > 0 && c.frames[n-1].seq == seq && c.packer.last != nil
}

// unpack reads the frames from one place to another. What is packed here was
// decoded within its limits, and has no others.
func (c *chain) unpack(from, to int) *Unpacker {
	u := &Unpacker{MaxRecords: unbounded, MaxValues: unbounded}
	for _, f := range c.frames[from : to+1] {
		if err := u.Next(f.data); err != nil {
			break // it has no profile then
		}
	}
	return u
}

const unbounded = int(^uint(0) >> 1)

// remove takes out the frame of a snapshot, if there is one. The one after it
// is packed again, against what is now before it.
func (c *chain) remove(seq int) {
	i, ok := c.find(seq)
	if !ok {
		return
	}
	last := len(c.frames) - 1
	if i == last {
		c.packer = Packer{} // the next begins with a key frame
	} else if !IsKeyFrame(c.frames[i+1].data) {
		u := c.unpack(c.keyBefore(i), i-1)
		// Of a key frame that goes, the next takes the place.
		repacker := Packer{last: u.Profile(), key: unbounded / (2 * keyShare)}
		if u.Next(c.frames[i].data) == nil && u.Next(c.frames[i+1].data) == nil {
			c.set(i+1, repacker.Append(nil, u.Profile()))
		}
	}
	c.bytes -= len(c.frames[i].data)
	c.frames = slices.Delete(c.frames, i, i+1)
}

// follow reads what some stacks hold in one column, in each of the frames from
// one place to another.
func (c *chain) follow(stacks []StackID, column string, from, to int) []int64 {
	f := follower{name: column, stacks: slices.Sorted(slices.Values(stacks))}
	values := make([]int64, 0, to-from)
	for i := c.keyBefore(from); i < to; i++ {
		f.next(c.frames[i].data)
		if i >= from {
			values = append(values, f.sum())
		}
	}
	return values
}
