package session

import (
	"encoding/binary"
	"hash/crc32"
)

// kind is the type of a record.
type kind uint8

// The kinds of records. A reader passes over those that it does not know.
const (
	kindHeader kind = iota + 1
	kindTable
	kindRaw
	kindDump
	kindSnapshot
	kindVitals
	kindAttached
	kindUnreachable
	kindRestarted
	kindScheduled
	kindWarned
	kindNoted
	kindClosed
	kindSettings
	kindInterrupted
	kindArguments

	// lastKind is the last that this version knows.
	lastKind = kindArguments
)

const (
	// version is that of the format. A file of a newer one is not read.
	version = 1

	magic        = "leaktop\x1a"
	preambleSize = 24
	headSize     = 20

	flagDeflated = 1

	// maxPayload bounds a record, as it stands in the file and inflated.
	maxPayload = 64 << 20
	// maxRaw bounds a profile as it was fetched.
	maxRaw = maxPayload / 2
)

// preamble tells what a file is.
type preamble struct {
	version uint32
	salt    [8]byte
}

// crcTable is that of CRC-32C, which processors have an instruction for.
var crcTable = crc32.MakeTable(crc32.Castagnoli)

func (p *preamble) append(dst []byte) []byte {
	for range 2 {
		from := len(dst)
		dst = append(dst, magic...)
		dst = binary.LittleEndian.AppendUint32(dst, p.version)
		dst = append(dst, p.salt[:]...)
		dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[from:], crcTable))
	}
	return dst
}

// readPreamble reads the first of the two that is whole; false where neither is.
func readPreamble(b []byte) (preamble, bool) {
	for ; len(b) >= preambleSize; b = b[preambleSize:] {
		sum := binary.LittleEndian.Uint32(b[preambleSize-4:])
		if string(b[:len(magic)]) == magic && crc32.Checksum(b[:preambleSize-4], crcTable) == sum {
			p := preamble{version: binary.LittleEndian.Uint32(b[len(magic):])}
			copy(p.salt[:], b[len(magic)+4:])
			return p, true
		}
	}
	return preamble{}, false
}

// head is that of one record.
type head struct {
	kind     kind
	deflated bool
	number   uint32
	length   uint32
	sum      uint32 // of the payload
}

// append appends the head as it stands in a file with this salt.
func (h head) append(dst []byte, salt [8]byte) []byte {
	from := len(dst)
	var flags byte
	if h.deflated {
		flags = flagDeflated
	}
	dst = append(dst, byte(h.kind), flags, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, h.number)
	dst = binary.LittleEndian.AppendUint32(dst, h.length)
	dst = binary.LittleEndian.AppendUint32(dst, h.sum)
	return binary.LittleEndian.AppendUint32(dst, check(salt, dst[from:]))
}

// readHead reads the head that b begins with; false where there is none.
func readHead(b []byte, salt [8]byte) (head, bool) {
	if len(b) < headSize || b[0] == 0 || b[1]&^flagDeflated != 0 || b[2] != 0 || b[3] != 0 {
		return head{}, false
	}
	length := binary.LittleEndian.Uint32(b[8:])
	if length > maxPayload || check(salt, b[:headSize-4]) != binary.LittleEndian.Uint32(b[headSize-4:]) {
		return head{}, false
	}
	return head{
		kind:     kind(b[0]),
		deflated: b[1]&flagDeflated != 0,
		number:   binary.LittleEndian.Uint32(b[4:]),
		length:   length,
		sum:      binary.LittleEndian.Uint32(b[12:]),
	}, true
}

func check(salt [8]byte, b []byte) uint32 {
	return crc32.Update(crc32.Checksum(salt[:], crcTable), crcTable, b)
}
