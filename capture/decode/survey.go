package decode

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// survey is what a look over the wire format found, before anything was
// allocated: how many of each message there are, and an upper bound of what
// decoding them allocates in all, garbage included. What labels allocate is not
// in it: they are counted as they are read, in [labels].
//
// It is needed because an empty message takes two bytes on the wire and up to
// several hundred in memory, and gzip packs a thousand of them into one byte.
type survey struct {
	unpacked                                       int
	types, samples, mappings, locations, functions int
	lines, strings                                 int
	cost                                           int
}

// Bytes allocated in all per element. What a map or a list that grows takes is
// counted with the copies it leaves behind. A sample counts what is made of it
// later, too: its place in a comparison, a row, and its share of an export.
const (
	costType     = 6*40 + 6*8
	costSample   = 700
	costValue    = 64
	costMapping  = 6*32 + 96
	costLocation = 64 + 96
	costAddress  = 550     // of a location without lines: a name made from its address, and its frame
	costLine     = 3 * 150 // a frame of the table, and the map that it is found in
	costFunction = 48 + 96
	costString   = 8 + 16
	costText     = 12 // a byte of a string: a copy, and one cleaned that may be three times as long
)

// surveyProto looks over a profile. packed is what it took before it was
// unpacked; both copies are held while it is decoded.
func surveyProto(data []byte, packed int) (survey, error) {
	s := survey{unpacked: len(data), cost: len(data) + packed}
	if len(data) > math.MaxUint32 {
		return s, s.tooCostly()
	}
	for len(data) > 0 {
		f, rest, err := nextField(data)
		if err != nil {
			return s, err
		}
		data = rest
		if f.typ != protowire.BytesType {
			continue
		}
		if err := s.message(f); err != nil {
			return s, err
		}
		if s.cost+s.samples*s.types*costValue > maxCost {
			return s, s.tooCostly()
		}
	}
	s.cost += s.samples * s.types * costValue
	return s, nil
}

// message counts one field of the profile message, by its number in profile.proto.
func (s *survey) message(f field) error {
	switch f.num {
	case fieldSampleType:
		s.types++
		s.cost += costType
	case fieldSample:
		s.samples++
		s.cost += costSample
	case fieldMapping:
		s.mappings++
		s.cost += costMapping
	case fieldLocation:
		s.locations++
		s.cost += costLocation
		return s.location(f.body)
	case fieldFunction:
		s.functions++
		s.cost += costFunction
	case fieldString:
		s.strings++
		s.cost += costString + costText*len(f.body)
	}
	return nil
}

func (s *survey) location(message []byte) error {
	lines := 0
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			return err
		}
		message = rest
		if f.num == 4 {
			lines++
		}
	}
	if lines == 0 {
		s.cost += costAddress
	}
	s.lines += lines
	s.cost += lines * costLine
	return nil
}

// tooCostly says what was found.
func (s *survey) tooCostly() error {
	return bound(fmt.Sprintf("decoding it would take more than %s of memory (unpacked it is %s; in the first part alone "+
		"there are samples: %d, locations: %d, functions: %d)", size(maxCost), size(s.unpacked), s.samples, s.locations, s.functions),
		"take a smaller profile: of a shorter run, or sampled less often")
}
