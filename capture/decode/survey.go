package decode

import (
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
)

// Why a look over a protobuf profile ended early.
var (
	errCostly   = errors.New("decoding it would take too much memory")
	errProtoCut = errors.New("the protobuf data ends in the middle")
	errNoProto  = errors.New("not protobuf")
)

// survey is what a look over the wire format found, before anything was
// allocated: how many of each message there are, and an upper bound of what
// decoding them allocates in all, garbage included.
//
// It is needed because an empty message takes two bytes on the wire and up to
// several hundred in memory, gzip packs a thousand of them into one byte, and
// the parser believes every length it reads.
type survey struct {
	unpacked                                             int
	types, samples, frames, locations, functions, labels int
	longest                                              int // string
	cost                                                 int
}

// Bytes allocated in all per element, by google/pprof and by the conversion
// after it. Structures are counted at their size class. What is appended one by
// one is counted at six times its size: a large slice grows by a quarter
// each time, and leaves its old copies behind.
const (
	costType     = 48 + 6*8 + 6*40
	costSample   = 128 + 6*8 + 400 // and: its record in the snapshot.Builder
	costPacked   = 10              // an element of a packed list, which is allocated at once
	costUnpacked = 6 * 8
	costFrame    = 8           // a pointer to the location
	costValue    = 6*8 + 8 + 8 // in the snapshot.Builder
	costLabelled = 3 * (48 + 352)
	costLabel    = 6*32 + 300 + 250 // the list, three maps, the labels of the snapshot
	costMapping  = 112 + 6*8 + 8 + 2*48
	costLocation = 64 + 6*8 + 8 + 2*48 + 550 // 550: a name made from its address, and its frame
	costLine     = 2*32 + 6*56 + 2*150       // twice in the parser, then a frame of the table
	costFunction = 96 + 6*8 + 8 + 2*48 + 3*100
	costString   = 6*16 + 16
	costText     = 12 // a byte of a string: a copy, and one cleaned that may be three times as long
	costComment  = costUnpacked + 6*16
	costOther    = 48 // a message that the parser allocates and drops
)

// surveyProto looks over a profile. packed is what it took before it was
// unpacked; both copies are held while it is decoded.
func surveyProto(data []byte, packed int) (survey, error) {
	s := survey{unpacked: len(data), cost: len(data) + packed}
	err := fields(data, func(num protowire.Number, typ protowire.Type, body []byte) error {
		switch {
		case typ == protowire.BytesType:
			if err := s.message(num, body); err != nil {
				return err
			}
		case num == 13:
			s.cost += costComment
		}
		if s.cost > maxCost || s.labels*s.longest > maxLabelHash {
			return errCostly
		}
		return nil
	})
	return s, err
}

// message counts one field of the profile message, by its number in profile.proto.
func (s *survey) message(num protowire.Number, body []byte) error {
	switch num {
	case 1:
		s.types++
		s.cost += costType
	case 2:
		s.samples++
		return s.sample(body)
	case 3:
		s.cost += costMapping
	case 4:
		s.locations++
		return s.location(body)
	case 5:
		s.functions++
		s.cost += costFunction
	case 6:
		s.longest = max(s.longest, len(body))
		s.cost += costString + costText*len(body)
	case 13:
		s.cost += costComment * varints(body)
	default:
		s.cost += costOther
	}
	return nil
}

func (s *survey) sample(body []byte) error {
	labels, lists := 0, [3]int{}
	s.cost += costSample
	err := fields(body, func(num protowire.Number, typ protowire.Type, body []byte) error {
		n, each := 1, costUnpacked
		if typ == protowire.BytesType {
			n, each = varints(body), costPacked
		}
		switch num {
		case 1, 2:
			if lists[num]++; lists[num] > 1 {
				each = costUnpacked // a list in parts grows as one that is not packed
			}
			s.cost += n*each + 16
			if num == 1 {
				s.frames += n
				s.cost += n * costFrame
			} else {
				s.cost += n * costValue
			}
		case 3:
			labels++
			s.cost += costLabel
		}
		return nil
	})
	if labels > 0 {
		s.labels += labels
		s.cost += costLabelled
	}
	return err
}

func (s *survey) location(body []byte) error {
	s.cost += costLocation
	return fields(body, func(num protowire.Number, _ protowire.Type, _ []byte) error {
		if num == 4 {
			s.cost += costLine
		}
		return nil
	})
}

// String says what was found, for an error.
func (s *survey) String() string {
	if s.cost <= maxCost {
		return fmt.Sprintf("%d labels and a string of %s in one profile would take too long to decode", s.labels, size(s.longest))
	}
	return fmt.Sprintf("decoding it would take more than %s of memory (unpacked it is %s; the first part alone has "+
		"%d samples with %d frames and %d labels, %d locations, %d functions)",
		size(maxCost), size(s.unpacked), s.samples, s.frames, s.labels, s.locations, s.functions)
}

// fields calls visit for each field of a message. The body is nil for what is
// no list of bytes. Groups are refused, as google/pprof does.
func fields(data []byte, visit func(protowire.Number, protowire.Type, []byte) error) error {
	for len(data) > 0 {
		num, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return wireError(n)
		}
		data = data[n:]
		var body []byte
		switch typ {
		case protowire.BytesType:
			body, n = protowire.ConsumeBytes(data)
		case protowire.StartGroupType, protowire.EndGroupType:
			return errNoProto
		default:
			n = protowire.ConsumeFieldValue(num, typ, data)
		}
		if n < 0 {
			return wireError(n)
		}
		if err := visit(num, typ, body); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

func wireError(n int) error {
	if errors.Is(protowire.ParseError(n), io.ErrUnexpectedEOF) {
		return errProtoCut
	}
	return errNoProto
}

// varints counts the numbers in a packed list: each ends in a byte below 0x80.
func varints(packed []byte) int {
	n := 0
	for _, c := range packed {
		if c < 0x80 {
			n++
		}
	}
	return n
}
