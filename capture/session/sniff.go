package session

import (
	"bytes"
	"io"
	"os"
	"strings"
)

// Is reports whether a path is meant as a session file: it is a regular file
// that begins as one, damaged or not, or that is named as one. Whether it can be
// read is told by [Open].
func Is(path string) bool {
	info, err := os.Stat(path) // before it is opened: that of a pipe waits for a writer
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	if strings.HasSuffix(path, Extension) {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, 2*preambleSize)
	n, _ := io.ReadFull(f, b)
	for b = b[:n]; len(b) >= len(magic); b = b[min(preambleSize, len(b)):] {
		if string(b[:len(magic)]) == magic {
			return true
		}
	}
	return false
}

// Begins reports whether bytes are how a session file begins.
func Begins(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// Live reports whether a process is writing the file. Where the system has no
// locks that tell it, none is.
func (r *Reader) Live() bool { return !r.ended && r.alive() }

// InUse reports whether there is a session file at a path that a process is
// writing, by whatever name. Where the system has no locks that tell it, none is.
func InUse(path string) bool {
	if !Is(path) {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return locked(f)
}
