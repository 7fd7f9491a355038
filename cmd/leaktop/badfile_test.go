package main

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/pprof/profile"
	"google.golang.org/protobuf/encoding/protowire"

	"leaktop/fixtures/sidebyside"
)

// TestFilesThatAreRefused hands in what cannot be read as a profile: exit code 3.
func TestFilesThatAreRefused(t *testing.T) {
	good, packed := recorded(t, "go-heap.pb.gz"), readRecorded(t, "go-heap.pb.gz")
	protobuf := unpacked(t, "go-heap.pb.gz")
	limit, caps := unpackedCap()
	for _, c := range []struct {
		name  string
		data  []byte
		flags []string
		says  string
	}{
		{name: "empty", says: "empty"},
		{name: "text", data: []byte("leaktop is top for leaks\n"), says: "profile"},
		{name: "HTML", data: []byte("<!doctype html><title>Sign in</title>"), says: "HTML"},
		{name: "JSON", data: []byte(`{"heap": 1}`), says: "JSON"},
		{name: "a program", data: append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 4096)...), says: "program"},
		{name: "noise", data: bytes.Repeat([]byte{0xff, 0x8b, 0x03, 0x99}, 4096), says: "profile"},
		{name: "a goroutine dump beside a heap profile", data: readRecorded(t, "go-goroutine-debug2.txt"), says: "the same kind"},
		{name: "no sample types", data: packedProfile(t, &profile.Profile{}), says: "sample type"},
		{name: "cut gzip", data: packed[:len(packed)/2], says: "is truncated"},
		{name: "cut to the magic", data: packed[:2], says: "is truncated"},
		{name: "cut protobuf", data: protobuf[:len(protobuf)/2], says: "profile"},
		{name: "gzip of nothing", data: bomb(0), says: "empty"},
		{name: "gzip of text", data: gzipped(t, "leaktop is top for leaks\n"), says: "profile"},
		{name: "gzip within gzip", data: gzipped(t, string(packed)), says: "gzip within gzip"},
		{name: "gzip bomb", data: bomb(3 << 30), flags: caps, says: "--max-unpacked"},
		{name: "gzip bomb just under the cap", data: bomb(limit - 1<<20), flags: caps, says: "profile"},
		{name: "over the cap of the file", data: packed, flags: []string{"--max-filesize", "100B"}, says: "--max-filesize"},
		{name: "over the cap unpacked", data: packed, flags: []string{"--max-unpacked", "100B"}, says: "--max-unpacked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := put(t, "profile", c.data)
			leaktop(t, append([]string{"diff", good, path}, c.flags...)...).refused(t, exitUnreachable, c.says)
		})
	}
}

// unpackedCap is what may be unpacked, and the flags that say so. By default it
// is what leaktop allows; with -race, which unpacks ten times as slowly, less.
func unpackedCap() (limit int, flags []string) {
	if sidebyside.Race() {
		return 32 << 20, []string{"--max-unpacked", "32MiB", "--max-filesize", "8MiB"}
	}
	return 512 << 20, nil
}

// TestPathsThatAreRefused hands in paths at which there is no file to read.
func TestPathsThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	good := recorded(t, "go-heap.pb.gz")
	for _, c := range []struct{ name, path, says string }{
		{"missing", filepath.Join(dir, "missing.pb.gz"), "no such file"},
		{"missing, with a name like a word", "heap", "no such file"},
		{"a directory", dir, "directory"},
		{"below a file", filepath.Join(good, "heap"), "not a directory"},
		{"neither a file nor an address", "127.0.0.1:99999", "not an address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			leaktop(t, "diff", good, c.path).refused(t, exitUnreachable, c.says)
			leaktop(t, "diff", c.path, good).refused(t, exitUnreachable, c.says)
		})
	}
	t.Run("not ours to read", func(t *testing.T) {
		if os.Getuid() == 0 || runtime.GOOS == "windows" {
			t.Skip("every file can be read by this user")
		}
		path := filepath.Join(dir, "secret")
		if err := os.WriteFile(path, nil, 0); err != nil {
			t.Fatal(err)
		}
		leaktop(t, "diff", good, path).refused(t, exitUnreachable, "permission denied")
	})
	t.Run("without an end", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("/dev/zero is read here as Linux has it")
		}
		leaktop(t, "diff", good, "/dev/zero").refused(t, exitUnreachable, "--max-filesize")
	})
}

// TestTwoLargeInputs compares two inputs that both unpack to almost the cap: the
// bound on the memory holds for both together. One kind is not a profile at all,
// the other one is, with a field that no version of pprof knows.
func TestTwoLargeInputs(t *testing.T) {
	if sidebyside.Race() {
		t.Skip("-race takes several times the memory, which this is about, and long")
	}
	const size = 500 << 20
	head := protowire.AppendTag(unpacked(t, "go-heap.pb.gz"), 1000, protowire.BytesType)
	head = protowire.AppendVarint(head, size)
	for name, data := range map[string][]byte{
		"zeros":   bomb(size),
		"profile": append(gzipped(t, string(head)), bomb(size)...), // gzip of two members
	} {
		for kind, input := range map[string]string{
			"files":     put(t, name, data),
			"addresses": answersProfiles(func(w http.ResponseWriter, r *http.Request) { w.Write(data) })(t),
		} {
			t.Run(name+" from "+kind, func(t *testing.T) {
				// One after another: each keeps two cores busy, and is to be done in time.
				if p := leaktop(t, "diff", input, input); p.code != exitClean {
					p.refused(t, exitUnreachable, input)
				}
			})
		}
	}
}

// TestKindsThatDoNotCompare lays a heap beside goroutines, and waits beside a heap.
func TestKindsThatDoNotCompare(t *testing.T) {
	t.Parallel()
	leaktop(t, "diff", recorded(t, "go-heap.pb.gz"), recorded(t, "go-goroutine.pb.gz")).refused(t, exitUnreachable, "the same kind")
	leaktop(t, "diff", reportedFile("o_mutex.b.pb.gz"), reportedFile("o_pydd.c.pb.gz")).refused(t, exitUnreachable,
		"one measures contentions, delay, the other alloc-samples, alloc-space, heap-space; compare two profiles of the same kind")
}

// put writes a file into a directory of its own and returns its path.
func put(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readRecorded(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(recorded(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// packedProfile returns a profile as a server sends it, however odd it is.
func packedProfile(t *testing.T, p *profile.Profile) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := p.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// unpacked returns a recorded profile as plain protobuf.
func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	p, err := profile.ParseData(readRecorded(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := p.WriteUncompressed(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// gzipHeader begins a gzip member without a name or a time.
const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// bomb is gzip, sound in every way, that unpacks to size zeros, a whole number
// of MiB. It costs the test little: it is one packed MiB again and again.
func bomb(size int) []byte {
	zeros := make([]byte, 1<<20)
	var block bytes.Buffer
	w, _ := flate.NewWriter(&block, flate.BestCompression) // fails only for an unknown level
	w.Write(zeros)
	w.Flush()
	out := []byte(gzipHeader)
	sum := uint32(0)
	for range size >> 20 {
		out = append(out, block.Bytes()...)
		sum = crc32.Update(sum, crc32.IEEETable, zeros)
	}
	out = append(out, 0x03, 0x00) // the last block: empty
	out = binary.LittleEndian.AppendUint32(out, sum)
	return binary.LittleEndian.AppendUint32(out, uint32(size))
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
