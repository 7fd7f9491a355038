package archive

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"io"
	"strconv"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// format is how bytes are packed.
type format uint8

const (
	plain format = iota
	gzipped
	xzipped
	zstandard
	bzipped
	zipped
	tarred
	foreign // an archive that is known, and not read
)

// String names the format for people.
func (f format) String() string {
	switch f {
	case gzipped:
		return "gzip"
	case xzipped:
		return "xz"
	case zstandard:
		return "zstd"
	case bzipped:
		return "bzip2"
	case zipped:
		return "zip"
	case tarred:
		return "tar"
	}
	return "of another kind"
}

// formatOf tells a format by how a file starts.
func formatOf(head []byte) format {
	for _, f := range []struct {
		magic string
		is    format
	}{
		{"\x1f\x8b", gzipped},
		{"\xfd7zXZ\x00", xzipped},
		{"\x28\xb5\x2f\xfd", zstandard},
		{"PK\x03\x04", zipped},
		{"PK\x05\x06", zipped}, // an empty one
		{"7z\xbc\xaf\x27\x1c", foreign},
		{"Rar!\x1a\x07", foreign},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.is
		}
	}
	switch {
	case len(head) >= 10 && bytes.HasPrefix(head, []byte("BZh")) && string(head[4:10]) == "1AY&SY":
		return bzipped
	case isTar(head):
		return tarred
	}
	return plain
}

// The header of a tar entry, which has a checksum at a fixed place: older ones
// have no magic.
const (
	tarHeader   = 512
	tarChecksum = 148
)

// isTar reports whether a file starts with a header of tar: one whose checksum
// is right, with its own eight bytes taken as blanks.
func isTar(head []byte) bool {
	if len(head) < tarHeader {
		return false
	}
	field := bytes.Trim(head[tarChecksum:tarChecksum+8], " \x00")
	want, err := strconv.ParseInt(string(field), 8, 32)
	if err != nil {
		return false
	}
	sum := int64(0)
	for i, b := range head[:tarHeader] {
		if i >= tarChecksum && i < tarChecksum+8 {
			b = ' '
		}
		sum += int64(b)
	}
	return sum == want && sum > 8*' '
}

// packs reports whether the format packs one stream of bytes.
func (f format) packs() bool {
	switch f {
	case gzipped, xzipped, zstandard, bzipped:
		return true
	}
	return false
}

// maxWindow bounds how far back packed data may refer, which is kept in memory:
// what xz -9 and zstd -19 make needs 64 MiB and 8 MiB.
const maxWindow = 64 << 20

// unpack returns the bytes that were packed. The caller closes it.
func (f format) unpack(r io.Reader) (io.ReadCloser, error) {
	switch f {
	case gzipped:
		return gzip.NewReader(r)
	case xzipped:
		unpacked, err := xz.NewReader(r, maxWindow)
		return xzReader{unpacked}, err
	case zstandard:
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case bzipped:
		return io.NopCloser(bzip2.NewReader(r)), nil
	}
	return io.NopCloser(r), nil
}

// xzReader says of data that end too early what other readers say.
type xzReader struct{ *xz.Reader }

func (x xzReader) Read(p []byte) (int, error) {
	n, err := x.Reader.Read(p)
	if errors.Is(err, xz.ErrBuf) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (x xzReader) Close() error { return nil }
