package session

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// errBadRecord says that a record is not what it should be.
var errBadRecord = errors.New("a record is damaged")

// payload reads what a record holds. It is good until the next call.
func (r *Reader) payload(found found) ([]byte, error) {
	// The record is whole, so that its length is not more than what is there.
	if cap(r.packed) < int(found.length) {
		r.packed = make([]byte, found.length)
	}
	r.packed = r.packed[:found.length]
	if n, err := r.window.source.ReadAt(r.packed, found.at+headSize); n < len(r.packed) {
		if err == io.EOF {
			return nil, errBadRecord // it was cut meanwhile
		}
		return nil, err
	}
	if crc32.Checksum(r.packed, crcTable) != found.sum {
		return nil, errBadRecord
	}
	if !found.deflated {
		return r.packed, nil
	}
	return r.inflatePayload()
}

// inflatePayload inflates the payload that was read.
func (r *Reader) inflatePayload() ([]byte, error) {
	in := bytes.NewReader(r.packed)
	if r.inflate == nil {
		r.inflate = flate.NewReader(in)
	} else if err := r.inflate.(flate.Resetter).Reset(in, nil); err != nil {
		return nil, errBadRecord
	}
	r.inflated.Reset()
	n, err := io.Copy(&r.inflated, io.LimitReader(r.inflate, maxPayload+1))
	if err != nil || n > maxPayload {
		return nil, errBadRecord
	}
	return r.inflated.Bytes(), nil
}

// found is a record in a file.
type found struct {
	head
	at    int64 // of its head
	whole bool  // there is one, up to its last byte
}

func (f found) end() int64 { return f.at + headSize + int64(f.length) }

// find returns the first record from a place on whose head is whole, in a file
// of a size. It is not whole where the file ends before it does.
func (r *Reader) find(at, size int64) (found, error) {
	for ; at+headSize <= size; at++ {
		b, err := r.window.bytes(at, headSize)
		if err != nil {
			return found{}, err
		}
		if h, ok := readHead(b, r.salt); ok {
			f := found{head: h, at: at}
			f.whole = f.end() <= size
			return f, nil
		}
	}
	return found{}, nil
}
