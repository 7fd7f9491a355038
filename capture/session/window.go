package session

import "io"

// source is a file that is read: more than its size may be there by the time.
type source interface {
	io.ReaderAt
	size() (int64, error)
}

// windowSize is how much is read at a time to find heads of records.
const windowSize = 8 << 10

// window reads small pieces of a source one after the other.
type window struct {
	source source
	buffer []byte
	at     int64 // of the buffer
}

// bytes returns n bytes at a place, fewer at the end; n is at most the window.
func (w *window) bytes(at int64, n int) ([]byte, error) {
	if at >= w.at && at+int64(n) <= w.at+int64(len(w.buffer)) {
		return w.buffer[at-w.at:][:n], nil
	}
	if w.buffer == nil {
		w.buffer = make([]byte, windowSize)
	}
	got, err := w.source.ReadAt(w.buffer[:windowSize], at)
	w.buffer, w.at = w.buffer[:got], at
	if err != nil && err != io.EOF {
		return nil, err
	}
	return w.buffer[:min(n, got)], nil
}
