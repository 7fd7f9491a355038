package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// Why a gzip body could not be unpacked.
var (
	errGzipCut   = errors.New("the gzip data is truncated")
	errGzipOver  = errors.New("over the cap")
	errGzipWrong = errors.New("the size in the trailer is wrong")
)

// isGzip reports whether data starts as gzip does.
func isGzip(data []byte) bool { return len(data) >= 2 && data[0] == 0x1f && data[1] == 0x8b }

// gunzip unpacks all members of data, at most limit bytes of them.
//
// The last four bytes tell how long the last member is (RFC 1952), so that one
// buffer of the right size does. They may lie, or speak of one member of
// several; then the data is unpacked twice, the first time only to measure it.
// So no more is ever allocated than data really unpacks to, or about what a
// profile of its size would.
func gunzip(data []byte, limit int) ([]byte, error) {
	if n := trailerSize(data); n <= limit && n <= plausibleSize(len(data)) {
		out, err := gunzipInto(data, n)
		if !errors.Is(err, errGzipWrong) {
			return out, err
		}
	}
	n, err := gunzippedSize(data, limit)
	if err != nil {
		return nil, err
	}
	return gunzipInto(data, n)
}

// trailerSize is the last member's size modulo 4 GiB, if data is not cut.
func trailerSize(data []byte) int {
	if len(data) < 4 {
		return 0
	}
	return int(binary.LittleEndian.Uint32(data[len(data)-4:]))
}

// plausibleSize is what n bytes of a packed profile unpack to at most. Real
// ones unpack to 2 to 10 times their size; gzip as such reaches 1,032 times.
func plausibleSize(n int) int { return 16*n + 64<<10 }

// gunzipInto unpacks data into a buffer of exactly n bytes.
func gunzipInto(data []byte, n int) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, gzipError(err)
	}
	out := make([]byte, n)
	got, err := io.ReadFull(r, out)
	if errors.Is(err, io.ErrUnexpectedEOF) && got < n || errors.Is(err, io.EOF) {
		return nil, gzipShort(r)
	}
	if err != nil {
		return nil, gzipError(err)
	}
	// One more read tells that this was all, and checks the sum.
	switch more, err := io.ReadFull(r, make([]byte, 1)); {
	case more > 0:
		return nil, errGzipWrong
	case err != io.EOF:
		return nil, gzipError(err)
	}
	return out, nil
}

// gzipShort tells a cut stream from one that is whole but shorter than its
// trailer says: io.ReadFull reports both as an unexpected end.
func gzipShort(r *gzip.Reader) error {
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		return gzipError(err)
	}
	return errGzipWrong
}

// gunzippedSize counts what data unpacks to, and stops over the limit.
func gunzippedSize(data []byte, limit int) (int, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, gzipError(err)
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return 0, gzipError(err)
	}
	if n > int64(limit) {
		return 0, errGzipOver
	}
	return int(n), nil
}

func gzipError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errGzipCut
	}
	return fmt.Errorf("the gzip data is damaged (%w)", err)
}
