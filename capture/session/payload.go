package session

import (
	"encoding/binary"
	"time"

	"leaktop/capture/clean"
)

// payload is what a record holds, as it is written.
type payload []byte

func (p *payload) uint(n uint64)   { *p = binary.AppendUvarint(*p, n) }
func (p *payload) int(n int64)     { *p = binary.AppendVarint(*p, n) }
func (p *payload) bytes(b []byte)  { p.uint(uint64(len(b))); *p = append(*p, b...) }
func (p *payload) string(s string) { p.uint(uint64(len(s))); *p = append(*p, s...) }

func (p *payload) bool(b bool) {
	if b {
		*p = append(*p, 1)
	} else {
		*p = append(*p, 0)
	}
}

// time writes 0 for the zero time, else 1 and nanoseconds since 1970.
func (p *payload) time(t time.Time) {
	p.bool(!t.IsZero())
	if !t.IsZero() {
		p.int(t.UnixNano())
	}
}

func (p *payload) strings(ss []string) {
	p.uint(uint64(len(ss)))
	for _, s := range ss {
		p.string(s)
	}
}

// parser reads a payload. Once it has met what cannot be, it is bad and
// returns zeros. Every string comes out safe to print.
type parser struct {
	b   []byte
	bad bool
}

func (p *parser) fail() {
	p.b, p.bad = nil, true
}

// whole reports whether all was read, and nothing was amiss.
func (p *parser) whole() bool { return !p.bad && len(p.b) == 0 }

func (p *parser) uint() uint64 {
	n, size := binary.Uvarint(p.b)
	if size <= 0 {
		p.fail()
		return 0
	}
	p.b = p.b[size:]
	return n
}

// int undoes the zigzag of [binary.AppendVarint].
func (p *parser) int() int64 {
	n := p.uint()
	return int64(n>>1) ^ -int64(n&1)
}

// count reads how many things follow that take at least a byte each.
func (p *parser) count() int {
	n := p.uint()
	if n > uint64(len(p.b)) {
		p.fail()
		return 0
	}
	return int(n)
}

// bytes returns a part of the payload itself.
func (p *parser) bytes() []byte {
	n := p.count()
	b := p.b[:n:n]
	p.b = p.b[n:]
	return b
}

func (p *parser) string() string { return clean.Text(string(p.bytes())) }

func (p *parser) bool() bool {
	if len(p.b) == 0 || p.b[0] > 1 {
		p.fail()
		return false
	}
	b := p.b[0] == 1
	p.b = p.b[1:]
	return b
}

func (p *parser) time() time.Time {
	if !p.bool() {
		return time.Time{}
	}
	return time.Unix(0, p.int())
}

// maxStrings bounds the short lists, such as the profiles that a snapshot lacks.
const maxStrings = 1000

func (p *parser) strings() []string {
	n := p.count()
	if n > maxStrings {
		p.fail()
	}
	var out []string
	for ; n > 0 && !p.bad; n-- {
		out = append(out, p.string())
	}
	return out
}
