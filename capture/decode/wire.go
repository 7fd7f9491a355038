package decode

import (
	"errors"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
)

// Why reading the wire format ended early.
var (
	errProtoCut = errors.New("the protobuf data is truncated")
	errNoProto  = errors.New("not protobuf")
	errWireType = errors.New("a field has a different type than profile.proto defines")
)

// field is one field of a message, whatever it is.
type field struct {
	num   protowire.Number
	typ   protowire.Type
	value uint64 // of a varint
	body  []byte // of a string, a message or a packed list
}

// nextField reads the field that data begins with and returns what follows it.
// Groups are refused, as google/pprof does.
func nextField(data []byte) (f field, rest []byte, err error) {
	tag, n := uvarint(data)
	if n < 0 {
		return f, nil, wireError(n)
	}
	if f.num, f.typ = protowire.DecodeTag(tag); f.num < protowire.MinValidNumber {
		return f, nil, errNoProto
	}
	data = data[n:]
	switch f.typ {
	case protowire.VarintType:
		f.value, n = uvarint(data)
	case protowire.BytesType:
		var size uint64
		if size, n = uvarint(data); n > 0 {
			data = data[n:]
			if size > uint64(len(data)) {
				return f, nil, errProtoCut
			}
			f.body, n = data[:size], int(size)
		}
	case protowire.Fixed32Type, protowire.Fixed64Type:
		n = protowire.ConsumeFieldValue(f.num, f.typ, data)
	default:
		return f, nil, errNoProto
	}
	if n < 0 {
		return f, nil, wireError(n)
	}
	return f, data[n:], nil
}

// uvarint is protowire.ConsumeVarint, with the commonest case where it can be inlined.
func uvarint(data []byte) (uint64, int) {
	if len(data) > 0 && data[0] < 0x80 {
		return uint64(data[0]), 1
	}
	return protowire.ConsumeVarint(data)
}

func wireError(n int) error {
	if errors.Is(protowire.ParseError(n), io.ErrUnexpectedEOF) {
		return errProtoCut
	}
	return errNoProto
}

// scalars reads a message whose fields 1, 2, … are numbers: values[i] is that of
// field i. Fields above those are passed over.
func scalars(message []byte, values []uint64) error {
	for len(message) > 0 {
		f, rest, err := nextField(message)
		if err != nil {
			return err
		}
		message = rest
		if int(f.num) >= len(values) {
			continue
		}
		if f.typ != protowire.VarintType {
			return errWireType
		}
		values[f.num] = f.value
	}
	return nil
}

// largest returns the largest number of a repeated field, a packed list or one,
// or most where none is larger.
func largest(f field, most uint64) (uint64, error) {
	switch f.typ {
	case protowire.VarintType:
		return max(most, f.value), nil
	case protowire.BytesType:
	default:
		return 0, errWireType
	}
	for data := f.body; len(data) > 0; {
		v, n := uvarint(data)
		if n < 0 {
			return 0, wireError(n)
		}
		most, data = max(most, v), data[n:]
	}
	return most, nil
}
