package snapshot

import (
	"bytes"
	"hash/maphash"
	"iter"
	"sync"
)

// Table interns frames, stacks and label sets for the life of the program.
//
// A stack is kept as the ids of its frames, leaf first, two bytes each (see
// [appendCode]), in chunks that are written once and never moved. It is found
// again by a hash of those bytes and recognised by the bytes themselves: two
// stacks with one hash never pass for one. Ids grow from 1 in order of first
// appearance and are never reused.
//
// A Table is safe for concurrent use: the sampler interns while a screen reads.
type Table struct {
	mu         sync.RWMutex
	functions  []function // index is FunctionID; element 0 is unused
	byFunction []slot     // by hash, open addressing
	frames     []line     // index is FrameID; element 0 is unused
	byFrame    []slot     // by hash, open addressing
	stacks     []span     // index is StackID; element 0 is NoStack
	code       [][]byte   // chunks
	coded      int        // bytes in them
	byStack    []slot     // by hash, open addressing
	seed       maphash.Seed
	keys       [2]uint64        // of the hash of frames
	told       map[told]StackID // the stacks that are another in a state; nil for none
	states     map[StackID]told // the other way round
	labels     []Labels         // index is LabelsID; element 0 is the empty set
	labelIDs   map[string]LabelsID
}

// span says where the code of a stack is.
type span struct{ chunk, from, n uint32 }

// Sizes of the chunks that codes are kept in. They begin small, because most
// tables stay small, and double.
const (
	minChunk = 4 << 10
	maxChunk = 256 << 10
)

// NewTable returns an empty table.
func NewTable() *Table {
	seed := maphash.MakeSeed()
	return &Table{
		functions:  make([]function, 1),
		byFunction: make([]slot, 64),
		frames:     make([]line, 1),
		byFrame:    make([]slot, 64),
		stacks:     make([]span, 1),
		byStack:    make([]slot, 64),
		seed:       seed,
		keys:       [2]uint64{maphash.String(seed, "line"), maphash.String(seed, "function")},
		labels:     make([]Labels, 1),
		labelIDs:   make(map[string]LabelsID),
	}
}

// InternStack returns the id of the stack with these frames, leaf first, as
// pprof orders them. No frames give [NoStack].
func (t *Table) InternStack(leafFirst []FrameID) StackID {
	var room [128]byte
	code := room[:0]
	for _, f := range leafFirst {
		code = appendCode(code, f)
	}
	t.mu.RLock()
	id, _, known := t.find(code, t.hash(code))
	t.mu.RUnlock()
	if known {
		return id
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.internCode(code)
}

// internCode needs the lock for writing. It copies the code.
func (t *Table) internCode(code []byte) StackID {
	hash := t.hash(code)
	id, free, known := t.find(code, hash)
	if known {
		return id
	}
	id = StackID(len(t.stacks))
	t.stacks = append(t.stacks, t.keep(code))
	t.byStack[free] = slot{hash: hash, id: uint32(id)}
	t.byStack = grown(t.byStack, len(t.stacks))
	return id
}

// find returns the stack with a code; where there is none, the slot for it.
func (t *Table) find(code []byte, hash uint32) (id StackID, free uint32, known bool) {
	if len(code) == 0 {
		return NoStack, 0, true
	}
	last := uint32(len(t.byStack) - 1)
	for at := hash & last; ; at = (at + 1) & last {
		switch s := t.byStack[at]; {
		case s.id == 0:
			return NoStack, at, false
		case s.hash == hash && bytes.Equal(t.codeOf(StackID(s.id)), code):
			return StackID(s.id), 0, true
		}
	}
}

func (t *Table) hash(code []byte) uint32 { return uint32(maphash.Bytes(t.seed, code)) }

// keep copies a code to where it stays.
func (t *Table) keep(code []byte) span {
	last := len(t.code) - 1
	if last < 0 || cap(t.code[last])-len(t.code[last]) < len(code) {
		t.code = append(t.code, make([]byte, 0, max(len(code), min(max(t.coded, minChunk), maxChunk))))
		last++
	}
	from := len(t.code[last])
	t.code[last] = append(t.code[last], code...)
	t.coded += len(code)
	return span{uint32(last), uint32(from), uint32(len(code))}
}

// codeOf returns the code of a stack, which never changes; nil for an id that
// is not of this table.
func (t *Table) codeOf(id StackID) []byte {
	if int(id) >= len(t.stacks) || t.stacks[id].n == 0 {
		return nil
	}
	s := t.stacks[id]
	return t.code[s.chunk][s.from : s.from+s.n]
}

// FrameIDs yields the frames of a stack, leaf to root.
func (t *Table) FrameIDs(id StackID) iter.Seq[FrameID] {
	return func(yield func(FrameID) bool) {
		t.mu.RLock()
		code := t.codeOf(id)
		t.mu.RUnlock()
		for len(code) > 0 {
			var f FrameID
			if f, code = nextCode(code); !yield(f) {
				return
			}
		}
	}
}

// AppendFrameIDs appends the frames of a stack to ids, leaf to root. It is
// [Table.FrameIDs] for who goes through very many stacks.
func (t *Table) AppendFrameIDs(ids []FrameID, id StackID) []FrameID {
	t.mu.RLock()
	code := t.codeOf(id)
	t.mu.RUnlock()
	return appendFrames(ids, code)
}

// Frames yields the frames of a stack, leaf to root, by value.
func (t *Table) Frames(id StackID) iter.Seq[Frame] {
	return func(yield func(Frame) bool) {
		for f := range t.FrameIDs(id) {
			if !yield(t.Frame(f)) {
				return
			}
		}
	}
}

// Stack returns the frames of a stack, leaf to root, in a new slice.
func (t *Table) Stack(id StackID) []Frame {
	var out []Frame
	for f := range t.Frames(id) {
		out = append(out, f)
	}
	return out
}

// Leaf returns the leaf frame of a stack; the zero Frame for [NoStack].
func (t *Table) Leaf(id StackID) Frame {
	for f := range t.FrameIDs(id) {
		return t.Frame(f)
	}
	return Frame{}
}

// Entry returns the root frame of a stack, which is the goroutine's entry
// function; the zero Frame for [NoStack].
func (t *Table) Entry(id StackID) Frame {
	var root FrameID
	for f := range t.FrameIDs(id) {
		root = f
	}
	return t.Frame(root)
}

// Size returns how many distinct frames and stacks the table holds.
func (t *Table) Size() (frames, stacks int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.frames) - 1, len(t.stacks) - 1
}

// StackBytes returns the bytes that the frames of all stacks take.
func (t *Table) StackBytes() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.coded
}
