package snapshot

import "encoding/binary"

// frameReader reads a frame. Once it has met what is no frame, it is bad and
// reads zeros.
type frameReader struct {
	b   []byte
	at  int
	bad bool
}

func (r *frameReader) more() bool { return r.at < len(r.b) && !r.bad }

func (r *frameReader) byte() byte {
	if !r.more() {
		r.bad = true
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *frameReader) uvarint() uint64 {
	if r.at < len(r.b) && r.b[r.at] < 0x80 {
		r.at++
		return uint64(r.b[r.at-1])
	}
	return r.longUvarint()
}

func (r *frameReader) longUvarint() uint64 {
	n, size := binary.Uvarint(r.b[r.at:])
	if size <= 0 {
		r.bad, r.at = true, len(r.b)
		return 0
	}
	r.at += size
	return n
}

func (r *frameReader) varint() int64 {
	n := r.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

// skip passes over so many numbers.
func (r *frameReader) skip(n int) {
	for ; n > 0 && r.at < len(r.b); r.at++ {
		if r.b[r.at] < 0x80 {
			n--
		}
	}
	if n > 0 {
		r.bad = true
	}
}

func (r *frameReader) string() string {
	n := r.uvarint()
	if n > uint64(len(r.b)-r.at) {
		r.bad = true
		return ""
	}
	r.at += int(n)
	return string(r.b[r.at-int(n) : r.at])
}

// block returns a reader of the next block of records, which it passes over.
func (r *frameReader) block() frameReader {
	n := r.uvarint()
	if n > uint64(len(r.b)-r.at) {
		r.bad = true
		return frameReader{}
	}
	r.at += int(n)
	return frameReader{b: r.b[r.at-int(n) : r.at]}
}
