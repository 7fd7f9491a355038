package decode

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"leaktop/capture/snapshot"
)

// knownStack is a stack that was read before.
type knownStack struct {
	ids []snapshot.FrameID
	id  snapshot.StackID
}

// knownFrame is a frame that was read before. Its text is kept in parts, of which
// others have the same ones, so that those of a large program stay in a
// processor's cache together with it: that is most of what reading a dump costs.
type knownFrame struct {
	id snapshot.FrameID
	// pkg, name and file are parts of the text: "example.com/orders.", "(*T).wait("
	// and "\n\t/src/orders/main.go:". Of the frame that started a goroutine
	// "created by " stands before the first, " in goroutine " at the end of the second.
	pkg, name, file uint32
	tail            [maxTail]byte // what stands behind the file: "17 +0x1b\n"
	tailSize        uint8
	half            half
	lock            bool        // its first argument is a lock that its caller waits for
	given           bool        // its arguments may be objects, see hasObjects
	varies          bool        // something stands between name and file, and the frame is looked for
	next            *knownFrame // that came behind it the last time, nil for none
	stack           *knownStack // that ended with it the last time, nil for none
}

// maxTail is room for most lines with their offsets. It makes a frame fill a
// cache line.
const maxTail = 20

// expected returns the known frame that text begins with, and how many bytes of
// it the frame takes: the one that came next the last time, or another one with
// such an end. It is nil where there is none of the two, or where the frame is not
// all at hand. Of a frame that started the goroutine, id tells which did.
func (f *dumpFrames) expected(text []byte) (k *knownFrame, size int, id int64) {
	if k = f.last.next; k != nil {
		if size, id = f.match(k, text); size > 0 {
			return k, size, id
		}
	}
	open := bytes.IndexByte(text, '\n')
	if open < 0 || open+1 == len(text) || text[open+1] != '\t' {
		return nil, 0, 0
	}
	place := bytes.IndexByte(text[open+1:], '\n')
	if place < minPlace {
		return nil, 0, 0
	}
	if k = f.likely[slotOf(text[open+1:open+1+place])]; k != nil {
		if size, id = f.match(k, text); size > 0 {
			return k, size, id
		}
	}
	return nil, 0, 0
}

// match returns how many bytes of text the frame takes, 0 if text begins
// otherwise. Of a frame that started the goroutine, id tells which did.
func (f *dumpFrames) match(k *knownFrame, text []byte) (size int, id int64) {
	pkg, name, file := f.parts[k.pkg], f.parts[k.name], f.parts[k.file]
	open := len(pkg) + len(name)
	if len(text) <= open || string(text[:len(pkg)]) != pkg || string(text[len(pkg):open]) != name {
		return 0, 0
	}
	text = text[open:]
	end := bytes.IndexByte(text, '\n')
	place := len(file) + int(k.tailSize)
	if end < 1 || len(text) < end+place || string(text[end:end+len(file)]) != file || string(text[end+len(file):end+place]) != string(k.tail[:k.tailSize]) {
		return 0, 0
	}
	switch between := text[:end]; k.half {
	case namedCreate:
		if id, between = number(between); len(between) > 0 {
			return 0, 0
		}
	case namedFrame:
		if last := len(between) - 1; between[last] != ')' || !areArguments(between[:last]) || bytes.IndexByte(between, '(') >= 0 {
			return 0, 0
		}
		if (k.lock || k.given) && !asPrinted(between) {
			return 0, 0 // what counts of them is to be cleaned first
		}
	}
	return open + end + place, id
}

// asPrinted reports whether arguments are as the runtime prints them: of ASCII, and
// without control characters, which a text is cleaned of otherwise.
func asPrinted(arguments []byte) bool {
	return !slices.ContainsFunc(arguments, func(c byte) bool { return c < ' ' || c >= 0x7f })
}

const (
	// slots is how many frames are found by the end of their place.
	slots = 1 << 12
	// minPlace is the shortest place, with its tab, that they are found by.
	minPlace = 16
)

// slotOf is where a frame with such a place is looked for: what differs between
// places is the file's name and the line, at their end. Frames that share a slot
// take it from each other, which costs no more than the time to look them up.
func slotOf(place []byte) int {
	end := place[len(place)-minPlace:]
	h := binary.LittleEndian.Uint64(end) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(end[8:]), 29) ^ uint64(len(place))
	return int(h * 0x9e3779b97f4a7c15 >> (64 - 12))
}

// part returns the index of a part of a text.
func (f *dumpFrames) part(text string) uint32 {
	i, ok := f.partOf[text]
	if !ok {
		i = uint32(len(f.parts))
		f.parts = append(f.parts, text)
		f.partOf[text] = i
	}
	return i
}

// expect puts the frame that was just read where it is looked for.
func (f *dumpFrames) expect(k *knownFrame) {
	if place := f.key[f.open+1 : len(f.key)-1]; k.varies && len(place) >= minPlace {
		f.likely[slotOf(place)] = k
	}
}
