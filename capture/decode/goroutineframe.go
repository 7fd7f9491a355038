package decode

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"leaktop/capture/clean"
	"leaktop/capture/snapshot"
)

const (
	// maxKnownStacks bounds the bytes of the stacks that are remembered.
	maxKnownStacks = 8 << 20
	// maxShortStack is how many frames a stack has at most that is remembered with
	// its last frame. The runtime prints no more than 101.
	maxShortStack = 128
)

// dumpFrames reads the frames of a dump, which take two lines each:
//
//	main.(*T).wait(0xc000012345?, {0x1, 0x2})
//		/src/main.go:17 +0x1b
//
// Equal frames and equal stacks are interned once and known again by their
// text. What came behind a frame the last time most often comes again, so that
// is looked for first: it takes three comparisons and no look-up. That a frame
// is inlined is not taken over: a dump says so of other frames than a profile
// does, where a wrapper that it was inlined into is not shown.
type dumpFrames struct {
	table *snapshot.Table
	err   error // why no more can be read

	known map[string]*knownFrame // by their text
	text  int                    // bytes of known
	// key is the text of the frame at hand: its function until its place comes.
	key    []byte
	open   int    // of key, up to the arguments
	lock   uint64 // what the function at hand locks, 0 where that is not told
	half   half
	given  arguments          // of the functions of the goroutine at hand
	last   *knownFrame        // the one before in the stack at hand
	ids    []snapshot.FrameID // of the stack at hand, leaf first
	likely [slots]*knownFrame // by the end of their place, see slotOf
	parts  []string           // of the texts of frames
	partOf map[string]uint32  // their index
	stacks map[string]*knownStack
	size   int        // bytes of stacks
	packed []byte     // reused
	elided knownFrame // what stands for frames that were left out
}

// half says what the line before was.
type half uint8

const (
	noHalf      half = iota
	namedFrame       // a function of the stack
	namedCreate      // the function that started the goroutine
)

func newDumpFrames(table *snapshot.Table) dumpFrames {
	f := dumpFrames{table: table, known: make(map[string]*knownFrame), stacks: make(map[string]*knownStack), partOf: make(map[string]uint32)}
	f.elided.id = table.InternFrame(snapshot.Frame{Function: snapshot.ElidedFrames})
	return f
}

// begin starts a new stack. Behind start comes its leaf.
func (f *dumpFrames) begin(start *knownFrame) { f.ids, f.half, f.last = f.ids[:0], noHalf, start }

// named reports whether a function was read whose place is to come.
func (f *dumpFrames) named() bool { return f.half != noHalf }

// name reads the first line of a frame. A line before it that got no second
// one was none of a frame.
func (f *dumpFrames) name(line []byte) {
	function := functionOf(line)
	f.lock = 0
	if isLock(function) {
		f.lock = firstArgument(line[len(function):])
	}
	f.key, f.half = append(f.key[:0], function...), namedFrame
	f.given.name(line[len(function):])
	if len(function) < len(line) {
		f.key = append(f.key, '(')
	} else {
		f.key = append(f.key, '\n') // lest "f(", which is none, be taken for "f(...)"
	}
	f.open = len(f.key)
}

// Around the function that started a goroutine.
const (
	createdBy   = "created by "
	inGoroutine = " in goroutine "
)

// creator is name for the frame that started the goroutine, and returns the
// goroutine that did, 0 where it is not told.
func (f *dumpFrames) creator(line []byte) (id int64) {
	if i := bytes.LastIndex(line, []byte(inGoroutine)); i >= 0 {
		id, _ = number(line[i+len(inGoroutine):])
		line = line[:i+len(inGoroutine)]
	}
	f.key, f.half = append(f.key[:0], line...), namedCreate
	f.open = len(f.key)
	return id
}

// functionOf takes the arguments off a function; an inlined one has "..."
// for all of them. What C calls a function may have types in their place, which
// belong to its name, or nothing.
func functionOf(line []byte) []byte {
	open := bytes.LastIndexByte(line, '(')
	if open < 0 || line[len(line)-1] != ')' {
		return line
	}
	if areArguments(line[open+1 : len(line)-1]) {
		return line[:open]
	}
	return line
}

// areArguments reports whether what stands in the last brackets of a line is as
// the runtime prints the arguments of a function.
func areArguments(text []byte) bool {
	return len(text) == 0 || text[0] == '{' || bytes.HasPrefix(text, []byte("0x")) || bytes.HasPrefix(text, []byte("...")) ||
		text[0] == '_' && (len(text) == 1 || text[1] == ',')
}

// place reads the second line of a frame, without its tab, and returns the
// frame; nil where it has none.
func (f *dumpFrames) place(line []byte) *knownFrame {
	// A crash adds addresses, which differ from goroutine to goroutine.
	if i := bytes.LastIndex(line, []byte(" fp=0x")); i >= 0 {
		line = line[:i]
	}
	f.key = append(append(append(f.key, "\n\t"...), line...), '\n')
	half := f.half
	f.half = noHalf
	if k, ok := f.known[string(f.key)]; ok {
		f.expect(k)
		return k
	}
	text := string(f.key)
	open, place := text[:f.open], text[f.open:]
	k := &knownFrame{half: half}
	if name := strings.TrimRight(open, "(\n"); half == namedFrame {
		k.lock, k.given = isLock([]byte(name)), hasObjects(name)
	}
	var function string
	if half == namedCreate {
		function, k.varies = strings.CutSuffix(strings.TrimPrefix(open, createdBy), inGoroutine)
	} else if function, k.varies = strings.CutSuffix(open, "("); !k.varies {
		function = strings.TrimSuffix(open, "\n")
	}
	colon := strings.LastIndexByte(place, ':') + 1
	if k.varies = k.varies && len(line) > 0 && len(place)-colon <= maxTail; k.varies {
		k.tailSize = uint8(copy(k.tail[:], place[colon:]))
		pkg := strings.LastIndexByte(open, '/') + 1
		pkg += strings.IndexByte(open[pkg:], '.') + 1
		k.pkg, k.name, k.file = f.part(open[:pkg]), f.part(open[pkg:]), f.part(place[:colon])
	}
	file, at := splitPlace(line)
	function = clean.Text(function)
	if function == "panic" {
		function = "runtime.gopanic" // which the runtime prints so
	}
	k.id = f.table.InternFrame(snapshot.Frame{Function: cmp.Or(function, unknownFunction), File: clean.Text(string(file)), Line: at})
	if f.text += len(text); f.text > maxDumpText {
		f.err = fmt.Errorf("the names of its frames add up to more than %s", size(maxDumpText))
	}
	f.known[text] = k
	f.expect(k)
	return k
}

// splitPlace takes a file and a line from "/src/main.go:17 +0x1b fp=… sp=… pc=…".
// In the place of a file that is not known stands "?", or nothing but the pc.
func splitPlace(text []byte) (file []byte, line int) {
	text, _ = withoutAddresses(text)
	colon := bytes.LastIndexByte(text, ':')
	if n, rest := number(text[colon+1:]); colon >= 0 && len(rest) == 0 {
		text, line = text[:colon], lineNumber(n)
	}
	if string(text) == "?" {
		text = nil
	}
	return text, line
}

// withoutAddresses takes off what stands behind the file and the line of a place,
// and reports whether anything did.
func withoutAddresses(text []byte) (place []byte, any bool) {
	for {
		word := text[bytes.LastIndexByte(text, ' ')+1:]
		if i := bytes.Index(word, []byte("0x")); i < 0 || !isAddress(word[:i]) {
			return text, any
		}
		text, any = bytes.TrimSuffix(text[:len(text)-len(word)], []byte(" ")), true
	}
}

// isAddress reports whether what stands before a number makes it an address.
func isAddress(prefix []byte) bool {
	switch string(prefix) {
	case "+", "fp=", "sp=", "pc=":
		return true
	}
	return false
}

// elision adds the frame that stands for those which were left out.
func (f *dumpFrames) elision() {
	f.half = noHalf
	f.push(&f.elided)
}

// push adds a frame to the stack.
func (f *dumpFrames) push(k *knownFrame) {
	f.follow(k)
	if f.ids = append(f.ids, k.id); len(f.ids) > maxDepth && f.err == nil {
		f.err = fmt.Errorf("it has a stack of more than %d frames", maxDepth)
	}
}

// follow remembers what came behind the last frame.
func (f *dumpFrames) follow(k *knownFrame) {
	f.last.next = nil
	if k.varies {
		f.last.next = k
	}
	f.last = k
}

// stack interns the stack that was read.
func (f *dumpFrames) stack() snapshot.StackID {
	if known := f.last.stack; known != nil && slices.Equal(known.ids, f.ids) {
		return known.id
	}
	f.packed = f.packed[:0]
	for _, id := range f.ids {
		f.packed = binary.NativeEndian.AppendUint32(f.packed, uint32(id))
	}
	known, ok := f.stacks[string(f.packed)]
	if !ok {
		known = f.newStack()
	}
	if f.last.stack = nil; len(f.ids) <= maxShortStack {
		f.last.stack = known
	}
	return known.id
}

// newStack interns a stack that is not remembered.
func (f *dumpFrames) newStack() *knownStack {
	known := &knownStack{ids: slices.Clone(f.ids), id: f.table.InternStack(f.ids)}
	if f.err == nil && full(f.table) {
		f.err = errFull
	}
	if f.size += 2 * len(f.packed); f.size > maxKnownStacks {
		clear(f.stacks)
		f.size = 2 * len(f.packed)
	}
	f.stacks[string(f.packed)] = known
	return known
}
