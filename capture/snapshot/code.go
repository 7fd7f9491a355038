package snapshot

import "encoding/binary"

// The code of a stack is the ids of its frames, leaf first. An id below 0xC000
// takes two bytes, little endian, and any other four: its upper bits with the
// two top ones set, then its lower 16. So a program of up to 49,151 different
// frames, which nearly every program is, needs two bytes a frame, and no code of
// one stack is the code of another.
const longCode = 0xC000

// appendCode appends the code of one frame.
func appendCode(code []byte, f FrameID) []byte {
	if f < longCode {
		return binary.LittleEndian.AppendUint16(code, uint16(f))
	}
	code = binary.LittleEndian.AppendUint16(code, longCode|uint16(f>>16))
	return binary.LittleEndian.AppendUint16(code, uint16(f))
}

// nextCode returns the first frame of a code that is not empty, and what follows it.
func nextCode(code []byte) (FrameID, []byte) {
	unit := FrameID(binary.LittleEndian.Uint16(code))
	if unit < longCode {
		return unit, code[2:]
	}
	return unit&^longCode<<16 | FrameID(binary.LittleEndian.Uint16(code[2:])), code[4:]
}

// appendFrames appends the frames of a code.
func appendFrames(ids []FrameID, code []byte) []FrameID {
	for len(code) > 0 {
		var f FrameID
		f, code = nextCode(code)
		ids = append(ids, f)
	}
	return ids
}
