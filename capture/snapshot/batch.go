package snapshot

import "encoding/binary"

// Batch interns many stacks that are made of the same few parts. A part is what
// a profile calls a location: one frame, or one with those that were inlined
// into it. Each part is coded once; a stack is then put together by copying
// eight bytes a part, and the table is locked once for many stacks.
//
// It is not safe for concurrent use; the table that it fills is.
type Batch struct {
	table *Table
	parts []part
	long  [][]byte // codes of parts that do not fit into eight bytes
	code  []byte   // of the stacks that were ended and of the one at hand, at least room more
	ends  []int    // of the code of each stack that was ended
	n     int      // bytes of code
}

// Part names a part of stacks in one batch.
type Part uint32

// part is a code of up to eight bytes. A longer one has size 0 and stands in
// long, where first says.
type part struct {
	first        uint64
	size, frames uint32
}

// room is how many bytes of code are written at once.
const room = 8

// firstCode is what a batch has for the code of stacks before it must grow.
const firstCode = 48 << 10

// NewBatch returns an empty batch for the table. It makes place for so many
// parts and, in a table that is empty, for so many stacks.
func (t *Table) NewBatch(parts, stacks int) *Batch {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.stacks) == 1 {
		t.stacks = append(make([]span, 0, stacks+1), t.stacks...)
		t.byStack = grown(t.byStack, stacks)
	}
	return &Batch{table: t, parts: make([]part, 0, parts), code: make([]byte, firstCode)}
}

// Part returns a new part of these frames, leaf first.
func (b *Batch) Part(leafFirst []FrameID) Part {
	var code []byte
	for _, f := range leafFirst {
		code = appendCode(code, f)
	}
	p := part{frames: uint32(len(leafFirst))}
	if len(code) <= room {
		p.size = uint32(len(code))
		var first [room]byte
		copy(first[:], code)
		p.first = binary.LittleEndian.Uint64(first[:])
	} else {
		p.first = uint64(len(b.long))
		b.long = append(b.long, code)
	}
	b.parts = append(b.parts, p)
	return Part(len(b.parts) - 1)
}

// Add adds a stack of these parts, leaf first. It returns how many frames that
// makes, and the bytes of code that wait to be interned. A stack that is found to
// have more than most frames is not added: a few parts that are long, each named
// often, would make one of gigabytes. Then frames says so.
func (b *Batch) Add(leafFirst []Part, most int) (frames, bytes int) {
	before := b.n
	n, code := b.n, b.code
	for _, at := range leafFirst {
		p := b.parts[at]
		frames += int(p.frames)
		if p.size == 0 || len(code)-n < room {
			if frames > most {
				b.n = before
				return frames, before
			}
			b.n = n
			b.addSlowly(p)
			n, code = b.n, b.code
			continue
		}
		binary.LittleEndian.PutUint64(code[n:], p.first)
		n += int(p.size)
	}
	b.n = n
	b.ends = append(b.ends, n)
	return frames, n
}

// addSlowly adds a part to the stack at hand that is long, or for which the code
// must grow.
func (b *Batch) addSlowly(p part) {
	if p.size > 0 {
		b.widen(room)
		binary.LittleEndian.PutUint64(b.code[b.n:], p.first)
		b.n += int(p.size)
		return
	}
	if p.frames == 0 {
		return
	}
	code := b.long[p.first]
	b.widen(len(code))
	b.n += copy(b.code[b.n:], code)
}

// widen makes place for n more bytes of code.
func (b *Batch) widen(n int) {
	if need := b.n + n; need > len(b.code) {
		b.code = append(b.code, make([]byte, need-len(b.code))...)
		b.code = b.code[:cap(b.code)]
	}
}

// Intern appends the ids of the stacks that were ended since the last call, in order.
func (b *Batch) Intern(ids []StackID) []StackID {
	b.table.mu.Lock()
	defer b.table.mu.Unlock()
	from := 0
	for _, end := range b.ends {
		ids = append(ids, b.table.internCode(b.code[from:end]))
		from = end
	}
	b.ends, b.n = b.ends[:0], 0
	return ids
}
