package snapshot

import (
	"hash/maphash"
	"math/bits"
)

// FunctionID names one interned function of a [Table]: a name, its file and the
// line that it starts at. The zero value names none.
type FunctionID uint32

// function is what all frames of one function share.
type function struct {
	name, file string
	startLine  int
}

// line is a frame as a table keeps it: one line of a function.
type line struct {
	line     int
	function FunctionID
	inlined  bool
}

// InternFunction returns the id of a function, for [Table.InternLine]. Who
// interns many frames of few functions so looks at each name once.
func (t *Table) InternFunction(name, file string, startLine int) FunctionID {
	f := function{name, file, startLine}
	hash := uint32(maphash.Comparable(t.seed, f))
	return FunctionID(intern(&t.mu, &t.functions, &t.byFunction, f, hash))
}

// InternFrame returns the id of f, the same for equal frames.
func (t *Table) InternFrame(f Frame) FrameID {
	return t.InternLine(t.InternFunction(f.Function, f.File, f.StartLine), f.Line, f.Inlined)
}

// InternLine returns the id of the frame at a line of an interned function, the
// same that [Table.InternFrame] gives.
func (t *Table) InternLine(of FunctionID, at int, inlined bool) FrameID {
	l := line{at, of, inlined}
	return FrameID(intern(&t.mu, &t.frames, &t.byFrame, l, t.hashLine(l)))
}

// hashLine multiplies the parts of a frame, each with a key of this table added.
func (t *Table) hashLine(l line) uint32 {
	of := uint64(l.function) << 1
	if l.inlined {
		of |= 1
	}
	high, low := bits.Mul64(uint64(l.line)+t.keys[0], of+t.keys[1])
	return uint32((high ^ low) >> 16)
}

// Frame returns an interned frame. An id that is not of this table gives the zero Frame.
func (t *Table) Frame(id FrameID) Frame {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.frame(id)
}

// frame needs the lock.
func (t *Table) frame(id FrameID) Frame {
	if int(id) >= len(t.frames) {
		return Frame{}
	}
	l := t.frames[id]
	f := &t.functions[l.function]
	return Frame{Function: f.name, File: f.file, Line: l.line, StartLine: f.startLine, Inlined: l.inlined}
}
