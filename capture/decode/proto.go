package decode

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"leaktop/capture/clean"
)

// Fields of the profile message, by their numbers in profile.proto of google/pprof.
const (
	fieldSampleType        = 1
	fieldSample            = 2
	fieldMapping           = 3
	fieldLocation          = 4
	fieldFunction          = 5
	fieldString            = 6
	fieldDropFrames        = 7
	fieldKeepFrames        = 8
	fieldTime              = 9
	fieldDuration          = 10
	fieldPeriodType        = 11
	fieldPeriod            = 12
	fieldComment           = 13
	fieldDefaultSampleType = 14
	fieldDocURL            = 15
	fieldLast              = fieldDocURL
)

// proto is a profile in the standard form, indexed: all but its samples, which
// refer to the rest and so can only be read once that is known. The runtime
// writes the strings last.
//
// A text is given by its number in the string table.
type proto struct {
	data      []byte
	types     []valueType
	mappings  []mapping
	functions []function
	locations []extent
	strings   []extent
	clean     []string              // strings as they may be shown, "" for one that nobody asked for
	head      [fieldLast + 1]uint64 // the numbers among the fields
	period    valueType
	comment   uint64 // the last of the texts that are comments
	samples   int
}

// extent is where in the data something stands.
type extent struct{ from, n uint32 }

type valueType struct{ name, unit uint64 }

type mapping struct{ id, start, file, buildID uint64 }

type function struct {
	id                 uint64
	name, system, file uint32
	startLine          int
}

// indexProto reads everything but the samples. It holds what profile.proto and
// google/pprof ask for: numbers where numbers belong, texts that there are, and
// no id twice.
func indexProto(data []byte, s survey) (*proto, error) {
	p := &proto{
		data:      data,
		types:     make([]valueType, 0, s.types),
		mappings:  make([]mapping, 0, s.mappings),
		functions: make([]function, 0, s.functions),
		locations: make([]extent, 0, s.locations),
		strings:   make([]extent, 0, s.strings),
		clean:     make([]string, s.strings),
		samples:   s.samples,
	}
	for len(data) > 0 {
		f, rest, err := nextField(data)
		if err != nil {
			return nil, err
		}
		end := len(p.data) - len(rest)
		data = rest
		switch {
		case f.num == fieldComment:
			p.comment, err = largest(f, p.comment)
		case f.num > fieldLast:
		case isMessage(f.num) && f.typ == protowire.BytesType:
			err = p.message(f, extent{uint32(end - len(f.body)), uint32(len(f.body))})
		case isMessage(f.num) || f.typ != protowire.VarintType:
			err = errWireType
		case f.num == fieldTime && p.head[fieldTime] != 0:
			err = damage("concatenated profiles detected")
		default:
			p.head[f.num] = f.value
		}
		if err != nil {
			return nil, err
		}
	}
	return p, p.check()
}

func isMessage(num protowire.Number) bool {
	return num <= fieldString || num == fieldPeriodType
}

// message takes in one message or string.
func (p *proto) message(f field, at extent) error {
	var v [6]uint64
	switch f.num {
	case fieldSampleType, fieldPeriodType:
		if err := scalars(f.body, v[:3]); err != nil {
			return err
		}
		if f.num == fieldPeriodType {
			p.period = valueType{name: v[1], unit: v[2]}
			return nil
		}
		p.types = append(p.types, valueType{name: v[1], unit: v[2]})
	case fieldMapping:
		var v [11]uint64
		if err := scalars(f.body, v[:]); err != nil {
			return err
		}
		p.mappings = append(p.mappings, mapping{id: v[1], start: v[2], file: v[5], buildID: v[6]})
	case fieldLocation:
		p.locations = append(p.locations, at)
	case fieldFunction:
		if err := scalars(f.body, v[:]); err != nil {
			return err
		}
		if max(v[2], v[3], v[4]) > 1<<32-1 {
			return errNoText
		}
		p.functions = append(p.functions, function{v[1], uint32(v[2]), uint32(v[3]), uint32(v[4]), lineNumber(int64(v[5]))})
	case fieldString:
		if len(p.strings) == 0 && len(f.body) > 0 {
			return damage("its first string is not empty")
		}
		p.strings = append(p.strings, at)
	}
	return nil
}

// check holds every text that the index names to be there.
func (p *proto) check() error {
	err := p.known(p.head[fieldDropFrames], p.head[fieldKeepFrames], p.head[fieldDefaultSampleType], p.head[fieldDocURL], p.comment, p.period.name, p.period.unit)
	for _, t := range p.types {
		if err == nil {
			err = p.known(t.name, t.unit)
		}
	}
	for _, m := range p.mappings {
		if err == nil {
			err = p.known(m.file, m.buildID)
		}
	}
	for _, f := range p.functions {
		if err == nil {
			err = p.known(uint64(f.name), uint64(f.system), uint64(f.file))
		}
	}
	return err
}

var errNoText = damage("it has no such string")

// known reports whether all of these texts are there.
func (p *proto) known(texts ...uint64) error {
	for _, t := range texts {
		if t >= uint64(len(p.strings)) {
			return errNoText
		}
	}
	return nil
}

// raw returns a text as it came.
func (p *proto) raw(text uint64) []byte {
	at := p.strings[text]
	return p.data[at.from : at.from+at.n]
}

// text returns a text as it may be shown. Each is copied and cleaned once.
func (p *proto) text(text uint64) string {
	if p.clean[text] == "" {
		p.clean[text] = clean.Text(string(p.raw(text)))
	}
	return p.clean[text]
}

// line returns a text as one line of bounded length.
func (p *proto) line(text uint64) string { return clean.Line(string(p.raw(text)), maxName) }

// ids finds things by the ids that a profile gave them: 1, 2, … as all known
// profilers do, or any others.
type ids struct {
	dense  []uint32 // by id: one more than the index of the thing, 0 for none
	sparse map[uint64]uint32
}

func newIDs(n int) ids { return ids{dense: make([]uint32, n+1)} }

// add gives thing i an id. The id 0 and one that is taken are refused.
func (s *ids) add(id uint64, i int, what string) error {
	if id == 0 {
		return damage("one of its " + what + " has the id 0, which stands for none")
	}
	if _, taken := s.find(id); taken {
		return damage(fmt.Sprintf("two of its %s have the id %d", what, id))
	}
	if id < uint64(len(s.dense)) {
		s.dense[id] = uint32(i + 1)
		return nil
	}
	if s.sparse == nil {
		s.sparse = make(map[uint64]uint32)
	}
	s.sparse[id] = uint32(i + 1)
	return nil
}

// find returns the index of the thing with an id.
func (s *ids) find(id uint64) (index uint32, ok bool) {
	if id < uint64(len(s.dense)) {
		i := s.dense[id]
		return i - 1, i > 0
	}
	i := s.sparse[id]
	return i - 1, i > 0
}
