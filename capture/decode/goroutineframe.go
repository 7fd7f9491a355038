package decode

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

// maxKnownStacks bounds the bytes of the stacks that are remembered.
const maxKnownStacks = 8 << 20

// dumpFrames reads the frames of a dump, which take two lines each:
//
//	main.(*T).wait(0xc000012345?, {0x1, 0x2})
//		/src/main.go:17 +0x1b
//
// Equal frames and equal stacks are interned once and known again by their
// text. That a frame is inlined is not taken over: a dump says so of other
// frames than a profile does, where a wrapper that it was inlined into is not shown.
type dumpFrames struct {
	table *snapshot.Table
	err   error // why no more can be read

	known map[string]snapshot.FrameID // by their text without the arguments
	text  int                         // bytes of known
	// key is the text of the frame at hand: its function until its place comes.
	key    []byte
	half   half
	ids    []snapshot.FrameID // of the stack at hand, leaf first
	stacks map[string]snapshot.StackID
	size   int    // bytes of stacks
	packed []byte // reused
}

// half says what the line before was.
type half uint8

const (
	noHalf      half = iota
	namedFrame       // a function of the stack
	namedCreate      // the function that started the goroutine
)

func newDumpFrames(table *snapshot.Table) dumpFrames {
	return dumpFrames{table: table, known: make(map[string]snapshot.FrameID), stacks: make(map[string]snapshot.StackID)}
}

// begin starts a new stack.
func (f *dumpFrames) begin() { f.ids, f.half = f.ids[:0], noHalf }

// named reports whether a function was read whose place is to come.
func (f *dumpFrames) named() bool { return f.half != noHalf }

// creates reports whether it is the one that started the goroutine.
func (f *dumpFrames) creates() bool { return f.half == namedCreate }

// name reads the first line of a frame. A line before it that got no second
// one was none of a frame.
func (f *dumpFrames) name(line []byte) {
	f.key, f.half = append(append(f.key[:0], functionOf(line)...), '\n'), namedFrame
}

// creator is name for the frame that started the goroutine.
func (f *dumpFrames) creator(function []byte) {
	f.key, f.half = append(append(f.key[:0], function...), '\n'), namedCreate
}

// functionOf takes the arguments off a function; an inlined one has "..."
// for all of them. What C calls a function may have types in their place, which
// belong to its name, or nothing.
func functionOf(line []byte) []byte {
	open := bytes.LastIndexByte(line, '(')
	if open < 0 || line[len(line)-1] != ')' {
		return line
	}
	switch arguments := line[open+1 : len(line)-1]; {
	case len(arguments) == 0, arguments[0] == '{', bytes.HasPrefix(arguments, []byte("0x")), bytes.HasPrefix(arguments, []byte("...")),
		arguments[0] == '_' && (len(arguments) == 1 || arguments[1] == ','):
		return line[:open]
	}
	return line
}

// place reads the second line of a frame, without its tab, and returns the
// frame; nil where it has none.
func (f *dumpFrames) place(line []byte) snapshot.FrameID {
	functionEnd := len(f.key) - 1
	f.key, f.half = append(f.key, line...), noHalf
	id, ok := f.known[string(f.key)]
	if ok {
		return id
	}
	file, at := splitPlace(line)
	function := clean.Text(string(f.key[:functionEnd]))
	if function == "panic" {
		function = "runtime.gopanic" // which the runtime prints so
	}
	id = f.table.InternFrame(snapshot.Frame{Function: cmp.Or(function, unknownFunction), File: clean.Text(string(file)), Line: at})
	if f.text += len(f.key); f.text > maxDumpText {
		f.err = fmt.Errorf("the names of its frames have more than %s of text", size(maxDumpText))
	}
	f.known[string(f.key)] = id
	return id
}

// splitPlace takes a file and a line from "/src/main.go:17 +0x1b fp=… sp=… pc=…".
// In the place of a file that is not known stands "?", or nothing but the pc.
func splitPlace(text []byte) (file []byte, line int) {
	for {
		word := text[bytes.LastIndexByte(text, ' ')+1:]
		if i := bytes.Index(word, []byte("0x")); i < 0 || !isAddress(word[:i]) {
			break
		}
		text = bytes.TrimSuffix(text[:len(text)-len(word)], []byte(" "))
	}
	colon := bytes.LastIndexByte(text, ':')
	if n, rest := number(text[colon+1:]); colon >= 0 && len(rest) == 0 {
		text, line = text[:colon], lineNumber(n)
	}
	if string(text) == "?" {
		text = nil
	}
	return text, line
}

// isAddress reports whether what stands before a number makes it an address.
func isAddress(prefix []byte) bool {
	switch string(prefix) {
	case "+", "fp=", "sp=", "pc=":
		return true
	}
	return false
}

// elision is the frame that stands for those which were left out.
func (f *dumpFrames) elision() snapshot.FrameID {
	f.half = noHalf
	return f.table.InternFrame(snapshot.Frame{Function: snapshot.ElidedFrames})
}

// push adds a frame to the stack.
func (f *dumpFrames) push(id snapshot.FrameID) {
	if f.ids = append(f.ids, id); len(f.ids) > maxDepth && f.err == nil {
		f.err = fmt.Errorf("it has a stack of more than %d frames", maxDepth)
	}
}

// stack interns the stack that was read.
func (f *dumpFrames) stack() snapshot.StackID {
	f.packed = f.packed[:0]
	for _, id := range f.ids {
		f.packed = binary.NativeEndian.AppendUint32(f.packed, uint32(id))
	}
	if id, ok := f.stacks[string(f.packed)]; ok {
		return id
	}
	id := f.table.InternStack(f.ids)
	if frames, nodes := f.table.Size(); (frames > maxFrames || nodes > maxNodes) && f.err == nil {
		f.err = fmt.Errorf("there are more than %d different frames or %d different stacks", maxFrames, maxNodes)
	}
	if f.size += len(f.packed); f.size > maxKnownStacks {
		clear(f.stacks)
		f.size = len(f.packed)
	}
	f.stacks[string(f.packed)] = id
	return id
}
