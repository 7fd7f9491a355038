package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"
)

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withTrailer replaces the size that a gzip body says it unpacks to.
func withTrailer(data []byte, size uint32) []byte {
	out := slices.Clone(data)
	binary.LittleEndian.PutUint32(out[len(out)-4:], size)
	return out
}

func TestGunzip(t *testing.T) {
	random := make([]byte, 100<<10)
	rng := rand.NewChaCha8([32]byte{})
	if _, err := rng.Read(random); err != nil {
		t.Fatal(err)
	}
	dense, zeros := gzipped(t, random), make([]byte, 3<<20)
	damaged := slices.Clone(dense)
	damaged[len(damaged)/2] ^= 0xff
	damaged[len(damaged)-6] ^= 0xff // of the checksum
	tests := []struct {
		name  string
		in    []byte
		limit int
		want  []byte
		err   error // nil: any error will do where want is nil
	}{
		{"one member", dense, 1 << 20, random, nil},
		{"exactly at the cap", dense, len(random), random, nil},
		{"one byte over the cap", dense, len(random) - 1, nil, errGzipOver},
		{"two members", slices.Concat(dense, dense), 1 << 20, slices.Concat(random, random), nil},
		{"a long and a short member", slices.Concat(dense, gzipped(t, []byte("x"))), 1 << 20, append(slices.Clone(random), 'x'), nil},
		{"nothing in it", gzipped(t, nil), 1 << 20, []byte{}, nil},
		{"denser than a profile", gzipped(t, zeros), len(zeros), zeros, nil},
		{"a bomb", gzipped(t, zeros), 1 << 20, nil, errGzipOver},
		{"cut in the header", dense[:5], 1 << 20, nil, errGzipCut},
		{"cut in the middle", dense[:len(dense)/2], 1 << 20, nil, errGzipCut},
		{"cut in the trailer", dense[:len(dense)-1], 1 << 20, nil, errGzipCut},
		{"trailer says too little", withTrailer(dense, 1), 1 << 20, nil, nil},
		{"trailer says 4 GiB", withTrailer(dense, 1<<32-1), 1 << 20, nil, nil},
		{"damaged", damaged, 1 << 20, nil, nil},
		{"something after it", append(slices.Clone(dense), "garbage"...), 1 << 20, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := gunzip(tt.in, tt.limit)
			switch {
			case tt.want == nil && err == nil:
				t.Fatalf("%d bytes, want an error", len(got))
			case tt.err != nil && !errors.Is(err, tt.err):
				t.Fatalf("error %v, want %v", err, tt.err)
			case tt.want != nil && (err != nil || !bytes.Equal(got, tt.want)):
				t.Fatalf("%d bytes, error %v, want %d bytes", len(got), err, len(tt.want))
			}
		})
	}
}
