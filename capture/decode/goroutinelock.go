package decode

import (
	"bytes"
	"strconv"
)

// isLock reports whether the first argument of a function is the lock that the
// goroutine waits for. The functions below them, which wait, are printed without
// the arguments that they had. Of a reader's wait no function tells the lock.
func isLock(function []byte) bool {
	switch string(function) {
	case "internal/sync.(*Mutex).lockSlow", "internal/sync.(*Mutex).Lock",
		"sync.(*Mutex).lockSlow", // to Go 1.23
		"sync.(*Mutex).Lock", "sync.(*RWMutex).Lock", "sync.(*RWMutex).RLock":
		return true
	}
	return false
}

// firstArgument is the first argument of a function, "(0xc000012345, 0x1)" or
// "(0xc000012345)" and what stands behind it; 0 where it is none, or where the
// runtime is not sure of it, which it marks: "(0x0?)".
func firstArgument(text []byte) uint64 {
	text, ok := bytes.CutPrefix(text, []byte("(0x"))
	end := bytes.IndexAny(text, ",)")
	if !ok || end < 0 {
		return 0
	}
	n, err := strconv.ParseUint(string(text[:end]), 16, 64)
	if err != nil || n%lockAlign != 0 {
		return 0
	}
	return n
}

// lockAlign divides the address of every lock: the fields of a sync.Mutex are
// words of 4 bytes. A number that it does not divide is something else.
const lockAlign = 4
