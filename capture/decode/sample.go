package decode

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"leaktop/capture/snapshot"
)

// Samples are interned in batches, of so many at most or so many bytes of code.
const (
	batchSamples = 512
	batchBytes   = 40 << 10
)

// samples reads the samples of a profile: each becomes a stack, labels, a size
// and a vector of values.
type samples struct {
	*proto
	*places
	labels  labels
	table   *snapshot.Table
	factors []int64
	out     *snapshot.Builder
	stack   []snapshot.Part // locations of the sample at hand by index, leaf first
	columns int             // values of the sample at hand
	keys    []snapshot.Key
	values  []int64 // of the keys
	stacks  []snapshot.StackID
	walked  int // frames so far
}

// read reads all samples into the builder.
func (s *samples) read() error {
	for data := s.data; len(data) > 0; {
		f, rest, err := nextField(data)
		if err != nil {
			return err
		}
		data = rest
		if f.num != fieldSample {
			continue
		}
		if err := s.sample(f.body); err != nil {
			return err
		}
	}
	return s.flush()
}

func (s *samples) sample(message []byte) error {
	s.stack, s.columns = s.stack[:0], 0
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			return err
		}
		message = rest
		switch f.num {
		case 1:
			err = s.locations(f)
		case 2:
			err = s.vector(f)
		case 3:
			if f.typ != protowire.BytesType {
				return errWireType
			}
			err = s.labels.add(s.proto, f.body)
		}
		if err != nil {
			return err
		}
	}
	if s.columns != len(s.factors) {
		return damage(fmt.Sprintf("mismatch: values in a sample: %d, sample types: %d", s.columns, len(s.factors)))
	}
	key := snapshot.Key{Size: s.labels.size}
	key.Labels = s.labels.intern(s.table)
	s.keys = append(s.keys, key)
	return s.end()
}

// locations adds locations to the stack of the sample at hand.
func (s *samples) locations(f field) error {
	if f.typ == protowire.VarintType {
		return s.location(f.value)
	}
	if f.typ != protowire.BytesType {
		return errWireType
	}
	stack, dense := s.stack, s.ids.dense
	for data := f.body; len(data) > 0; {
		id, n := uint64(data[0]), 1
		if id >= 0x80 {
			if len(data) > 1 && data[1] < 0x80 {
				id, n = id&0x7f|uint64(data[1])<<7, 2
			} else if id, n = protowire.ConsumeVarint(data); n < 0 {
				return wireError(n)
			}
		}
		data = data[n:]
		if id < uint64(len(dense)) && dense[id] > 0 && len(stack) < maxDepth {
			stack = append(stack, snapshot.Part(dense[id]-1))
			continue
		}
		s.stack = stack
		if err := s.location(id); err != nil {
			return err
		}
		stack = s.stack
	}
	s.stack = stack
	return s.deep()
}

func (s *samples) location(id uint64) error {
	i, ok := s.ids.find(id)
	if !ok {
		return damage(fmt.Sprintf("it has no location with the id %d", id))
	}
	s.stack = append(s.stack, snapshot.Part(i))
	return s.deep()
}

// deep refuses a stack of too many locations.
func (s *samples) deep() error {
	if len(s.stack) > maxDepth {
		return errDeep
	}
	return nil
}

// vector adds values to those of the sample at hand.
func (s *samples) vector(f field) error {
	if f.typ == protowire.VarintType {
		s.value(f.value)
		return nil
	}
	if f.typ != protowire.BytesType {
		return errWireType
	}
	for data := f.body; len(data) > 0; {
		v, n := uvarint(data)
		if n < 0 {
			return wireError(n)
		}
		data = data[n:]
		s.value(v)
	}
	return nil
}

func (s *samples) value(v uint64) {
	if s.columns < len(s.factors) {
		s.values = append(s.values, scale(int64(v), s.factors[s.columns]))
	}
	s.columns++
}

var (
	errDeep = tooMuch(fmt.Sprintf("it has a stack of more than %d frames", maxDepth))
	errWalk = tooMuch(fmt.Sprintf("its stacks have more than %d frames in all", maxWalk))
	errFull = tooMuch(fmt.Sprintf("there are more than %d different frames or %d different stacks, or they are too deep", maxFrames, maxStacks))
)

// end ends the stack of the sample at hand.
func (s *samples) end() error {
	depth, bytes := s.batch.Add(s.stack[s.leaf(s.stack):], maxDepth)
	if s.walked += depth; depth > maxDepth {
		return errDeep
	} else if s.walked > maxWalk {
		return errWalk
	}
	if bytes < batchBytes && len(s.keys) < batchSamples {
		return nil
	}
	return s.flush()
}

// flush interns the stacks that wait, and hands their samples to the builder.
func (s *samples) flush() error {
	s.stacks = s.batch.Intern(s.stacks[:0])
	n := len(s.factors)
	for i, key := range s.keys {
		key.Stack = s.stacks[i]
		s.out.Add(key, s.values[i*n:(i+1)*n])
	}
	s.keys, s.values = s.keys[:0], s.values[:0]
	if full(s.table) {
		return errFull
	}
	return nil
}

// full reports whether a table has grown to its bounds.
func full(t *snapshot.Table) bool {
	frames, stacks := t.Size()
	return frames > maxFrames || stacks > maxStacks || t.StackBytes() > maxStackBytes
}
